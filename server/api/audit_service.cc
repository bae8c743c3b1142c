#include "server/api/audit_service.h"

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {

grpc::Status AuditService::ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request,
                                     v1::ListAuditResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    AuditQuery query{.who = request->who(),
                     .method = request->method(),
                     .page_size = request->page_size(),
                     .page_token = request->page_token()};
    if (request->has_since()) query.since = contract::FromProto(request->since());
    auto page = store_.ListAudit(query);
    if (!page) return page.error();
    for (v1::AuditEntry& entry : page->entries) *response->add_entries() = std::move(entry);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

grpc::Status AuditService::VerifyAudit(grpc::ServerContext* context, const v1::VerifyAuditRequest*,
                                       v1::VerifyAuditResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto verified = store_.VerifyAudit();
    if (!verified) return verified.error();
    *response = *std::move(verified);
    return {};
  });
}

}  // namespace vigie::server::api
