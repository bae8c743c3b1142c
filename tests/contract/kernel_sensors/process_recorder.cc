#include "tests/contract/kernel_sensors/process_recorder.h"

#include <algorithm>
#include <utility>

namespace vigie::test {

using platform::ProcessEnded;
using platform::ProcessExecuted;
using platform::ProcessForked;
using platform::ProcessId;

constexpr auto kPatience = std::chrono::seconds(20);

void ProcessRecorder::Add(const std::function<void()>& add) {
  {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [&] { return !held_; });
    add();
  }
  added_.notify_all();
}

void ProcessRecorder::Hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void ProcessRecorder::Release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  added_.notify_all();
}

void ProcessRecorder::OnForked(const ProcessForked& event) {
  Add([&] {
    forked_.push_back(event);
    story_.emplace_back(event.child, "fork");
  });
}

void ProcessRecorder::OnExecuted(ProcessExecuted event) {
  Add([&] {
    story_.emplace_back(event.process, "exec");
    executed_.push_back(std::move(event));
  });
}

void ProcessRecorder::OnEnded(const ProcessEnded& event) {
  Add([&] {
    ended_.push_back(event);
    story_.emplace_back(event.process, "end");
  });
}

void ProcessRecorder::OnProcessGap(platform::FileEventGap) {
  Add([&] { ++gaps_; });
}

template <typename Event>
std::optional<Event> ProcessRecorder::Await(const std::vector<Event>& events,
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

std::optional<ProcessForked> ProcessRecorder::AwaitForked(std::int32_t child) {
  return Await<ProcessForked>(forked_, [&](const auto& event) { return event.child.pid == child; });
}

std::optional<ProcessExecuted> ProcessRecorder::AwaitExecuted(
    const std::function<bool(const ProcessExecuted&)>& wanted) {
  return Await<ProcessExecuted>(executed_, wanted);
}

std::optional<ProcessEnded> ProcessRecorder::AwaitEnded(std::int32_t pid) {
  return Await<ProcessEnded>(ended_, [&](const auto& event) { return event.process.pid == pid; });
}

std::vector<std::string> ProcessRecorder::StoryOf(ProcessId process) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> story;
  for (const auto& [who, what] : story_) {
    if (who == process) story.push_back(what);
  }
  return story;
}

std::vector<ProcessExecuted> ProcessRecorder::executed() const {
  const std::lock_guard lock(mutex_);
  return executed_;
}

std::uint64_t ProcessRecorder::events() const {
  const std::lock_guard lock(mutex_);
  return forked_.size() + executed_.size() + ended_.size();
}

std::uint64_t ProcessRecorder::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

}  // namespace vigie::test
