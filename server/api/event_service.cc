#include "server/api/event_service.h"

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

EventQuery QueryOf(const v1::QueryEventsRequest& request) {
  EventQuery query;
  if (request.has_since()) query.since = contract::FromProto(request.since());
  query.user = request.user();
  query.host = request.host();
  query.channel = request.channel();
  query.incident_id = request.incident_id();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

}  // namespace

grpc::Status EventService::QueryEvents(grpc::ServerContext* context, const v1::QueryEventsRequest* request,
                                       v1::QueryEventsResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto page = store_.QueryEvents(QueryOf(*request));
    if (!page) return page.error();
    for (v1::Event& event : page->events) *response->add_events() = std::move(event);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

}  // namespace vigie::server::api
