#pragma once

#include <functional>

#include "server/api/agent_sessions.h"
#include "server/api/authorization.h"
#include "server/api/incident_blocks.h"
#include "server/api/incident_history.h"
#include "server/api/watch_hub.h"
#include "server/long_reads.h"
#include "server/near_thresholds.h"
#include "server/write_lane.h"
#include "vigie/v1/incident_service.grpc.pb.h"

namespace vigie::server::api {

struct IncidentServiceDeps {
  Store& store;
  WriteLane& lane;
  Detection& detection;
  WatchHub& hub;
  NearThresholds& near;
  AgentSessions& sessions;
  Authorization& authorization;
  const base::Clock& clock;
};

// Each call has a thread of gRPC's pool; a watch keeps it until it ends.
class IncidentService final : public v1::IncidentService::Service {
 public:
  explicit IncidentService(IncidentServiceDeps deps) : deps_(deps) {}

  grpc::Status ListIncidents(grpc::ServerContext* context, const v1::ListIncidentsRequest* request,
                             v1::ListIncidentsResponse* response) override;
  grpc::Status GetIncident(grpc::ServerContext* context, const v1::GetIncidentRequest* request,
                           v1::Incident* response) override;
  grpc::Status WatchIncidents(grpc::ServerContext* context, const v1::WatchIncidentsRequest* request,
                              grpc::ServerWriter<v1::Incident>* writer) override;
  grpc::Status CloseIncident(grpc::ServerContext* context, const v1::CloseIncidentRequest* request,
                             v1::Incident* response) override;
  grpc::Status AssignIncident(grpc::ServerContext* context, const v1::AssignIncidentRequest* request,
                              v1::Incident* response) override;
  grpc::Status ReopenIncident(grpc::ServerContext* context, const v1::ReopenIncidentRequest* request,
                              v1::Incident* response) override;
  grpc::Status BlockChannels(grpc::ServerContext* context, const v1::BlockChannelsRequest* request,
                             v1::Incident* response) override;
  grpc::Status LiftBlock(grpc::ServerContext* context, const v1::LiftBlockRequest* request,
                         v1::Incident* response) override;
  grpc::Status GetBlockState(grpc::ServerContext* context, const v1::GetBlockStateRequest* request,
                             v1::GetBlockStateResponse* response) override;
  grpc::Status ListBlocks(grpc::ServerContext* context, const v1::ListBlocksRequest* request,
                          v1::ListBlocksResponse* response) override;
  grpc::Status AddIncidentComment(grpc::ServerContext* context, const v1::AddIncidentCommentRequest* request,
                                  v1::IncidentEntry* response) override;
  grpc::Status ListIncidentHistory(grpc::ServerContext* context, const v1::ListIncidentHistoryRequest* request,
                                   v1::ListIncidentHistoryResponse* response) override;
  grpc::Status SimilarIncidents(grpc::ServerContext* context, const v1::SimilarIncidentsRequest* request,
                                v1::SimilarIncidentsResponse* response) override;
  grpc::Status ListNearThresholds(grpc::ServerContext* context, const v1::ListNearThresholdsRequest* request,
                                  v1::ListNearThresholdsResponse* response) override;

 private:
  // What somebody does to an incident, with its entry in the history.
  using Change = std::function<base::Result<v1::Incident>(StoreTransaction&)>;
  base::Result<void> ChangeIncident(HistoryStep step, const Change& change, v1::Incident& response);
  base::Result<void> Watch(const grpc::ServerContext& context, bool skip_current,
                           grpc::ServerWriter<v1::Incident>& writer);

  const IncidentServiceDeps deps_;
  LongReads similar_{4};
  BlockBoard blocks_{deps_.store, deps_.sessions};
};

}  // namespace vigie::server::api
