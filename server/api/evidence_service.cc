#include "server/api/evidence_service.h"

#include <utility>

namespace vigie::server::api {

using base::Result;

grpc::Status EvidenceService::VerifyEvidence(grpc::ServerContext* context, const v1::VerifyEvidenceRequest* request,
                                             v1::EvidenceReport* response) {
  return authorization_.ForAnalyst(*context, [&]() -> Result<void> {
    auto report = evidence_.Verify(request->incident_id());
    if (!report) return report.error();
    *response = *std::move(report);
    return {};
  });
}

// The pieces are bytes to whoever passes them on: what the caller may not see is left out here, and what he is told is
// counted here.
grpc::Status EvidenceService::ExportEvidence(grpc::ServerContext* context, const v1::ExportEvidenceRequest* request,
                                             grpc::ServerWriter<v1::ExportEvidenceResponse>* writer) {
  return authorization_.ForAnalyst(*context, [&]() -> Result<void> {
    AuditedCall& call = *AuditedCall::Current();  // CheckAnalyst has seen that there is one
    const std::string who = call.entry().who();
    const bool sees = mask_.MaySee(who, call.entry().role(), request->incident_id());
    const auto take = [&](std::string piece) {
      v1::ExportEvidenceResponse response;
      response.set_piece(std::move(piece));
      return writer->Write(response);
    };
    return evidence_.Export({.incident_id = request->incident_id(), .made_by = who, .conceal = !sees}, take,
                            [&](const v1::Event& event) { call.answer().Add(event); });
  });
}

}  // namespace vigie::server::api
