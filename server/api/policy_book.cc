#include "server/api/policy_book.h"

#include "platform/base/logging.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

PolicyBook::PolicyBook(PolicyBookDeps deps, std::optional<PolicyInForce> current)
    : deps_(deps), current_(std::move(current)) {
  if (current_) deps_.sessions.TellPolicy(current_->compiled->source());
}

std::optional<PolicyInForce> PolicyBook::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<PolicyInForce> PolicyBook::Compile(const std::string& yaml) const {
  auto compiled = policy::ReadPolicy(yaml, "policy", deps_.clock.Now());
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
  if (deps_.plan != nullptr) {
    if (auto kept_long = deps_.plan->CheckWindows(next->compiled->source()); !kept_long) return kept_long.error();
  }
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
