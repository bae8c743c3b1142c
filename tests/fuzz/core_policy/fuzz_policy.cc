// Any text is a policy or is refused; a policy answers for any activity, and says the same after being written and read
// again.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/policy/compiled_policy.h"
#include "proto/contract/yaml_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr std::size_t kSmall = std::size_t{64} << 10;

vigie::v1::Activity MakeActivity() {
  vigie::v1::Activity activity;
  activity.set_kind(vigie::v1::ACTIVITY_KIND_COPY);
  activity.set_channel(vigie::v1::CHANNEL_REMOVABLE_MEDIA);
  activity.set_user("alice");
  activity.mutable_process()->set_exe("/usr/bin/cp");
  activity.mutable_file()->set_path("/media/stick/a/b/c/export.csv");
  activity.mutable_destination()->set_name("stick");
  activity.mutable_destination()->set_address("192.0.2.7");
  return activity;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto policy = vigie::policy::ReadPolicy(text, "fuzz");
  if (!policy) return;
  const vigie::v1::Activity activity = MakeActivity();
  const auto decision = vigie::policy::Evaluate(*policy, activity, {});
  if (text.size() > kSmall) return;
  const auto again = vigie::policy::ReadPolicy(vigie::contract::WriteYaml(policy->source()), "again");
  if (!again || vigie::policy::Evaluate(*again, activity, {}).rule != decision.rule) std::abort();
}
