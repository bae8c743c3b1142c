#include "core/policy/suppressions.h"

#include <algorithm>
#include <chrono>

#include "core/policy/condition.h"
#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::policy {
namespace {

constexpr std::chrono::hours kLongest{24 * 366};
constexpr std::size_t kDayLength = std::string_view("2026-12-31").size();

// What the rule counts per; nothing if there is no such rule.
std::optional<std::vector<int>> KeysOf(const std::string& rule, const v1::Policy& policy) {
  if (rule == kCanaryRule) return std::vector<int>{v1::SUBJECT_KEY_USER, v1::SUBJECT_KEY_HOST};
  const auto found = std::ranges::find(policy.thresholds(), rule, [](const auto& threshold) { return threshold.id(); });
  if (found == policy.thresholds().end()) return std::nullopt;
  return std::vector<int>(found->per().begin(), found->per().end());
}

void CheckKey(const std::string& value, v1::SubjectKey key, const std::vector<int>& per, FaultFinder& find) {
  const std::string name = contract::NameOf(key);
  find.Require(value.size() <= kMaxGlobBytes, name, "must be at most 1024 bytes");
  if (value.empty() || std::ranges::find(per, static_cast<int>(key)) != per.end()) return;
  std::string keys;
  for (const int known : per) keys += (keys.empty() ? "" : ", ") + contract::NameOf(static_cast<v1::SubjectKey>(known));
  find.Require(false, name, "is not what the threshold counts per, which is " + keys);
}

void CheckUntil(const v1::Suppression& suppression, std::optional<base::SystemTime> now, FaultFinder& find) {
  find.Require(!suppression.until().empty(), "until", "must be given: the day on which it ends, such as 2026-12-31");
  const auto until = ParseDay(suppression.until());
  find.Require(static_cast<bool>(until), "until", "must be a day such as 2026-12-31, or a time");
  if (until && now) find.Require(*until - *now <= kLongest, "until", "must be at most a year from now");
}

void CheckSuppression(const v1::Suppression& suppression, const v1::Policy& policy, FaultFinder& find) {
  find.Require(!suppression.threshold().empty(), "threshold", "must be given: the id of a threshold, or canary");
  const auto per = KeysOf(suppression.threshold(), policy);
  find.Require(per.has_value(), "threshold", "is not the id of a threshold of this policy, nor canary");
  if (per) {
    CheckKey(suppression.user(), v1::SUBJECT_KEY_USER, *per, find);
    CheckKey(suppression.host(), v1::SUBJECT_KEY_HOST, *per, find);
    CheckKey(suppression.process(), v1::SUBJECT_KEY_PROCESS, *per, find);
    CheckKey(suppression.destination(), v1::SUBJECT_KEY_DESTINATION, *per, find);
    CheckKey(suppression.group(), v1::SUBJECT_KEY_GROUP, *per, find);
  }
}

bool IsOrAny(const std::string& wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

bool Covers(const Suppressions::Suppression& suppression, const Suppressions::Question& question) {
  const v1::Suppression& source = suppression.source;
  const v1::Activity& activity = question.activity;
  const v1::Destination& to = activity.destination();
  return source.threshold() == question.rule && question.now < suppression.until &&
         IsOrAny(source.user(), activity.user()) && IsOrAny(source.host(), activity.host()) &&
         IsOrAny(source.group(), question.group) &&
         (source.process().empty() || IsProcess(activity.process().exe(), source.process())) &&
         (!suppression.destination || suppression.destination->Matches(to.name().empty() ? to.address() : to.name()));
}

}  // namespace

base::Result<base::SystemTime> ParseDay(const std::string& text) {
  const auto time = contract::ParseTime(text.size() == kDayLength ? text + "T00:00:00Z" : text);
  if (!time) return time.error();
  return contract::FromProto(*time);
}

void CheckSuppressions(const v1::Policy& policy, std::optional<base::SystemTime> now, FaultFinder& find) {
  find.Look("", "");
  find.Count(policy.suppressions_size(), "suppressions");
  for (int i = 0; i < policy.suppressions_size(); ++i) {
    const v1::Suppression& suppression = policy.suppressions(i);
    find.Look("", Element("suppressions", i));
    CheckSuppression(suppression, policy, find);
    CheckUntil(suppression, now, find);
    find.Require(!suppression.owner().empty(), "owner", "must be given: who answers for it");
    find.Require(suppression.owner().size() <= kMaxTextBytes, "owner", "must be at most 8192 bytes");
    find.Require(suppression.reason().size() <= kMaxTextBytes, "reason", "must be at most 8192 bytes");
  }
  find.Look("", "");
}

Suppressions::Suppressions(const v1::Policy& policy) {
  for (const v1::Suppression& source : policy.suppressions()) {
    const auto until = ParseDay(source.until());
    Suppression& added = suppressions_.emplace_back();
    added.source = source;
    added.until = until ? *until : base::SystemTime::min();
    if (!source.destination().empty()) added.destination.emplace(source.destination(), Glob::Case::kIgnoreAscii);
  }
}

const Suppressions::Suppression* Suppressions::Find(const Question& question) const {
  const auto found =
      std::ranges::find_if(suppressions_, [&](const Suppression& each) { return Covers(each, question); });
  return found == suppressions_.end() ? nullptr : &*found;
}

}  // namespace vigie::policy
