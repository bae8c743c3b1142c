#include "server/api/policy_service.h"

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {

grpc::Status PolicyService::GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest*,
                                      v1::GetPolicyResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    const auto current = book_.current();
    if (!current) return base::Error{base::ErrorCode::kNotFound, "no policy is in force: push one"};
    *response->mutable_policy() = current->compiled->source();
    response->set_text(current->record.text);
    *response->mutable_in_force_since() = contract::ToProto(current->record.in_force_since);
    return {};
  });
}

grpc::Status PolicyService::PushPolicy(grpc::ServerContext* context, const v1::PushPolicyRequest* request,
                                       v1::PushPolicyResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    const auto pushed = book_.Push(request->text());
    if (!pushed) return pushed.error();
    response->set_version(pushed->version);
    response->set_agents_told(pushed->agents_told);
    return {};
  });
}

grpc::Status PolicyService::BacktestPolicy(grpc::ServerContext* context, const v1::BacktestPolicyRequest* request,
                                           grpc::ServerWriter<v1::BacktestPolicyResponse>* writer) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto compiled = policy::ReadPolicy(request->text(), "policy");
    if (!compiled) return compiled.error();
    BacktestQuestion question{std::make_shared<const policy::CompiledPolicy>(*std::move(compiled)), nullptr};
    if (const auto current = book_.current()) question.in_force = current->compiled;
    if (request->has_since()) question.since = contract::FromProto(request->since());
    return backtest_.Run(question, [&](const v1::BacktestPolicyResponse& message) {
      return !context->IsCancelled() && writer->Write(message);
    });
  });
}

}  // namespace vigie::server::api
