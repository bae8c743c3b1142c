#pragma once

#include "server/api/authorization.h"
#include "server/api/record_mask.h"
#include "server/incident_evidence.h"
#include "vigie/v1/evidence_service.grpc.pb.h"

namespace vigie::server::api {

// Each call keeps a thread of gRPC's pool until all of the incident's events are read.
class EvidenceService final : public v1::EvidenceService::Service {
 public:
  EvidenceService(IncidentEvidence& evidence, const RecordMask& mask, Authorization& authorization)
      : evidence_(evidence), mask_(mask), authorization_(authorization) {}

  grpc::Status VerifyEvidence(grpc::ServerContext* context, const v1::VerifyEvidenceRequest* request,
                              v1::EvidenceReport* response) override;
  grpc::Status ExportEvidence(grpc::ServerContext* context, const v1::ExportEvidenceRequest* request,
                              grpc::ServerWriter<v1::ExportEvidenceResponse>* writer) override;

 private:
  IncidentEvidence& evidence_;
  const RecordMask& mask_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
