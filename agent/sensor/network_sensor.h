#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>
#include <variant>
#include <vector>

#include "agent/sensor/gap_list.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/clock.h"
#include "platform/network_guard.h"

namespace vigie::agent::sensor {

// What carriers send, taken off the operating system's thread at once. A full queue refuses, and what was refused
// becomes a gap. Thread-safe.
class NetworkSensor final : public platform::NetworkHandler {
 public:
  using Record = std::variant<platform::ConnectionAttempt, platform::ConnectionTraffic>;

  // `reader` is called at once, on the operating system's thread, so it must not block.
  NetworkSensor(const base::Clock& clock, std::function<void(const platform::PipeReader&)> reader,
                std::size_t capacity = 4096)
      : clock_(clock),
        reader_(std::move(reader)),
        records_(capacity, base::OverflowPolicy::kReject),
        gaps_(clock, "network_guard") {}

  void OnAttempt(const platform::ConnectionAttempt& attempt) override { Push(attempt); }
  void OnTraffic(const platform::ConnectionTraffic& traffic) override { Push(traffic); }
  void OnPipeReader(const platform::PipeReader& reader) override { reader_(reader); }
  void OnNetworkGap(platform::FileEventGap gap) override { gaps_.Add(gap.reason, gap.at, 0); }

  // The next one, without waiting.
  std::optional<Record> Next() { return Next({}, std::chrono::nanoseconds::zero()); }
  // The next one; none once `stop` is requested, and none after `time` has passed.
  std::optional<Record> Next(const std::stop_token& stop, std::chrono::nanoseconds time) {
    return records_.PopFor(stop, time);
  }
  std::vector<v1::Gap> TakeGaps() { return gaps_.Take(); }
  std::uint64_t refused() const { return records_.dropped(); }

 private:
  void Push(Record record) {
    if (!records_.Push(std::move(record))) gaps_.Add("too many connections of carriers at once", clock_.Now(), 1);
  }

  const base::Clock& clock_;
  const std::function<void(const platform::PipeReader&)> reader_;
  base::BoundedQueue<Record> records_;
  GapList gaps_;
};

}  // namespace vigie::agent::sensor
