#include "agent/sensor/file_sensor.h"

#include <algorithm>
#include <utility>

#include "agent/sensor/printable_text.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::sensor {
namespace {

constexpr char kSensorName[] = "file_events";
constexpr std::size_t kMaxReasons = 64;

}  // namespace

FileSensor::FileSensor(const base::Clock& clock, ChangedFunction changed, FileSensorLimits limits)
    : clock_(clock),
      changed_(std::move(changed)),
      limits_(limits),
      accesses_(limits.accesses, base::OverflowPolicy::kReject),
      events_(limits.events, base::OverflowPolicy::kReject) {
}

void FileSensor::OnAccess(platform::PendingAccess access) {
  const base::SystemTime at = access.event().at;
  if (accesses_.Push(std::move(access))) return;
  AddGap("too many opens waited for a verdict: the fail mode answered", at, 1);
}

void FileSensor::OnEvent(platform::FileEvent event) {
  // It has its mark already; what is in it is known once it is closed.
  if (event.kind == platform::FileEventKind::kCreated) return;
  const base::SystemTime at = event.at;
  const bool changed =
      event.kind == platform::FileEventKind::kClosedAfterWrite && !event.on_medium && event.file.bytes > 0;
  if (changed && event.content) changed_(event.content);
  if (events_.size() >= limits_.descriptors) {
    event.content.Close();
    event.process_handle.reset();
  }
  if (events_.Push(std::move(event))) return;
  AddGap("too many files changed at once", at, 1);
}

void FileSensor::OnGap(platform::FileEventGap gap) {
  AddGap(ToPrintable(gap.reason, 256), gap.at, 0);
}

std::optional<platform::PendingAccess> FileSensor::NextAccess(std::stop_token stop) {
  return accesses_.Pop(std::move(stop));
}

std::optional<platform::FileEvent> FileSensor::NextEvent(std::stop_token stop, std::chrono::nanoseconds time) {
  return events_.PopFor(std::move(stop), time);
}

std::vector<v1::Gap> FileSensor::TakeGaps() {
  return std::exchange(*gaps_.Lock(), {});
}

void FileSensor::AddGap(const std::string& reason, base::SystemTime at, std::uint64_t lost) {
  auto gaps = gaps_.Lock();
  auto same = std::ranges::find(*gaps, reason, &v1::Gap::reason);
  if (same == gaps->end()) {
    if (gaps->size() >= kMaxReasons) return;  // the sensor has a handful of reasons; counts() has them all
    same = gaps->emplace(gaps->end());
    same->set_sensor(kSensorName);
    same->set_reason(reason);
    *same->mutable_from() = contract::ToProto(at);
  }
  *same->mutable_until() = contract::ToProto(std::max(at, clock_.Now()));
  same->set_lost(same->lost() + lost);
}

}  // namespace vigie::agent::sensor
