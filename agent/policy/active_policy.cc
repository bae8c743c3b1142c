#include "agent/policy/active_policy.h"

#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::agent::policy {
namespace {

using base::Result;

constexpr std::uint64_t kMaxPolicyBytes = std::uint64_t{1} << 20;
constexpr std::uint32_t kPrivate = 0600;

}  // namespace

ActivePolicy::ActivePolicy(platform::FileSystem& files, const std::string& state_directory)
    : files_(files), kept_file_(state_directory + "/policy.yaml") {
}

Result<void> ActivePolicy::Load(const std::string& configured_file) {
  const auto kept = LoadFile(kept_file_);
  if (kept) return {};
  if (kept.error().code != base::ErrorCode::kNotFound) {
    base::LogError("the policy kept from the collector is not used: {}", kept.error().message);
  }
  if (configured_file.empty()) return {};
  return LoadFile(configured_file);
}

Result<void> ActivePolicy::LoadFile(const std::string& path) {
  const auto text = files_.ReadFile(path, kMaxPolicyBytes);
  if (!text) return text.error();
  auto compiled = vigie::policy::ReadPolicy(*text, path);
  if (!compiled) return compiled.error();
  *current_.Lock() = std::make_shared<const vigie::policy::CompiledPolicy>(*std::move(compiled));
  return {};
}

Result<void> ActivePolicy::Adopt(v1::Policy policy) {
  const std::string text = contract::WriteYaml(policy);
  auto compiled = vigie::policy::CompiledPolicy::Compile(std::move(policy));
  if (!compiled) return compiled.error().Wrap("the collector's policy is refused, the last good one stays");
  *current_.Lock() = std::make_shared<const vigie::policy::CompiledPolicy>(*std::move(compiled));
  const auto kept = files_.WriteFileDurably(kept_file_, text, kPrivate);
  if (!kept) base::LogError("the policy is in force until the next restart only: {}", kept.error().message);
  return {};
}

std::uint32_t ActivePolicy::version() const {
  const auto policy = current();
  return policy ? policy->source().version() : 0;
}

}  // namespace vigie::agent::policy
