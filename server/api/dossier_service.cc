#include "server/api/dossier_service.h"

#include "server/api/audit_trail.h"
#include "server/api/conflict.h"

namespace vigie::server::api {
namespace {

using base::Result;

template <typename Message>
Result<void> Give(Result<Message> answer, Message& response) {
  if (!answer) return answer.error();
  response = *std::move(answer);
  return {};
}

}  // namespace

grpc::Status DossierService::CreateDossier(grpc::ServerContext* context, const v1::CreateDossierRequest* request,
                                           v1::Dossier* response) {
  return authorization_.ForAnalyst(*context, [&] { return Give(dossiers_.Create(*request, CallerName()), *response); });
}

grpc::Status DossierService::GetDossier(grpc::ServerContext* context, const v1::GetDossierRequest* request,
                                        v1::Dossier* response) {
  return authorization_.ForAnalyst(*context, [&] { return Give(dossiers_.Get(request->id()), *response); });
}

grpc::Status DossierService::ListDossiers(grpc::ServerContext* context, const v1::ListDossiersRequest* request,
                                          v1::ListDossiersResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> Result<void> {
    auto page = dossiers_.List({request->state(), request->incident_id(), request->page_size(), request->page_token()});
    if (!page) return page.error();
    for (v1::Dossier& dossier : page->dossiers) *response->add_dossiers() = std::move(dossier);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

grpc::Status DossierService::UpdateDossier(grpc::ServerContext* context, const v1::UpdateDossierRequest* request,
                                           v1::Dossier* response) {
  return WithAborted(
      authorization_.ForAnalyst(*context, [&] { return Give(dossiers_.Update(*request, CallerName()), *response); }));
}

grpc::Status DossierService::SubmitPhase(grpc::ServerContext* context, const v1::SubmitPhaseRequest* request,
                                         v1::Dossier* response) {
  return WithAborted(
      authorization_.ForAnalyst(*context, [&] { return Give(dossiers_.Submit(*request, CallerName()), *response); }));
}

grpc::Status DossierService::CloseDossier(grpc::ServerContext* context, const v1::CloseDossierRequest* request,
                                          v1::Dossier* response) {
  return WithAborted(
      authorization_.ForAnalyst(*context, [&] { return Give(dossiers_.Close(*request, CallerName()), *response); }));
}

grpc::Status DossierService::ExportDossier(grpc::ServerContext* context, const v1::ExportDossierRequest* request,
                                           v1::ExportDossierResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> Result<void> {
    const auto dossier = dossiers_.Get(request->id());
    if (!dossier) return dossier.error();
    // From the answer's bytes the audit would not see how many customers it tells of.
    if (AuditedCall* call = AuditedCall::Current()) call->answer().Add(*dossier);
    return Give(dossiers_.Export(*request), *response);
  });
}

}  // namespace vigie::server::api
