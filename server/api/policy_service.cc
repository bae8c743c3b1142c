#include "server/api/policy_service.h"

#include <algorithm>

#include "core/credentials/digest.h"
#include "proto/contract/time_conversion.h"
#include "server/api/conflict.h"

namespace vigie::server::api {
namespace {

constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;

void Describe(const PolicyRecord& record, v1::GetPolicyResponse& response) {
  response.set_text(record.text);
  *response.mutable_in_force_since() = contract::ToProto(record.in_force_since);
  response.set_pushed_by(record.pushed_by);
}

base::Result<void> Give(base::Result<v1::RolloutResponse> done, v1::RolloutResponse& response) {
  if (!done) return done.error();
  response = *std::move(done);
  return {};
}

}  // namespace

base::Result<void> PolicyService::GetKept(std::uint32_t version, v1::GetPolicyResponse& response) {
  const auto policies = store_.ListPolicies();
  if (!policies) return policies.error();
  const auto found = std::ranges::find(*policies, version, &PolicyRecord::version);
  if (found == policies->end()) {
    return base::Error{base::ErrorCode::kNotFound, "no policy of version " + std::to_string(version) +
                                                       " was ever rolled out (vigie policy history)"};
  }
  Describe(*found, response);
  // A version that this build cannot read any more is still told as it was written.
  if (const auto compiled = policy::ReadPolicy(found->text, "kept policy"))
    *response.mutable_policy() = compiled->source();
  response.mutable_policy()->set_version(version);
  return {};
}

grpc::Status PolicyService::ListPolicyVersions(grpc::ServerContext* context, const v1::ListPolicyVersionsRequest*,
                                               v1::ListPolicyVersionsResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    const auto policies = store_.ListPolicies();
    if (!policies) return policies.error();
    const std::vector<v1::Ring> rings = book_.rings();
    for (const PolicyRecord& record : *policies) {
      v1::PolicyVersion& version = *response->add_versions();
      version.set_version(record.version);
      *version.mutable_in_force_since() = contract::ToProto(record.in_force_since);
      version.set_pushed_by(record.pushed_by);
      version.set_bytes(record.text.size());
      version.set_sha256(credentials::Sha256Hex(record.text));
      for (const v1::Ring& ring : rings) {
        if (ring.policy_version() == record.version) version.add_rings(ring.name());
      }
    }
    return {};
  });
}

grpc::Status PolicyService::GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    if (request->version() != 0) return GetKept(request->version(), *response);
    const auto current = book_.current();
    if (!current) return base::Error{base::ErrorCode::kNotFound, "no policy is in force: push one"};
    *response->mutable_policy() = current->compiled->source();
    Describe(current->record, *response);
    *response->mutable_in_force_since() = book_.rings().back().since();
    return {};
  });
}

grpc::Status PolicyService::ValidatePolicy(grpc::ServerContext* context, const v1::ValidatePolicyRequest* request,
                                           v1::ValidatePolicyResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    if (request->text().size() > kMaxPolicyBytes)
      return base::Error{base::ErrorCode::kInvalidArgument, "text: larger than 1 MiB"};
    *response = book_.Check(request->text());
    return {};
  });
}

grpc::Status PolicyService::PushPolicy(grpc::ServerContext* context, const v1::PushPolicyRequest* request,
                                       v1::PushPolicyResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    const auto pushed = book_.Push(request->text(), CallerName());
    if (!pushed) return pushed.error();
    response->set_version(pushed->version());
    response->set_agents_told(pushed->agents_told());
    return {};
  });
}

grpc::Status PolicyService::RollOutPolicy(grpc::ServerContext* context, const v1::RollOutPolicyRequest* request,
                                          v1::RolloutResponse* response) {
  return authorization_.ForAnalyst(*context, [&] { return Give(book_.RollOut(*request, CallerName()), *response); });
}

grpc::Status PolicyService::PromotePolicy(grpc::ServerContext* context, const v1::PromotePolicyRequest* request,
                                          v1::RolloutResponse* response) {
  return WithAborted(
      authorization_.ForAnalyst(*context, [&] { return Give(book_.Promote(*request, CallerName()), *response); }));
}

grpc::Status PolicyService::RollBackPolicy(grpc::ServerContext* context, const v1::RollBackPolicyRequest* request,
                                           v1::RolloutResponse* response) {
  return WithAborted(
      authorization_.ForAnalyst(*context, [&] { return Give(book_.RollBack(*request, CallerName()), *response); }));
}

grpc::Status PolicyService::SetRings(grpc::ServerContext* context, const v1::SetRingsRequest* request,
                                     v1::RolloutResponse* response) {
  const std::vector<std::string> names(request->names().begin(), request->names().end());
  return authorization_.ForAnalyst(*context, [&] { return Give(book_.SetRings(names), *response); });
}

grpc::Status PolicyService::BacktestPolicy(grpc::ServerContext* context, const v1::BacktestPolicyRequest* request,
                                           grpc::ServerWriter<v1::BacktestPolicyResponse>* writer) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto compiled = policy::ReadPolicy(request->text(), "policy");
    if (!compiled) return compiled.error();
    BacktestQuestion question{std::make_shared<const policy::CompiledPolicy>(*std::move(compiled)), nullptr};
    if (const auto current = book_.current()) question.in_force = current->compiled;
    if (request->has_since()) question.since = contract::FromProto(request->since());
    // It may take long: who loses his token meanwhile is told no more.
    base::Result<void> allowed = {};
    auto ran = backtest_.Run(question, [&](const v1::BacktestPolicyResponse& message) {
      if (message.has_progress()) allowed = authorization_.CheckAnalyst(*context);
      return allowed && !context->IsCancelled() && writer->Write(message);
    });
    return allowed ? ran : allowed;
  });
}

}  // namespace vigie::server::api
