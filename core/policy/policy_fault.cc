#include "core/policy/policy_fault.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/policy/allowed_destinations.h"
#include "core/policy/detector_fault.h"
#include "core/policy/fault_finder.h"
#include "core/policy/suppressions.h"
#include "core/policy/threshold_fault.h"

namespace vigie::policy {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr int kMaxUsersOfGroup = 100'000;

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

// Ids are unique over rules and thresholds: events and incidents name either by its id alone.
class PolicyChecker {
 public:
  void CheckRule(const v1::Rule& rule, const std::string& parent);
  void CheckThreshold(const v1::Threshold& threshold, const std::string& parent);
  void CheckPolicy(const v1::Policy& policy, std::optional<base::SystemTime> now);
  FaultFinder& faults() { return find_; }

 private:
  void CheckDetectors(const v1::Policy& policy);
  void CheckAllowedDestinations(const v1::Policy& policy);
  void CheckId(const std::string& id, const std::string& parent);
  void CheckGroups(const v1::Policy& policy);
  void CheckTags(const v1::Policy& policy);
  void CheckWhen(const v1::Condition& when);

  FaultFinder find_;
  OwnNames own_;
  std::map<std::string, std::string> ids_;  // → where it is used
};

void PolicyChecker::CheckPolicy(const v1::Policy& policy, std::optional<base::SystemTime> now) {
  find_.Require(policy.version() >= 1, "version", "must be at least 1");
  find_.Count(policy.rules_size(), "rules");
  find_.Count(policy.thresholds_size(), "thresholds");
  CheckDetectors(policy);
  CheckGroups(policy);
  CheckTags(policy);
  for (int i = 0; i < policy.rules_size(); ++i) CheckRule(policy.rules(i), Element("rules", i));
  for (int i = 0; i < policy.thresholds_size(); ++i) CheckThreshold(policy.thresholds(i), Element("thresholds", i));
  CheckAllowedDestinations(policy);
  CheckSuppressions(policy, now, find_);
}

// A group counts each of its users, so a user in two would count twice, and nobody could say whose peer he is.
void PolicyChecker::CheckGroups(const v1::Policy& policy) {
  find_.Count(policy.groups_size(), "groups");
  std::map<std::string, std::string> group_of;
  for (int i = 0; i < policy.groups_size(); ++i) {
    const v1::Group& group = policy.groups(i);
    find_.Look("", Element("groups", i));
    find_.Require(IsId(group.name()), "name", "must be 1 to 64 of letters, digits, '.', '_' and '-'");
    find_.Require(own_.groups.insert(group.name()).second, "name", "is already the name of another group");
    find_.Require(group.users_size() <= kMaxUsersOfGroup, "users", "must have at most 100000 elements");
    for (int k = 0; k < group.users_size() && k < kMaxUsersOfGroup; ++k) {
      const auto [entry, fresh] = group_of.emplace(group.users(k), group.name());
      find_.Require(!group.users(k).empty(), Element("users", k), "must not be empty");
      find_.Require(fresh, Element("users", k), "is already in group " + entry->second + ": a user is in one at most");
    }
  }
  find_.Look("", "");
}

void PolicyChecker::CheckTags(const v1::Policy& policy) {
  find_.Count(policy.tags_size(), "tags");
  std::set<std::string> names;
  for (int i = 0; i < policy.tags_size(); ++i) {
    const v1::Tag& tag = policy.tags(i);
    find_.Look(IsId(tag.name()) ? "tag " + tag.name() : "", Element("tags", i));
    find_.Require(IsId(tag.name()), "name", "must be 1 to 64 of letters, digits, '.', '_' and '-'");
    find_.Require(names.insert(tag.name()).second, "name", "is already the name of another tag");
    find_.Require(tag.when().tags().empty(), "when.tags", "a tag cannot stand for tags");
    find_.Require(tag.when().verdicts().empty(), "when.verdicts", "belongs to thresholds: rules may name the tag");
    CheckWhen(tag.when());
  }
  own_.tags = std::move(names);
  find_.Look("", "");
}

void PolicyChecker::CheckAllowedDestinations(const v1::Policy& policy) {
  find_.Look("", "");
  find_.Count(policy.allowed_destinations_size(), "allowed_destinations");
  for (int i = 0; i < std::min(policy.allowed_destinations_size(), kMaxElements); ++i) {
    const auto added = AllowedDestinations().Add(policy.allowed_destinations(i));
    if (!added) find_.Require(false, Element("allowed_destinations", i), added.error().message);
  }
}

void PolicyChecker::CheckDetectors(const v1::Policy& policy) {
  find_.Require(policy.detectors_size() <= kMostUserDetectors, "detectors", "must have at most 32 elements");
  for (int i = 0; i < std::min(policy.detectors_size(), kMostUserDetectors); ++i) {
    const auto& detector = policy.detectors(i);
    const auto fault = FindDetectorFault(detector);
    const bool has_bad_id = fault && fault->field == "id";
    find_.Look(has_bad_id ? "" : "detector " + detector.id(), Element("detectors", i));
    if (fault) find_.Require(false, fault->field, fault->reason);
    find_.Require(own_.classes.insert(detector.id()).second, "id", "is already the id of another detector");
  }
  find_.Look("", "");
}

void PolicyChecker::CheckId(const std::string& id, const std::string& parent) {
  find_.Require(!id.empty(), "id", "must be given");
  find_.Require(IsId(id), "id", "must be 1 to 64 of letters, digits, '.', '_' and '-'");
  find_.Require(id != kAllowedDestinationRule, "id", "is the product's name for what allowed_destinations allow");
  find_.Require(id != kCanaryRule, "id", "is the product's name for what sightings of canaries raise");
  const auto [other, fresh] = ids_.emplace(id, parent);
  find_.Require(fresh, "id", "is already the id of " + other->second);
}

void PolicyChecker::CheckWhen(const v1::Condition& when) {
  find_.LookInside("when.");
  CheckCondition(when, own_, find_);
  find_.LookInside("");
}

void PolicyChecker::CheckRule(const v1::Rule& rule, const std::string& parent) {
  find_.Look(IsId(rule.id()) ? "rule " + rule.id() : "", parent);
  CheckId(rule.id(), parent);
  CheckWhen(rule.when());
  find_.Require(rule.when().verdicts().empty(), "when.verdicts",
                "belongs to thresholds: a rule is what decides the verdict");
  find_.Known(rule.action(), "action");
  find_.RequireSupport(rule.action() != v1::ACTION_WARN && rule.action() != v1::ACTION_QUARANTINE, "action",
                       "this version cannot warn or quarantine: it can allow, audit and block");
}

void PolicyChecker::CheckThreshold(const v1::Threshold& threshold, const std::string& parent) {
  find_.Look(IsId(threshold.id()) ? "threshold " + threshold.id() : "", parent);
  CheckId(threshold.id(), parent);
  policy::CheckThreshold(threshold, own_, find_);
}

}  // namespace

std::optional<Fault> FindPolicyFault(const v1::Policy& policy, std::optional<base::SystemTime> now) {
  PolicyChecker checker;
  checker.CheckPolicy(policy, now);
  return checker.faults().TakeFirst();
}

std::vector<Fault> FindPolicyFaults(const v1::Policy& policy, std::optional<base::SystemTime> now) {
  PolicyChecker checker;
  checker.CheckPolicy(policy, now);
  return checker.faults().TakeFaults();
}

std::optional<Fault> FindConditionFault(const v1::Condition& condition, const v1::Policy& policy) {
  FaultFinder find;
  CheckCondition(condition, OwnNamesOf(policy), find);
  return find.TakeFirst();
}

}  // namespace vigie::policy
