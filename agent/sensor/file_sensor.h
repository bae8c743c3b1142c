#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/sensor/gap_list.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/clock.h"
#include "platform/file_events.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::sensor {

struct FileSensorLimits {
  std::size_t accesses = 1024;
  std::size_t events = 131072;     // a large archive, unpacked faster than it can be inspected; 50 MB at worst
  std::size_t descriptors = 1024;  // events beyond this keep their path only
};

// Takes what the operating system says off its threads at once. Full queues refuse: a refused access gets the default
// answer, and what was refused becomes a gap. Thread-safe.
class FileSensor final : public platform::FileEventHandler {
 public:
  // Called with each closing of a file that was changed elsewhere than on a medium, at once: between its close and its
  // inspection its opens must ask. Its content may be missing. Runs on the operating system's thread, so it must not
  // block.
  using ChangedFunction = std::function<void(const platform::FileEvent&)>;

  // Whether the creation of this file is worth an event: most have their mark already, and what is in them is known
  // once they are closed. Runs on the operating system's thread.
  using CreatedFunction = std::function<bool(const platform::FileIdentity&)>;

  // Whether this event tells of data that may have left: such events do not stand behind others. Same thread.
  using UrgentFunction = std::function<bool(const platform::FileEvent&)>;

  // Called with each event that nobody waits for, first of all; same thread.
  using SeenFunction = std::function<void(const platform::FileEvent&)>;

  // Whether this open may go on at once, and is no event. Runs on the thread that reads the opens that wait.
  using LetThroughFunction = std::function<bool(const platform::FileEvent&)>;

  // The operating system has lost events; same thread.
  using MissedFunction = std::function<void()>;

  struct Hooks {
    ChangedFunction changed;
    CreatedFunction created_matters = [](const auto&) { return false; };
    UrgentFunction urgent = [](const platform::FileEvent& event) { return event.on_medium; };
    SeenFunction seen = [](const auto&) {};
    LetThroughFunction let_through = [](const auto&) { return false; };
    MissedFunction missed = [] {};
  };

  FileSensor(const base::Clock& clock, Hooks hooks, FileSensorLimits limits = {});

  void OnAccess(platform::PendingAccess access) override;
  void OnEvent(platform::FileEvent event) override;
  void OnGap(platform::FileEventGap gap) override;
  bool LetsGo(const platform::FileEvent& opening) override { return hooks_.let_through(opening); }
  bool WantsContent(const platform::FileEvent& event) override { return HasRoomForContent(QueueOf(event)); }

  // Wait for the next one; nothing on stop (and after `time`).
  std::optional<platform::PendingAccess> NextAccess(std::stop_token stop);
  std::optional<platform::FileEvent> NextUrgentEvent(std::stop_token stop);
  std::optional<platform::FileEvent> NextEvent(std::stop_token stop, std::chrono::nanoseconds time);

  // Gaps since the last call: at most one for each reason.
  std::vector<v1::Gap> TakeGaps() { return gaps_.Take(); }
  // The same of files that are nowhere any more: no file has changed unseen in these.
  std::vector<v1::Gap> TakeGapsOfGoneFiles() { return gaps_of_gone_files_.Take(); }

  // Accesses and events refused since the start.
  std::uint64_t refused() const { return accesses_.dropped() + urgent_events_.dropped() + events_.dropped(); }

 private:
  using EventQueue = base::BoundedQueue<platform::FileEvent>;

  EventQueue& QueueOf(const platform::FileEvent& event) { return hooks_.urgent(event) ? urgent_events_ : events_; }
  bool HasRoomForContent(const EventQueue& queue) const { return queue.size() < limits_.descriptors; }

  const Hooks hooks_;
  const FileSensorLimits limits_;
  base::BoundedQueue<platform::PendingAccess> accesses_;
  EventQueue urgent_events_;
  EventQueue events_;
  GapList gaps_;
  GapList gaps_of_gone_files_;
};

}  // namespace vigie::agent::sensor
