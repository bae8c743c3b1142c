#include "core/policy/threshold_fault.h"

#include <algorithm>

#include "core/identifiers/detector_classes.h"
#include "core/policy/blocked_channels.h"

namespace vigie::policy {
namespace {

constexpr std::int64_t kMinWindowSeconds = 60;
constexpr std::int64_t kMaxWindowSeconds = std::int64_t{90} * 24 * 3600;

constexpr std::int64_t kSecondsOfDay = 24 * 3600;
constexpr std::int64_t kFewestHistoryDays = 7;
constexpr std::int64_t kMostHistoryDays = 90;
constexpr std::uint32_t kFewestBaselineDays = 5;
constexpr double kMostDeviations = 1'000'000;

constexpr int kFewestSteps = 2;
constexpr int kMostSteps = 8;
constexpr std::size_t kMaxStepNameBytes = 64;

template <typename List, typename Value>
bool Holds(const List& list, Value value) {
  return std::ranges::find(list, static_cast<int>(value)) != list.end();
}

void CheckWhen(const v1::Condition& when, const OwnNames& own, FaultFinder& find) {
  find.LookInside("when.");
  CheckCondition(when, own, find);
  find.LookInside("");
}

void CheckSubject(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find) {
  find.Require(!threshold.per().empty(), "per", "must name at least one key, such as user");
  find.KnownList<v1::SubjectKey>(threshold.per(), "per");
  std::set<int> seen;
  for (int i = 0; i < threshold.per_size(); ++i) {
    find.Require(seen.insert(threshold.per(i)).second, Element("per", i), "given twice");
    find.Require(threshold.per(i) != v1::SUBJECT_KEY_GROUP || !own.groups.empty(), Element("per", i),
                 "needs groups in the policy: groups: [{name: sales, users: [alice]}]");
  }
}

void CheckWindow(const v1::Threshold& threshold, FaultFinder& find) {
  const auto& window = threshold.window();
  find.Require(threshold.has_window(), "window", "must be given, such as 24h");
  const bool in_range = window.seconds() >= kMinWindowSeconds && window.seconds() <= kMaxWindowSeconds &&
                        window.nanos() >= 0 && window.nanos() < 1'000'000'000 &&
                        (window.seconds() < kMaxWindowSeconds || window.nanos() == 0);
  find.Require(in_range, "window", "must be from 1m to 90d");
}

void CheckResponses(const v1::Threshold& threshold, FaultFinder& find) {
  find.KnownList<v1::Response>(threshold.respond(), "respond");
  if (!Holds(threshold.respond(), v1::RESPONSE_BLOCK_CHANNELS)) return;
  find.Require(Holds(threshold.per(), v1::SUBJECT_KEY_USER), "respond",
               "block_channels needs user among per: it blocks the channels of a user");
  const int steps = threshold.sequence_size();
  find.Require(!BlockedChannels(threshold).empty(), "respond",
               steps == 0 ? "block_channels needs when.channels: those are blocked"
                          : "block_channels needs when.channels in the last step: those are blocked");
}

void CheckSequence(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find) {
  const int steps = threshold.sequence_size();
  find.Require(steps == 0 || (steps >= kFewestSteps && steps <= kMostSteps), "sequence", "must have 2 to 8 steps");
  std::set<std::string> names;
  for (int i = 0; i < steps; ++i) {
    const v1::SequenceStep& step = threshold.sequence(i);
    find.LookInside(Element("sequence", i) + ".");
    find.Require(!step.name().empty() && step.name().size() <= kMaxStepNameBytes, "name", "must be 1 to 64 bytes");
    find.Require(names.insert(step.name()).second, "name", "is already the name of another step");
    find.LookInside(Element("sequence", i) + ".when.");
    CheckCondition(step.when(), own, find);
    find.LookInside("");
  }
  if (!threshold.has_link()) return;
  find.Require(steps > 0, "link", "belongs to a sequence");
  const double share = threshold.link().share_at_least();
  find.Require(share >= 0 && share <= 1, "link.share_at_least", "must be above 0 and at most 1");
}

void CheckComparison(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find) {
  const v1::Baseline& baseline = threshold.baseline();
  find.KnownList<v1::BaselineOf>(baseline.of(), "baseline.of");
  std::set<int> seen;
  for (int i = 0; i < baseline.of_size(); ++i) {
    find.Require(seen.insert(baseline.of(i)).second, Element("baseline.of", i), "given twice");
  }
  if (!Holds(baseline.of(), v1::BASELINE_OF_GROUP)) return;
  // With more keys a user would be several subjects, and compared with himself.
  find.Require(threshold.per_size() == 1 && Holds(threshold.per(), v1::SUBJECT_KEY_USER), "baseline.of",
               "group needs per: [user] alone: a user is compared with the others of the group");
  find.Require(!own.groups.empty(), "baseline.of",
               "group needs groups in the policy: groups: [{name: sales, users: [alice]}]");
}

void CheckBaseline(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find) {
  if (!threshold.has_baseline()) return;
  const v1::Baseline& baseline = threshold.baseline();
  const std::int64_t seconds = baseline.history().seconds();
  const bool whole_days = seconds % kSecondsOfDay == 0 && baseline.history().nanos() == 0;
  const std::int64_t days = seconds / kSecondsOfDay;
  find.Require(baseline.has_history(), "baseline.history", "must be given, such as 30d");
  find.Require(whole_days && days >= kFewestHistoryDays && days <= kMostHistoryDays, "baseline.history",
               "must be whole days, from 7d to 90d");
  find.Require(baseline.at_least() >= kFewestBaselineDays && baseline.at_least() <= days, "baseline.at_least",
               "must be days with activity before it says anything: from 5 to those of history");
  find.Require(baseline.deviation() >= 1 && baseline.deviation() <= kMostDeviations, "baseline.deviation",
               "must be from 1 to 1000000");
  CheckComparison(threshold, own, find);
  find.Require(threshold.window().seconds() < kSecondsOfDay ||
                   (threshold.window().seconds() == kSecondsOfDay && threshold.window().nanos() == 0),
               "baseline", "needs a window of 24h or less: it compares days");
  find.Require(threshold.sequence().empty(), "baseline", "does not go with a sequence");
}

void CheckRearming(const v1::Threshold& threshold, FaultFinder& find) {
  find.Require(!threshold.has_rearm_below() || threshold.rearm_below() <= threshold.over(), "rearm_below",
               "must not be greater than over: what is still over would open again at once");
}

}  // namespace

OwnNames OwnNamesOf(const v1::Policy& policy) {
  OwnNames own;
  for (const auto& detector : policy.detectors()) own.classes.insert(detector.id());
  for (const auto& group : policy.groups()) own.groups.insert(group.name());
  for (const auto& tag : policy.tags()) own.tags.insert(tag.name());
  return own;
}

void CheckCondition(const v1::Condition& when, const OwnNames& own, FaultFinder& find) {
  find.KnownList<v1::Channel>(when.channels(), "channels");
  find.KnownList<v1::ActivityKind>(when.activities(), "activities");
  find.Count(when.classes_size(), "classes");
  for (int i = 0; i < when.classes_size(); ++i) {
    const bool is_class = identifiers::IsDetectorClass(when.classes(i)) || own.classes.contains(when.classes(i));
    find.Require(is_class, Element("classes", i), "is not the name of a detector class");
  }
  find.KnownList<v1::Verdict>(when.verdicts(), "verdicts");
  find.Texts(when.paths(), "paths", kMaxGlobBytes);
  find.Texts(when.processes(), "processes", kMaxTextBytes);
  find.Texts(when.users(), "users", kMaxTextBytes);
  find.Texts(when.destinations(), "destinations", kMaxGlobBytes);
  find.Count(when.groups_size(), "groups");
  for (int i = 0; i < when.groups_size(); ++i) {
    find.Require(own.groups.contains(when.groups(i)), Element("groups", i),
                 "is not the name of a group of this policy");
  }
  find.Count(when.tags_size(), "tags");
  for (int i = 0; i < when.tags_size(); ++i) {
    find.Require(own.tags.contains(when.tags(i)), Element("tags", i), "is not the name of a tag of this policy");
  }
}

void CheckThreshold(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find) {
  CheckWhen(threshold.when(), own, find);
  find.Known(threshold.measure(), "measure");
  find.RequireSupport(threshold.measure() != v1::MEASURE_DISTINCT_IDENTIFIERS, "measure",
                      "this version cannot measure distinct_identifiers: events tell how many a file holds, not which; "
                      "it can events, bytes, distinct_files and distinct_customers");
  CheckSubject(threshold, own, find);
  CheckWindow(threshold, find);
  find.Known(threshold.severity(), "severity");
  CheckResponses(threshold, find);
  CheckSequence(threshold, own, find);
  CheckBaseline(threshold, own, find);
  CheckRearming(threshold, find);
}

}  // namespace vigie::policy
