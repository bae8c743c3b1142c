#include "tests/contract/kernel_sensors/network_recorder.h"

#include <algorithm>
#include <chrono>

namespace vigie::test {

using platform::ConnectionAttempt;
using platform::ConnectionTraffic;
using platform::PipeReader;

constexpr auto kPatience = std::chrono::seconds(20);

void NetworkRecorder::OnAttempt(const ConnectionAttempt& attempt) {
  const std::lock_guard lock(mutex_);
  attempts_.push_back(attempt);
  added_.notify_all();
}

void NetworkRecorder::OnTraffic(const ConnectionTraffic& traffic) {
  const std::lock_guard lock(mutex_);
  traffic_.push_back(traffic);
  added_.notify_all();
}

void NetworkRecorder::OnPipeReader(const PipeReader& reader) {
  const std::lock_guard lock(mutex_);
  readers_.push_back(reader);
  added_.notify_all();
}

void NetworkRecorder::OnNetworkGap(platform::FileEventGap) {
  const std::lock_guard lock(mutex_);
  ++gaps_;
}

template <typename Event>
std::optional<Event> NetworkRecorder::Await(const std::vector<Event>& events,
                                            const std::function<bool(const Event&)>& wanted) {
  std::unique_lock lock(mutex_);
  std::optional<Event> found;
  added_.wait_for(lock, kPatience, [&] {
    const auto event = std::ranges::find_if(events, wanted);
    if (event != events.end()) found = *event;
    return found.has_value();
  });
  return found;
}

std::optional<ConnectionAttempt> NetworkRecorder::AwaitAttempt(
    const std::function<bool(const ConnectionAttempt&)>& wanted) {
  return Await<ConnectionAttempt>(attempts_, wanted);
}

std::optional<ConnectionTraffic> NetworkRecorder::AwaitTraffic(
    const std::function<bool(const ConnectionTraffic&)>& wanted) {
  return Await<ConnectionTraffic>(traffic_, wanted);
}

std::optional<PipeReader> NetworkRecorder::AwaitPipeReader(const std::function<bool(const PipeReader&)>& wanted) {
  return Await<PipeReader>(readers_, wanted);
}

std::vector<ConnectionAttempt> NetworkRecorder::attempts() const {
  const std::lock_guard lock(mutex_);
  return attempts_;
}

std::uint64_t NetworkRecorder::events() const {
  const std::lock_guard lock(mutex_);
  return attempts_.size() + traffic_.size() + readers_.size();
}

std::uint64_t NetworkRecorder::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

}  // namespace vigie::test
