#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/uplink/uplink_session.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::uplink {

// The other end, played by the test.
struct FakeCollector {
  std::vector<v1::AgentMessage> received;
  std::deque<v1::CollectorMessage> answers;
  std::optional<base::Error> broken;

  void Welcome(std::uint32_t credits, std::uint64_t bytes = 0) {
    v1::Welcome& welcome = *answers.emplace_back().mutable_welcome();
    welcome.set_credits(credits);
    welcome.set_credit_bytes(bytes);
  }
  void AckAhead(const std::vector<std::uint64_t>& sequences, std::uint32_t credits) {
    v1::Ack& ack = *answers.emplace_back().mutable_ack();
    ack.set_boot_epoch(5);
    for (const std::uint64_t sequence : sequences) ack.add_ahead(sequence);
    ack.set_credits(credits);
  }
  void Ack(std::uint64_t sequence, std::uint32_t credits, std::uint64_t bytes = 0) {
    v1::Ack& ack = *answers.emplace_back().mutable_ack();
    ack.set_boot_epoch(5);
    ack.set_sequence(sequence);
    ack.set_credits(credits);
    ack.set_credit_bytes(bytes);
  }
  std::vector<std::uint64_t> Sequences() const {
    std::vector<std::uint64_t> sequences;
    for (const auto& message : received) {
      sequences.insert(sequences.end(), message.batch().sequences().begin(), message.batch().sequences().end());
    }
    return sequences;
  }
};

class FakeStream final : public EventStream {
 public:
  explicit FakeStream(FakeCollector& collector) : collector_(collector) {}
  base::Result<void> Send(const v1::AgentMessage& message, base::Deadline) override {
    if (collector_.broken) return *collector_.broken;
    collector_.received.push_back(message);
    return {};
  }
  base::Result<std::optional<v1::CollectorMessage>> Take() override {
    if (collector_.broken) return *collector_.broken;
    if (collector_.answers.empty()) return std::optional<v1::CollectorMessage>();
    std::optional<v1::CollectorMessage> message(std::move(collector_.answers.front()));
    collector_.answers.pop_front();
    return message;
  }

 private:
  FakeCollector& collector_;
};

class FakeSource final : public EventSource {
 public:
  explicit FakeSource(std::uint64_t count) : last_(count) {}
  base::Result<std::vector<SourcedEvent>> ReadAfter(EventPosition after, std::size_t events, std::size_t) override {
    if (unreadable) return *unreadable;
    if (before_read) before_read();
    std::vector<SourcedEvent> sourced;
    for (std::uint64_t i = std::max(after.sequence, forgotten_) + 1; i <= last_ && sourced.size() < events; ++i) {
      if (gone.contains(i)) continue;
      v1::Event event = SomeEvent();
      event.set_boot_epoch(5);
      event.set_sequence(i);
      sourced.push_back({{5, i}, event.SerializeAsString()});
    }
    return sourced;
  }
  base::Result<std::vector<SourcedEvent>> ReadUrgent(std::size_t events, std::size_t) override {
    std::vector<SourcedEvent> sourced;
    for (const std::uint64_t sequence : urgent) {
      if (sourced.size() < events) sourced.push_back({{5, sequence}, "urgent"});
    }
    return sourced;
  }
  base::Result<void> ForgetThese(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences) override {
    EXPECT_EQ(boot_epoch, 5U);
    if (disk_full) return *disk_full;
    for (const std::uint64_t sequence : sequences) urgent.erase(sequence);
    gone.insert(sequences.begin(), sequences.end());
    return {};
  }
  std::set<std::uint64_t> urgent;
  std::set<std::uint64_t> gone;
  std::function<void()> before_read;
  std::optional<base::Error> unreadable;
  std::optional<base::Error> disk_full;
  base::Result<void> Forget(EventPosition up_to) override {
    if (disk_full) return *disk_full;
    forgotten_ = up_to.sequence;
    return {};
  }
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  const std::uint64_t last_;
  std::uint64_t forgotten_ = 0;
};

// The size of each event of FakeSource.
inline std::uint64_t EventBytes() {
  v1::Event event = SomeEvent();
  event.set_boot_epoch(5);
  event.set_sequence(1);
  return event.ByteSizeLong();
}

// Its wall clock can be stepped; its monotonic one stands.
class SteppedClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return base::SystemTime(std::chrono::seconds(1'732'269'600)) + step; }
  base::SteadyTime SteadyNow() const override { return base::SteadyTime(std::chrono::seconds(77)); }
  std::chrono::nanoseconds step{0};
};

class UplinkSessionTest : public ::testing::Test {
 protected:
  CollectorCallbacks callbacks{[this](v1::Policy policy) { policy_version = policy.version(); },
                               [](v1::ChannelBlocks) {}, [this](const v1::Rejection&) { ++rejections; }};
  std::uint32_t policy_version = 0;
  int rejections = 0;
  UplinkTimes times;
  platform::FakeClock clock;
  FakeCollector collector;
  FakeSource source{10};
  UplinkSession session{std::make_unique<FakeStream>(collector),
                        {source, callbacks, clock, times, [] { return v1::Heartbeat(); }}};
};

}  // namespace vigie::agent::uplink
