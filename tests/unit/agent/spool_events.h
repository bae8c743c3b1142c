#pragma once

#include <string>

#include "proto/contract/time_conversion.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent {

// A valid event that names itself.
inline v1::Event SomeEvent(const std::string& path = "/home/a.csv") {
  v1::Event event;
  v1::Activity& activity = *event.mutable_activity();
  activity.set_kind(v1::ACTIVITY_KIND_OPEN);
  activity.set_channel(v1::CHANNEL_LOCAL);
  activity.set_host("desk-7");
  activity.set_user("alice");
  activity.mutable_process()->set_pid(7);
  activity.mutable_process()->set_start_time(70);
  activity.mutable_file()->set_path(path);
  *activity.mutable_at() = contract::ToProto(base::SystemTime(std::chrono::seconds(1'800'000'000)));
  event.mutable_inspection()->set_evaluated(v1::EVALUATED_FULL);
  event.set_verdict(v1::VERDICT_ALLOW);
  return event;
}

}  // namespace vigie::agent
