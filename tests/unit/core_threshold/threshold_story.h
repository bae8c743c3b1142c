#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "core/threshold/threshold_engine.h"
#include "proto/contract/time_conversion.h"

namespace vigie::threshold {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline const base::SystemTime kMonday = base::SystemTime(hours(24) * 20'000);

struct Act {
  base::SystemTime at = kMonday;
  std::string user = "alice";
  std::string host = "w1";
  std::vector<customers::RecordId> customers = {};
  std::uint64_t bytes = 0;
  std::uint64_t inode = 0;
  std::string path = "/srv/export.csv";
  std::uint64_t sequence = 1;
};

inline v1::Event MakeEvent(const Act& act) {
  v1::Event event;
  event.set_agent_id("agent-" + act.host);
  event.set_boot_epoch(1);
  event.set_sequence(act.sequence);
  event.set_verdict(v1::VERDICT_AUDIT);
  auto* activity = event.mutable_activity();
  activity->set_kind(v1::ACTIVITY_KIND_UPLOAD);
  activity->set_channel(v1::CHANNEL_WEB_UPLOAD);
  activity->set_host(act.host);
  activity->set_user(act.user);
  activity->mutable_process()->set_exe("/usr/bin/curl");
  activity->mutable_file()->set_path(act.path);
  activity->mutable_file()->set_bytes(act.bytes);
  activity->mutable_file()->set_inode(act.inode);
  activity->mutable_file()->set_device(act.inode == 0 ? 0 : 8);
  *activity->mutable_at() = contract::ToProto(act.at);
  const customers::RecordSet records{std::span(act.customers)};
  event.mutable_inspection()->mutable_customers()->set_records(records.Serialize());
  event.mutable_inspection()->mutable_customers()->set_distinct(records.size());
  return event;
}

inline v1::Threshold MakeThreshold(v1::Measure measure, std::chrono::nanoseconds window, std::uint64_t over) {
  v1::Threshold threshold;
  threshold.set_id("t-" + std::to_string(static_cast<int>(measure)));
  threshold.set_measure(measure);
  threshold.add_per(v1::SUBJECT_KEY_USER);
  *threshold.mutable_window() = contract::ToProto(window);
  threshold.set_over(over);
  threshold.set_severity(v1::SEVERITY_HIGH);
  return threshold;
}

inline ThresholdEngine MakeEngine(const std::vector<v1::Threshold>& thresholds) {
  v1::Policy source;
  source.set_version(1);
  for (const v1::Threshold& threshold : thresholds) *source.add_thresholds() = threshold;
  auto policy = policy::CompiledPolicy::Compile(source);
  if (!policy) throw std::runtime_error(policy.error().message);
  return ThresholdEngine(std::make_shared<const policy::CompiledPolicy>(*std::move(policy)));
}

// For an engine with one threshold that the event matches.
inline Observation ObserveOne(ThresholdEngine& engine, const Act& act) {
  auto observations = engine.Observe(MakeEvent(act));
  EXPECT_EQ(observations.size(), 1U);
  return observations.empty() ? Observation{} : std::move(observations[0]);
}

}  // namespace vigie::threshold
