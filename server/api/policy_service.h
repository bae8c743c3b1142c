#pragma once

#include "server/api/authorization.h"
#include "server/api/policy_book.h"
#include "server/backtest.h"
#include "vigie/v1/policy_service.grpc.pb.h"

namespace vigie::server::api {

class PolicyService final : public v1::PolicyService::Service {
 public:
  PolicyService(PolicyBook& book, Store& store, Backtest& backtest, Authorization& authorization)
      : book_(book), store_(store), backtest_(backtest), authorization_(authorization) {}

  grpc::Status GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest* request,
                         v1::GetPolicyResponse* response) override;
  grpc::Status ListPolicyVersions(grpc::ServerContext* context, const v1::ListPolicyVersionsRequest* request,
                                  v1::ListPolicyVersionsResponse* response) override;
  grpc::Status ValidatePolicy(grpc::ServerContext* context, const v1::ValidatePolicyRequest* request,
                              v1::ValidatePolicyResponse* response) override;
  grpc::Status PushPolicy(grpc::ServerContext* context, const v1::PushPolicyRequest* request,
                          v1::PushPolicyResponse* response) override;
  grpc::Status RollOutPolicy(grpc::ServerContext* context, const v1::RollOutPolicyRequest* request,
                             v1::RolloutResponse* response) override;
  grpc::Status PromotePolicy(grpc::ServerContext* context, const v1::PromotePolicyRequest* request,
                             v1::RolloutResponse* response) override;
  grpc::Status RollBackPolicy(grpc::ServerContext* context, const v1::RollBackPolicyRequest* request,
                              v1::RolloutResponse* response) override;
  grpc::Status SetRings(grpc::ServerContext* context, const v1::SetRingsRequest* request,
                        v1::RolloutResponse* response) override;
  // Keeps its thread until it ends.
  grpc::Status BacktestPolicy(grpc::ServerContext* context, const v1::BacktestPolicyRequest* request,
                              grpc::ServerWriter<v1::BacktestPolicyResponse>* writer) override;

 private:
  base::Result<void> GetKept(std::uint32_t version, v1::GetPolicyResponse& response);

  PolicyBook& book_;
  Store& store_;
  Backtest& backtest_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
