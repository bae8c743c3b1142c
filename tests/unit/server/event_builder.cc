#include "tests/unit/server/event_builder.h"

#include <numeric>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server {

v1::Event MakeEvent(const EventPlan& plan) {
  v1::Event event;
  event.set_agent_id(plan.agent);
  event.set_boot_epoch(plan.epoch);
  event.set_sequence(plan.sequence);
  event.set_verdict(v1::VERDICT_AUDIT);
  v1::Activity& activity = *event.mutable_activity();
  activity.set_kind(v1::ACTIVITY_KIND_WRITE);
  activity.set_channel(plan.channel);
  activity.set_host(plan.host);
  activity.set_user(plan.user);
  activity.set_uid(1000);
  activity.mutable_process()->set_pid(4711);
  activity.mutable_process()->set_start_time(99);
  activity.mutable_process()->set_exe(plan.exe);
  activity.mutable_file()->set_path(plan.path);
  activity.mutable_file()->set_bytes(1000);
  *activity.mutable_at() = contract::ToProto(kStoryBegin + plan.after);
  activity.set_monotonic_ns(static_cast<std::uint64_t>(plan.after.count()) + 1);
  v1::Inspection& inspection = *event.mutable_inspection();
  inspection.set_media_type("text/csv");
  inspection.set_bytes(1000);
  inspection.set_evaluated(v1::EVALUATED_FULL);
  if (plan.records.empty()) return event;
  inspection.mutable_customers()->set_distinct(static_cast<std::uint32_t>(plan.records.size()));
  inspection.mutable_customers()->set_records(customers::RecordSet(plan.records).Serialize());
  return event;
}

v1::Event MakeGap(const std::string& agent, std::uint64_t sequence, std::chrono::nanoseconds after) {
  v1::Event event;
  event.set_agent_id(agent);
  event.set_boot_epoch(1);
  event.set_sequence(sequence);
  event.mutable_gap()->set_sensor("file_events");
  event.mutable_gap()->set_reason("queue overflow");
  *event.mutable_gap()->mutable_from() = contract::ToProto(kStoryBegin + after);
  *event.mutable_gap()->mutable_until() = contract::ToProto(kStoryBegin + after);
  return event;
}

std::vector<std::uint32_t> Records(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> ids(count);
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

}  // namespace vigie::server
