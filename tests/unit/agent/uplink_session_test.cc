#include "agent/uplink/uplink_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The other end, played by the test.
struct FakeCollector {
  std::vector<v1::AgentMessage> received;
  std::deque<v1::CollectorMessage> answers;
  std::optional<base::Error> broken;

  void Welcome(std::uint32_t credits) { answers.emplace_back().mutable_welcome()->set_credits(credits); }
  void Ack(std::uint64_t sequence, std::uint32_t credits) {
    v1::Ack& ack = *answers.emplace_back().mutable_ack();
    ack.set_boot_epoch(5);
    ack.set_sequence(sequence);
    ack.set_credits(credits);
  }
  std::vector<std::uint64_t> Sequences() const {
    std::vector<std::uint64_t> sequences;
    for (const auto& message : received) {
      for (const v1::Event& event : message.batch().events()) sequences.push_back(event.sequence());
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
    std::vector<SourcedEvent> sourced;
    for (std::uint64_t i = std::max(after.sequence, forgotten_) + 1; i <= last_ && sourced.size() < events; ++i) {
      v1::Event event = SomeEvent();
      event.set_boot_epoch(5);
      event.set_sequence(i);
      sourced.push_back({{5, i}, event.SerializeAsString()});
    }
    return sourced;
  }
  base::Result<void> Forget(EventPosition up_to) override {
    forgotten_ = up_to.sequence;
    return {};
  }
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  const std::uint64_t last_;
  std::uint64_t forgotten_ = 0;
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

TEST_F(UplinkSessionTest, SendsNothingBeforeItIsWelcome) {
  ASSERT_TRUE(session.SayHello({}));
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), IsEmpty());
  EXPECT_FALSE(session.welcomed());
}

TEST_F(UplinkSessionTest, SendsWithinItsCreditsAndGoesOnWithNewOnes) {
  collector.Welcome(3);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3));
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3));
  collector.Ack(2, 2);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(source.forgotten(), 2U);
}

TEST_F(UplinkSessionTest, ForgetsNothingThatItDidNotSend) {
  collector.Welcome(3);
  ASSERT_TRUE(session.Step());
  collector.Ack(9, 1);
  EXPECT_FALSE(session.Step());
  EXPECT_EQ(source.forgotten(), 0U);
}

TEST_F(UplinkSessionTest, ARejectedEventIsReportedAndForgotten) {
  collector.Welcome(1);
  ASSERT_TRUE(session.Step());
  collector.Ack(1, 0);
  collector.answers.back().mutable_ack()->add_rejections()->set_sequence(1);
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(rejections, 1);
  EXPECT_EQ(source.forgotten(), 1U);
}

TEST_F(UplinkSessionTest, BeatsEachTenSeconds) {
  collector.Welcome(0);
  ASSERT_TRUE(session.Step());
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(collector.received.size(), 1U) << "the first at once";
  EXPECT_EQ(session.UntilDue(), seconds(10));
  clock.Advance(seconds(10));
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(collector.received.size(), 2U);
  session.HeartbeatNow();
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(collector.received.size(), 3U);
}

TEST_F(UplinkSessionTest, GivesUpOnACollectorThatIsSilent) {
  clock.Advance(seconds(10));
  EXPECT_FALSE(session.Step()) << "no welcome";
}

TEST_F(UplinkSessionTest, GivesUpWhenNothingIsAcknowledged) {
  collector.Welcome(3);
  ASSERT_TRUE(session.Step());
  clock.Advance(seconds(59));
  ASSERT_TRUE(session.Step());
  clock.Advance(seconds(1));
  EXPECT_FALSE(session.Step());
}

TEST_F(UplinkSessionTest, HandsThePolicyOn) {
  collector.answers.emplace_back().mutable_policy()->set_version(9);
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(policy_version, 9U);
}

TEST_F(UplinkSessionTest, EndsWithItsStream) {
  collector.broken = base::Error{base::ErrorCode::kUnavailable, "gone"};
  EXPECT_FALSE(session.Step());
}

}  // namespace
}  // namespace vigie::agent::uplink
