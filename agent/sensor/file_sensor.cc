#include "agent/sensor/file_sensor.h"

#include <utility>

namespace vigie::agent::sensor {
namespace {

// A medium is not unmounted while a file on it is open, nor is the space of a removed file free: of more events than
// this only small files stay open, and none on a medium.
constexpr std::size_t kManyHeldOpen = 1024;
constexpr std::uint64_t kSmallFile = std::uint64_t{128} << 10;

bool IsBurden(const platform::FileEvent& event, std::size_t held_before) {
  return held_before >= kManyHeldOpen && (event.on_medium || event.file.bytes > kSmallFile);
}

}  // namespace

FileSensor::FileSensor(const base::Clock& clock, Hooks hooks, FileSensorLimits limits)
    : hooks_(std::move(hooks)),
      limits_(limits),
      accesses_(limits.accesses, base::OverflowPolicy::kReject),
      urgent_events_(limits.events, base::OverflowPolicy::kReject),
      events_(limits.events, base::OverflowPolicy::kReject),
      gaps_(clock, "file_events"),
      gaps_of_gone_files_(clock, "file_events") {
}

void FileSensor::OnAccess(platform::PendingAccess access) {
  const base::SystemTime at = access.event().at;
  if (accesses_.Push(std::move(access))) return;
  gaps_.Add("too many opens waited for a verdict: the fail mode answered", at, 1);
}

void FileSensor::OnEvent(platform::FileEvent event) {
  hooks_.seen(event);
  if (event.kind == platform::FileEventKind::kCreated && !hooks_.created_matters(event.file)) return;
  const base::SystemTime at = event.at;
  const bool changed =
      event.kind == platform::FileEventKind::kClosedAfterWrite && !event.on_medium && event.file.bytes > 0;
  if (changed) hooks_.changed(event);
  auto& queue = QueueOf(event);
  if (!HasRoomForContent(queue) || IsBurden(event, queue.size())) {
    event.content.Close();
    event.process_handle.reset();
  }
  if (queue.Push(std::move(event))) return;
  gaps_.Add("too many files changed at once", at, 1);
}

void FileSensor::OnGap(platform::FileEventGap gap) {
  if (gap.file_gone) return gaps_of_gone_files_.Add(gap.reason, gap.at, 1);
  hooks_.missed();
  gaps_.Add(gap.reason, gap.at, 0);
}

std::optional<platform::PendingAccess> FileSensor::NextAccess(std::stop_token stop) {
  return accesses_.Pop(std::move(stop));
}

std::optional<platform::FileEvent> FileSensor::NextUrgentEvent(std::stop_token stop) {
  return urgent_events_.Pop(std::move(stop));
}

std::optional<platform::FileEvent> FileSensor::NextEvent(std::stop_token stop, std::chrono::nanoseconds time) {
  return events_.PopFor(std::move(stop), time);
}

}  // namespace vigie::agent::sensor
