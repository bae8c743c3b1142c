#pragma once

#include <mutex>

#include "server/api/authorization.h"
#include "server/write_lane.h"
#include "vigie/v1/unmask_service.grpc.pb.h"

namespace vigie::server::api {

// All outlive the service.
struct UnmaskServiceDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Authorization& authorization;
};

class UnmaskService final : public v1::UnmaskService::Service {
 public:
  explicit UnmaskService(const UnmaskServiceDeps& deps) : deps_(deps) {}

  grpc::Status RequestUnmask(grpc::ServerContext* context, const v1::RequestUnmaskRequest* request,
                             v1::UnmaskRequest* response) override;
  grpc::Status ListUnmaskRequests(grpc::ServerContext* context, const v1::ListUnmaskRequestsRequest* request,
                                  v1::ListUnmaskRequestsResponse* response) override;
  grpc::Status DecideUnmask(grpc::ServerContext* context, const v1::DecideUnmaskRequest* request,
                            v1::UnmaskRequest* response) override;

 private:
  base::Result<void> Ask(const v1::RequestUnmaskRequest& request, v1::UnmaskRequest& response);
  base::Result<void> Decide(const v1::DecideUnmaskRequest& request, v1::UnmaskRequest& response);
  base::Result<void> ListOpen(UnmaskQuery query, v1::ListUnmaskRequestsResponse& response);
  // That the caller does not ask for this incident already, nor for too many.
  base::Result<void> CheckOpen(const std::string& incident_id);

  const UnmaskServiceDeps deps_;
  std::mutex asking_;  // or two calls at once would be one too many
};

}  // namespace vigie::server::api
