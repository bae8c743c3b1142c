#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "platform/network_guard.h"

namespace vigie::test {

// Keeps what a network guard tells. Await… waits for it with a deadline that only a broken guard reaches.
class NetworkRecorder final : public platform::NetworkHandler {
 public:
  void OnAttempt(const platform::ConnectionAttempt& attempt) override;
  void OnTraffic(const platform::ConnectionTraffic& traffic) override;
  void OnPipeReader(const platform::PipeReader& reader) override;
  void OnNetworkGap(platform::FileEventGap gap) override;

  std::optional<platform::ConnectionAttempt> AwaitAttempt(
      const std::function<bool(const platform::ConnectionAttempt&)>& wanted);
  std::optional<platform::ConnectionTraffic> AwaitTraffic(
      const std::function<bool(const platform::ConnectionTraffic&)>& wanted);
  std::optional<platform::PipeReader> AwaitPipeReader(const std::function<bool(const platform::PipeReader&)>& wanted);

  std::vector<platform::ConnectionAttempt> attempts() const;
  std::uint64_t events() const;  // gaps apart
  std::uint64_t gaps() const;

 private:
  template <typename Event>
  std::optional<Event> Await(const std::vector<Event>& events, const std::function<bool(const Event&)>& wanted);

  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<platform::ConnectionAttempt> attempts_;
  std::vector<platform::ConnectionTraffic> traffic_;
  std::vector<platform::PipeReader> readers_;
  std::uint64_t gaps_ = 0;
};

}  // namespace vigie::test
