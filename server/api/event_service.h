#pragma once

#include "server/api/authorization.h"
#include "vigie/v1/event_service.grpc.pb.h"

namespace vigie::server::api {

class EventService final : public v1::EventService::Service {
 public:
  EventService(Store& store, Authorization& authorization) : store_(store), authorization_(authorization) {}

  grpc::Status QueryEvents(grpc::ServerContext* context, const v1::QueryEventsRequest* request,
                           v1::QueryEventsResponse* response) override;

 private:
  Store& store_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
