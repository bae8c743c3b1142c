#pragma once

#include "server/api/authorization.h"
#include "server/api/event_watch.h"
#include "server/long_reads.h"
#include "server/rollup_book.h"
#include "vigie/v1/event_service.grpc.pb.h"

namespace vigie::server::api {

struct EventServiceDeps {
  Store& store;
  EventHub& hub;
  Authorization& authorization;
  const base::Clock& clock;
  RollupBook& rollups;
};

// Each call has a thread of gRPC's pool; a watch keeps it until it ends.
class EventService final : public v1::EventService::Service {
 public:
  explicit EventService(EventServiceDeps deps) : deps_(deps) {}

  grpc::Status QueryEvents(grpc::ServerContext* context, const v1::QueryEventsRequest* request,
                           v1::QueryEventsResponse* response) override;
  grpc::Status WatchEvents(grpc::ServerContext* context, const v1::WatchEventsRequest* request,
                           grpc::ServerWriter<v1::WatchEventsResponse>* writer) override;
  grpc::Status SummarizeEvents(grpc::ServerContext* context, const v1::SummarizeEventsRequest* request,
                               v1::SummarizeEventsResponse* response) override;

 private:
  const EventServiceDeps deps_;
  LongReads summaries_{4};
};

}  // namespace vigie::server::api
