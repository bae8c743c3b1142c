#pragma once

#include "server/api/authorization.h"
#include "server/write_lane.h"
#include "vigie/v1/access_service.grpc.pb.h"

namespace vigie::server::api {

struct AccessServiceDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Authorization& authorization;
};

class AccessService final : public v1::AccessService::Service {
 public:
  explicit AccessService(AccessServiceDeps deps) : deps_(deps) {}

  grpc::Status CreateApiToken(grpc::ServerContext* context, const v1::CreateApiTokenRequest* request,
                              v1::CreateApiTokenResponse* response) override;
  grpc::Status ListApiTokens(grpc::ServerContext* context, const v1::ListApiTokensRequest* request,
                             v1::ListApiTokensResponse* response) override;
  grpc::Status RevokeApiToken(grpc::ServerContext* context, const v1::RevokeApiTokenRequest* request,
                              v1::RevokeApiTokenResponse* response) override;

 private:
  const AccessServiceDeps deps_;
};

}  // namespace vigie::server::api
