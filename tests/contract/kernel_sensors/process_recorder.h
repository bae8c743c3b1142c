#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/process_events.h"

namespace vigie::test {

// Keeps what the life of processes raises. Await… waits for it with a deadline that only a broken sensor reaches.
class ProcessRecorder final : public platform::ProcessEventHandler {
 public:
  void OnForked(const platform::ProcessForked& event) override;
  void OnExecuted(platform::ProcessExecuted event) override;
  void OnEnded(const platform::ProcessEnded& event) override;
  void OnProcessGap(platform::FileEventGap gap) override;

  // From the next event on whoever calls waits until Release, as behind a handler that is too slow.
  void Hold();
  void Release();

  std::optional<platform::ProcessForked> AwaitForked(std::int32_t child);
  std::optional<platform::ProcessExecuted> AwaitExecuted(
      const std::function<bool(const platform::ProcessExecuted&)>& wanted);
  std::optional<platform::ProcessEnded> AwaitEnded(std::int32_t pid);

  // "fork", "exec" and "end" of this process, in the order in which they came.
  std::vector<std::string> StoryOf(platform::ProcessId process) const;
  std::vector<platform::ProcessExecuted> executed() const;
  std::uint64_t events() const;  // gaps apart
  std::uint64_t gaps() const;

 private:
  template <typename Event>
  std::optional<Event> Await(const std::vector<Event>& events, const std::function<bool(const Event&)>& wanted);
  void Add(const std::function<void()>& add);

  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<platform::ProcessForked> forked_;
  std::vector<platform::ProcessExecuted> executed_;
  std::vector<platform::ProcessEnded> ended_;
  std::vector<std::pair<platform::ProcessId, std::string>> story_;
  std::uint64_t gaps_ = 0;
  bool held_ = false;
};

}  // namespace vigie::test
