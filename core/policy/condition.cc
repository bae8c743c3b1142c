#include "core/policy/condition.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/policy/policy_fault.h"

namespace vigie::policy {
namespace {

// An empty list asks for nothing.
template <typename List, typename Value>
bool EmptyOrContains(const List& list, const Value& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool AnyMatches(const std::vector<Glob>& globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const Glob& glob) { return glob.Matches(text); });
}

bool MatchesProcesses(const v1::Condition& source, const std::string& exe) {
  if (source.processes().empty()) return true;
  return std::ranges::any_of(source.processes(), [&](const std::string& wanted) { return IsProcess(exe, wanted); });
}

}  // namespace

bool IsProcess(std::string_view exe, std::string_view wanted) {
  if (wanted.find('/') != std::string_view::npos) return exe == wanted;
  return exe.substr(exe.rfind('/') + 1) == wanted;  // npos + 1 = 0: the whole of it
}

Condition::Condition(v1::Condition source, const v1::Policy& policy) : source_(std::move(source)) {
  for (const v1::Group& group : policy.groups()) {
    if (EmptyOrContains(source_.groups(), group.name()))
      group_users_.insert(group.users().begin(), group.users().end());
  }
  for (const v1::Tag& tag : policy.tags()) {
    const bool named = std::ranges::find(source_.tags(), tag.name()) != source_.tags().end();
    if (named) tags_.push_back(Condition(tag.when(), policy));
  }
  for (const std::string& path : source_.paths()) paths_.emplace_back(path);
  for (const std::string& name : source_.destinations()) destinations_.emplace_back(name, Glob::Case::kIgnoreAscii);
}

base::Result<Condition> Condition::Compile(const v1::Condition& source, const v1::Policy& policy) {
  if (const auto fault = FindConditionFault(source, policy))
    return base::Error{fault->code, fault->field + ": " + fault->reason};
  return Condition(source, policy);
}

bool Condition::Matches(const v1::Activity& activity, const v1::Inspection& inspection, v1::Verdict verdict) const {
  return EmptyOrContains(source_.verdicts(), static_cast<int>(verdict)) && MatchesActivity(activity) &&
         MatchesFindings(inspection) && MatchesPaths(activity.file()) && MatchesTags(activity, inspection);
}

bool Condition::MatchesTags(const v1::Activity& activity, const v1::Inspection& inspection) const {
  return tags_.empty() || std::ranges::any_of(tags_, [&](const Condition& tag) {
           return tag.Matches(activity, inspection, v1::VERDICT_UNSPECIFIED);
         });
}

bool Condition::MatchesActivity(const v1::Activity& activity) const {
  return EmptyOrContains(source_.channels(), static_cast<int>(activity.channel())) &&
         EmptyOrContains(source_.activities(), static_cast<int>(activity.kind())) &&
         EmptyOrContains(source_.users(), activity.user()) &&
         (source_.groups().empty() || group_users_.contains(activity.user())) &&
         MatchesProcesses(source_, activity.process().exe()) &&
         (destinations_.empty() || AnyMatches(destinations_, activity.destination().name()));
}

bool Condition::MatchesFindings(const v1::Inspection& inspection) const {
  if (inspection.customers().distinct() < source_.customers_at_least()) return false;
  if (source_.classes().empty()) return true;
  return std::ranges::any_of(inspection.classes(), [&](const v1::ClassFinding& finding) {
    return finding.matches() > 0 && EmptyOrContains(source_.classes(), finding.class_());
  });
}

bool Condition::MatchesPaths(const v1::File& file) const {
  if (paths_.empty()) return true;
  // An empty path is no path: ** must not match an activity without a file.
  return (!file.path().empty() && AnyMatches(paths_, file.path())) ||
         (!file.previous_path().empty() && AnyMatches(paths_, file.previous_path()));
}

}  // namespace vigie::policy
