#include "server/retention_plan.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/threshold/baseline_table.h"
#include "core/threshold/sliding_window.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kClean = "clean_events";
constexpr std::string_view kFindings = "finding_events";
constexpr std::string_view kCustomers = "customer_events";
constexpr std::string_view kGaps = "gaps";
constexpr std::array kNotClasses = {kClean, kCustomers, kGaps};

Error Wrong(const std::string& key, const std::string& reason) {
  return {ErrorCode::kInvalidArgument, "retention." + key + ": " + reason};
}

Result<std::chrono::nanoseconds> KeepOf(const std::string& key, const google::protobuf::Duration& keep) {
  const auto time = contract::FromProto(keep);
  if (time < RetentionPlan::kShortest) return Wrong(key, "must be at least 1h");
  return time;
}

bool HoldsCustomers(const v1::Inspection& inspection) {
  return inspection.customers().distinct() > 0 || !inspection.customers().records().empty() ||
         inspection.customers_of_other_ledgers_size() > 0;
}

// What an event is kept for; "" = nothing that the plan could name.
std::vector<std::string_view> ReasonsToKeep(const v1::Event& event) {
  if (event.has_gap()) return {kGaps};
  std::vector<std::string_view> reasons;
  const v1::Inspection& inspection = event.inspection();
  if (HoldsCustomers(inspection)) reasons.push_back(kCustomers);
  for (const v1::ClassFinding& finding : inspection.classes()) reasons.push_back(finding.class_());
  if (event.has_inspection() && inspection.evaluated() != v1::EVALUATED_FULL) reasons.push_back(kFindings);
  if (reasons.empty()) reasons.push_back(kClean);
  return reasons;
}

}  // namespace

Result<RetentionPlan> RetentionPlan::Make(const v1::CollectorConfig::Retention& retention) {
  RetentionPlan plan;
  const auto take = [&](bool given, std::string_view key, const google::protobuf::Duration& keep) -> Result<void> {
    if (!given) return {};
    const auto time = KeepOf(std::string(key), keep);
    if (!time) return time.error();
    plan.event_ages_.push_back({std::string(key), *time});
    return {};
  };
  if (auto t = take(retention.has_clean_events(), kClean, retention.clean_events()); !t) return t.error();
  if (auto t = take(retention.has_finding_events(), kFindings, retention.finding_events()); !t) return t.error();
  if (auto t = take(retention.has_customer_events(), kCustomers, retention.customer_events()); !t) return t.error();
  if (auto t = take(retention.has_gaps(), kGaps, retention.gaps()); !t) return t.error();
  std::set<std::string> named;
  for (const auto& age : retention.classes()) {
    const std::string key = "classes[" + age.class_() + "]";
    const bool fit = !age.class_().empty() && age.class_() != kFindings &&
                     std::ranges::find(kNotClasses, age.class_()) == kNotClasses.end();
    if (!fit) return Wrong(key, "class must name a detector class, such as payment_card");
    if (!named.insert(age.class_()).second) return Wrong(key, "is given twice");
    if (auto t = take(true, age.class_(), age.keep()); !t) return t.error().Wrap(key);
  }
  if (retention.has_closed_incidents()) {
    const auto time = KeepOf("closed_incidents", retention.closed_incidents());
    if (!time) return time.error();
    plan.closed_incidents_ = {"closed_incidents", *time};
  }
  if (retention.has_audit()) {
    const auto time = KeepOf("audit", retention.audit());
    if (!time) return time.error();
    plan.audit_ = {"audit", *time};
  }
  return plan;
}

const RetentionPlan::Age* RetentionPlan::Find(std::string_view what) const {
  const auto found = std::ranges::find(event_ages_, what, &Age::what);
  return found == event_ages_.end() ? nullptr : &*found;
}

const RetentionPlan::Age* RetentionPlan::AgeOf(const v1::Event& event) const {
  const Age* longest = nullptr;
  for (const std::string_view reason : ReasonsToKeep(event)) {
    const Age* age = Find(reason);
    const bool is_class = std::ranges::find(kNotClasses, reason) == kNotClasses.end();
    if (age == nullptr && is_class) age = Find(kFindings);
    if (age == nullptr) return nullptr;
    if (longest == nullptr || age->keep > longest->keep) longest = age;
  }
  return longest;
}

std::string RetentionPlan::fingerprint() const {
  std::string text;
  for (const Age& age : event_ages_) text += age.what + "=" + contract::FormatDuration(age.keep) + ";";
  return text;
}

// Customers and findings may be counted alone; all else counts events of every kind, as the steps of a sequence do.
const RetentionPlan::Age* RetentionPlan::ShortestFor(const v1::Threshold& threshold) const {
  const bool all = threshold.sequence_size() > 0;
  const bool customers =
      !all && (threshold.measure() == v1::MEASURE_DISTINCT_CUSTOMERS || threshold.when().customers_at_least() > 0);
  const bool findings =
      !all && (threshold.measure() == v1::MEASURE_DISTINCT_IDENTIFIERS || threshold.when().classes_size() > 0);
  const Age* shortest = nullptr;
  for (const Age& age : event_ages_) {
    if (age.what == kGaps || (customers && age.what != kCustomers)) continue;
    if (findings && (age.what == kClean || age.what == kCustomers)) continue;
    if (shortest == nullptr || age.keep < shortest->keep) shortest = &age;
  }
  return shortest;
}

namespace {

// How long events must be kept for the threshold.
struct Needed {
  std::chrono::nanoseconds time;
  std::string why;
};

Needed NeededBy(const v1::Threshold& threshold) {
  const auto window = contract::FromProto(threshold.window());
  const auto whole = window + threshold::SlidingWindow::StepOf(window);
  const std::string length = contract::FormatDuration(window);
  if (threshold.sequence_size() > 0) {
    return {2 * whole, "its sequence needs events of twice its window of " + length + " and a little more, which"};
  }
  if (!threshold.has_baseline()) return {window, "its window of " + length};
  const auto kept = threshold::BaselineTable::KeptOf(threshold.baseline());
  return {kept + whole, "its baseline needs events of its history and some days, at least " +
                            contract::FormatDuration(kept + std::chrono::days(2)) + ", which"};
}

}  // namespace

Result<void> RetentionPlan::CheckWindows(const v1::Policy& policy) const {
  for (const v1::Threshold& threshold : policy.thresholds()) {
    const Age* shortest = ShortestFor(threshold);
    const Needed needed = NeededBy(threshold);
    if (shortest == nullptr || needed.time <= shortest->keep) continue;
    return Error{ErrorCode::kFailedPrecondition,
                 "threshold " + threshold.id() + ": " + needed.why + " is longer than retention." + shortest->what +
                     " of collector.yaml, " + contract::FormatDuration(shortest->keep) +
                     ": the collector would forget what it counts; shorten it or keep longer"};
  }
  return {};
}

}  // namespace vigie::server
