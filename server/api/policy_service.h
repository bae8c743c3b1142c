#pragma once

#include "server/api/authorization.h"
#include "server/api/policy_book.h"
#include "vigie/v1/policy_service.grpc.pb.h"

namespace vigie::server::api {

class PolicyService final : public v1::PolicyService::Service {
 public:
  PolicyService(PolicyBook& book, Authorization& authorization) : book_(book), authorization_(authorization) {}

  grpc::Status GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest* request,
                         v1::GetPolicyResponse* response) override;
  grpc::Status PushPolicy(grpc::ServerContext* context, const v1::PushPolicyRequest* request,
                          v1::PushPolicyResponse* response) override;

 private:
  PolicyBook& book_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
