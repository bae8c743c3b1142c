#include "core/policy/policy_fault.h"

#include <google/protobuf/generated_enum_reflection.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/identifiers/detector_classes.h"
#include "core/policy/allowed_destinations.h"
#include "core/policy/detector_fault.h"

namespace vigie::policy {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::size_t kMaxGlobBytes = 1024;
constexpr std::size_t kMaxTextBytes = 8192;
constexpr int kMaxElements = 1000;
constexpr std::int64_t kMinWindowSeconds = 60;
constexpr std::int64_t kMaxWindowSeconds = std::int64_t{90} * 24 * 3600;

std::string Element(std::string_view list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// Remembers the first fault; `parent`, `owner` and `prefix` say where it is looking.
class FaultFinder {
 public:
  void Look(std::string owner, std::string parent) {
    owner_ = std::move(owner);
    parent_ = std::move(parent);
  }
  void LookInside(std::string prefix) { prefix_ = std::move(prefix); }

  void Require(bool holds, std::string_view field, std::string_view reason,
               ErrorCode code = ErrorCode::kInvalidArgument) {
    if (holds || fault_) return;
    fault_ = Fault{code, owner_, parent_, prefix_ + std::string(field), std::string(reason)};
  }

  // For what is well said, but not within this build's power.
  void RequireSupport(bool supported, std::string_view field, std::string_view reason) {
    Require(supported, field, reason, ErrorCode::kUnsupported);
  }

  template <typename E>
  void Known(E value, std::string_view field) {
    Require(static_cast<int>(value) != 0, field, "must be given");
    const auto* type = google::protobuf::GetEnumDescriptor<E>();
    RequireSupport(type->FindValueByNumber(static_cast<int>(value)) != nullptr, field, "is not known to this version");
  }

  template <typename E, typename List>
  void KnownList(const List& list, std::string_view field) {
    Count(list.size(), field);
    for (int i = 0; i < list.size(); ++i) Known(static_cast<E>(list[i]), Element(field, i));
  }

  void Count(int size, std::string_view field) {
    Require(size <= kMaxElements, field, "must have at most 1000 elements");
  }

  template <typename List>
  void Texts(const List& list, std::string_view field, std::size_t limit) {
    Count(list.size(), field);
    for (int i = 0; i < list.size(); ++i) {
      Require(!list[i].empty(), Element(field, i), "must not be empty");
      Require(list[i].size() <= limit, Element(field, i), "must be at most " + std::to_string(limit) + " bytes");
    }
  }

  std::optional<Fault> TakeFault() { return std::move(fault_); }

 private:
  std::string owner_;
  std::string parent_;
  std::string prefix_;
  std::optional<Fault> fault_;
};

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

using ClassNames = std::set<std::string>;

void CheckCondition(const v1::Condition& when, const ClassNames& own_classes, FaultFinder& find) {
  find.KnownList<v1::Channel>(when.channels(), "channels");
  find.KnownList<v1::ActivityKind>(when.activities(), "activities");
  find.Count(when.classes_size(), "classes");
  for (int i = 0; i < when.classes_size(); ++i) {
    const bool is_class = identifiers::IsDetectorClass(when.classes(i)) || own_classes.contains(when.classes(i));
    find.Require(is_class, Element("classes", i), "is not the name of a detector class");
  }
  find.KnownList<v1::Verdict>(when.verdicts(), "verdicts");
  find.Texts(when.paths(), "paths", kMaxGlobBytes);
  find.Texts(when.processes(), "processes", kMaxTextBytes);
  find.Texts(when.users(), "users", kMaxTextBytes);
  find.Texts(when.destinations(), "destinations", kMaxGlobBytes);
}

// Ids are unique over rules and thresholds: events and incidents name either by its id alone.
class PolicyChecker {
 public:
  void CheckRule(const v1::Rule& rule, const std::string& parent);
  void CheckThreshold(const v1::Threshold& threshold, const std::string& parent);
  void CheckPolicy(const v1::Policy& policy);
  std::optional<Fault> TakeFault() { return find_.TakeFault(); }

 private:
  void CheckDetectors(const v1::Policy& policy);
  void CheckAllowedDestinations(const v1::Policy& policy);
  void CheckId(const std::string& id, const std::string& parent);
  void CheckWhen(const v1::Condition& when);
  void CheckSubject(const v1::Threshold& threshold);
  void CheckWindow(const v1::Threshold& threshold);
  void CheckResponses(const v1::Threshold& threshold);

  FaultFinder find_;
  ClassNames own_classes_;
  std::map<std::string, std::string> ids_;  // → where it is used
};

void PolicyChecker::CheckPolicy(const v1::Policy& policy) {
  find_.Require(policy.version() >= 1, "version", "must be at least 1");
  find_.Count(policy.rules_size(), "rules");
  find_.Count(policy.thresholds_size(), "thresholds");
  CheckDetectors(policy);
  for (int i = 0; i < policy.rules_size(); ++i) CheckRule(policy.rules(i), Element("rules", i));
  for (int i = 0; i < policy.thresholds_size(); ++i) CheckThreshold(policy.thresholds(i), Element("thresholds", i));
  CheckAllowedDestinations(policy);
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
    find_.Require(own_classes_.insert(detector.id()).second, "id", "is already the id of another detector");
  }
  find_.Look("", "");
}

void PolicyChecker::CheckId(const std::string& id, const std::string& parent) {
  find_.Require(!id.empty(), "id", "must be given");
  find_.Require(IsId(id), "id", "must be 1 to 64 of letters, digits, '.', '_' and '-'");
  find_.Require(id != kAllowedDestinationRule, "id", "is the product's name for what allowed_destinations allow");
  const auto [other, fresh] = ids_.emplace(id, parent);
  find_.Require(fresh, "id", "is already the id of " + other->second);
}

void PolicyChecker::CheckWhen(const v1::Condition& when) {
  find_.LookInside("when.");
  CheckCondition(when, own_classes_, find_);
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
  CheckWhen(threshold.when());
  find_.Known(threshold.measure(), "measure");
  find_.RequireSupport(
      threshold.measure() != v1::MEASURE_DISTINCT_IDENTIFIERS, "measure",
      "this version cannot measure distinct_identifiers: it can events, bytes, distinct_files and distinct_customers");
  CheckSubject(threshold);
  CheckWindow(threshold);
  find_.Known(threshold.severity(), "severity");
  CheckResponses(threshold);
}

void PolicyChecker::CheckSubject(const v1::Threshold& threshold) {
  find_.Require(!threshold.per().empty(), "per", "must name at least one key, such as user");
  find_.KnownList<v1::SubjectKey>(threshold.per(), "per");
  std::set<int> seen;
  for (int i = 0; i < threshold.per_size(); ++i) {
    find_.Require(seen.insert(threshold.per(i)).second, Element("per", i), "given twice");
    find_.RequireSupport(threshold.per(i) != v1::SUBJECT_KEY_GROUP, Element("per", i),
                         "this version knows no groups: it can count per user, host, process and destination");
  }
}

void PolicyChecker::CheckWindow(const v1::Threshold& threshold) {
  const auto& window = threshold.window();
  find_.Require(threshold.has_window(), "window", "must be given, such as 24h");
  const bool in_range = window.seconds() >= kMinWindowSeconds && window.seconds() <= kMaxWindowSeconds &&
                        window.nanos() >= 0 && window.nanos() < 1'000'000'000 &&
                        (window.seconds() < kMaxWindowSeconds || window.nanos() == 0);
  find_.Require(in_range, "window", "must be from 1m to 90d");
}

void PolicyChecker::CheckResponses(const v1::Threshold& threshold) {
  find_.KnownList<v1::Response>(threshold.respond(), "respond");
  if (std::ranges::find(threshold.respond(), v1::RESPONSE_BLOCK_CHANNELS) == threshold.respond().end()) return;
  const bool per_user = std::ranges::find(threshold.per(), v1::SUBJECT_KEY_USER) != threshold.per().end();
  find_.Require(per_user, "respond", "block_channels needs user among per: it blocks the channels of a user");
  find_.Require(!threshold.when().channels().empty(), "respond",
                "block_channels needs when.channels: those are blocked");
}

}  // namespace

std::optional<Fault> FindPolicyFault(const v1::Policy& policy) {
  PolicyChecker checker;
  checker.CheckPolicy(policy);
  return checker.TakeFault();
}

std::optional<Fault> FindConditionFault(const v1::Condition& condition, const v1::Policy& policy) {
  ClassNames own_classes;
  for (const auto& detector : policy.detectors()) own_classes.insert(detector.id());
  FaultFinder find;
  CheckCondition(condition, own_classes, find);
  return find.TakeFault();
}

}  // namespace vigie::policy
