#pragma once

#include "server/api/authorization.h"
#include "server/dossiers.h"
#include "vigie/v1/dossier_service.grpc.pb.h"

namespace vigie::server::api {

class DossierService final : public v1::DossierService::Service {
 public:
  DossierService(Dossiers& dossiers, Authorization& authorization)
      : dossiers_(dossiers), authorization_(authorization) {}

  grpc::Status CreateDossier(grpc::ServerContext* context, const v1::CreateDossierRequest* request,
                             v1::Dossier* response) override;
  grpc::Status GetDossier(grpc::ServerContext* context, const v1::GetDossierRequest* request,
                          v1::Dossier* response) override;
  grpc::Status ListDossiers(grpc::ServerContext* context, const v1::ListDossiersRequest* request,
                            v1::ListDossiersResponse* response) override;
  grpc::Status UpdateDossier(grpc::ServerContext* context, const v1::UpdateDossierRequest* request,
                             v1::Dossier* response) override;
  grpc::Status SubmitPhase(grpc::ServerContext* context, const v1::SubmitPhaseRequest* request,
                           v1::Dossier* response) override;
  grpc::Status CloseDossier(grpc::ServerContext* context, const v1::CloseDossierRequest* request,
                            v1::Dossier* response) override;
  grpc::Status ExportDossier(grpc::ServerContext* context, const v1::ExportDossierRequest* request,
                             v1::ExportDossierResponse* response) override;

 private:
  Dossiers& dossiers_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
