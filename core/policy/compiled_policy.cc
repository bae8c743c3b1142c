#include "core/policy/compiled_policy.h"

#include <utility>

#include "core/policy/policy_errors.h"
#include "core/policy/policy_fault.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::policy {
namespace {

base::Error Describe(const Fault& fault) {
  const std::string place = fault.owner.empty() ? fault.path() : fault.owner + ": " + fault.field;
  return {fault.code, place + ": " + fault.reason};
}

v1::Threshold CanaryThreshold() {
  v1::Threshold canary;
  canary.set_id(std::string(kCanaryRule));
  canary.set_measure(v1::MEASURE_EVENTS);
  canary.add_per(v1::SUBJECT_KEY_USER);
  canary.add_per(v1::SUBJECT_KEY_HOST);
  canary.mutable_window()->set_seconds(60);  // each sighting is one too many: what was before does not matter
  canary.set_severity(v1::SEVERITY_CRITICAL);
  return canary;
}

}  // namespace

const std::string& CompiledPolicy::GroupOf(const std::string& user) const {
  static const std::string kNone;
  const auto found = group_of_.find(user);
  return found == group_of_.end() ? kNone : found->second;
}

base::Result<CompiledPolicy> CompiledPolicy::Compile(v1::Policy source) {
  if (const auto fault = FindPolicyFault(source)) return Describe(*fault);
  CompiledPolicy policy;
  for (const v1::Rule& rule : source.rules()) {
    auto when = Condition::Compile(rule.when(), source);
    if (!when) return when.error().Wrap(rule.id());
    policy.rules_.push_back({rule, *std::move(when)});
  }
  for (const v1::Threshold& threshold : source.thresholds()) {
    auto when = Condition::Compile(threshold.when(), source);
    if (!when) return when.error().Wrap(threshold.id());
    CompiledThreshold& compiled = policy.thresholds_.emplace_back(CompiledThreshold{threshold, *std::move(when)});
    for (const v1::SequenceStep& step : threshold.sequence()) {
      auto step_when = Condition::Compile(step.when(), source);
      if (!step_when) return step_when.error().Wrap(threshold.id());
      compiled.steps.push_back(*std::move(step_when));
    }
  }
  for (const v1::Tag& tag : source.tags()) {
    auto when = Condition::Compile(tag.when(), source);
    if (!when) return when.error().Wrap(tag.name());
    policy.tags_.push_back({tag.name(), *std::move(when)});
  }
  auto any = Condition::Compile({});
  if (!any) return any.error();
  policy.canary_.push_back({CanaryThreshold(), *std::move(any)});
  policy.suppressions_ = Suppressions(source);
  for (const v1::Group& group : source.groups()) {
    for (const std::string& user : group.users()) policy.group_of_.emplace(user, group.name());
  }
  auto allowed = AllowedDestinations::Parse(source.allowed_destinations());
  if (!allowed) return allowed.error().Wrap("allowed_destinations");
  policy.allowed_destinations_ = *std::move(allowed);
  policy.source_ = std::move(source);
  return policy;
}

base::Result<CompiledPolicy> ReadPolicy(std::string_view yaml, const std::string& file_name,
                                        std::optional<base::SystemTime> now) {
  v1::Policy source;
  const auto lines = contract::ReadYamlWithLines(yaml, file_name, source);
  if (!lines) return lines.error();
  if (const auto fault = FindPolicyFault(source, now)) return FaultInText(*fault, file_name, *lines);
  return CompiledPolicy::Compile(std::move(source));
}

}  // namespace vigie::policy
