#include "server/api/policy_book.h"

#include "platform/base/line_difference.h"
#include "platform/base/logging.h"
#include "server/api/policy_check.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kFileName = "policy";  // for messages

}  // namespace

PolicyBook::PolicyBook(PolicyBookDeps deps, std::optional<PolicyInForce> current)
    : deps_(deps), current_(std::move(current)) {
  if (current_) deps_.sessions.TellPolicy(current_->compiled->source());
}

std::optional<PolicyInForce> PolicyBook::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<policy::CompiledPolicy> PolicyBook::Read(const std::string& yaml) const {
  auto compiled = policy::ReadPolicy(yaml, kFileName, deps_.clock.Now());
  if (!compiled || deps_.plan == nullptr) return compiled;
  if (auto kept_long = deps_.plan->CheckWindows(compiled->source()); !kept_long) return kept_long.error();
  return compiled;
}

v1::ValidatePolicyResponse PolicyBook::Check(const std::string& yaml) const {
  v1::ValidatePolicyResponse response;
  const auto present = current();
  const auto compiled = Read(yaml);
  if (compiled) {
    response.set_version(compiled->source().version());
  } else {
    *response.add_problems() = LocateProblem(compiled.error(), kFileName, yaml);
  }
  if (present) response.set_in_force_version(present->record.version);
  response.set_pushable(compiled && response.version() > response.in_force_version());
  response.set_difference(base::UnifiedDifference(present ? present->record.text : "", yaml));
  return response;
}

Result<PolicyInForce> PolicyBook::Compile(const std::string& yaml) const {
  auto compiled = Read(yaml);
  if (!compiled) return compiled.error();
  const std::uint32_t version = compiled->source().version();
  const auto present = current();
  if (present && version <= present->record.version) {
    return Error{ErrorCode::kFailedPrecondition,
                 "version: must be greater than " + std::to_string(present->record.version) + ", which is in force"};
  }
  return PolicyInForce{{version, yaml, deps_.clock.Now(), ""},
                       std::make_shared<const policy::CompiledPolicy>(std::move(*compiled))};
}

Result<PolicyBook::Pushed> PolicyBook::Push(const std::string& yaml, const std::string& pushed_by) {
  const std::lock_guard one_at_a_time(pushing_);
  auto next = Compile(yaml);
  if (!next) return next.error();
  next->record.pushed_by = pushed_by;
  auto kept = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    if (auto saved = transaction.SavePolicy(next->record); !saved) return saved;
    return deps_.detection.ReplacePolicy(next->compiled);
  });
  if (!kept) return kept.error();
  const std::uint32_t told = deps_.sessions.TellPolicy(next->compiled->source());
  base::LogInfo("policy {} is in force, {} agents told", next->record.version, told);
  const std::lock_guard lock(mutex_);
  current_ = std::move(*next);
  return Pushed{current_->record.version, told};
}

}  // namespace vigie::server::api
