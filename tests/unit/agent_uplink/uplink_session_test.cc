#include "agent/uplink/uplink_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <set>
#include <thread>

#include "agent/uplink/link_state.h"
#include "agent/uplink/uplink.h"
#include "platform/fake/fake_clock.h"
#include "proto/contract/time_conversion.h"
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
std::uint64_t EventBytes() {
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

TEST_F(UplinkSessionTest, WhatIsUrgentGoesFirstAndIsNotSentAgain) {
  source.urgent = {7, 9};
  collector.Welcome(4);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(7, 9, 1, 2));
  EXPECT_TRUE(collector.received[1].batch().ahead()) << "after the first heartbeat";
  collector.AckAhead({7, 9}, 2);
  collector.Ack(2, 6);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(7, 9, 1, 2, 3, 4, 5, 6, 8, 10));
  EXPECT_EQ(source.forgotten(), 2U);
}

TEST_F(UplinkSessionTest, WhatTheCollectorDoesNotTakeAheadGoesInItsTurn) {
  source.urgent = {7, 9};
  collector.Welcome(4);
  ASSERT_TRUE(session.Step());
  collector.AckAhead({}, 2);
  collector.Ack(2, 20);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(7, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_F(UplinkSessionTest, ForgetsNothingAheadThatItDidNotSend) {
  source.urgent = {7};
  collector.Welcome(1);
  ASSERT_TRUE(session.Step());
  collector.AckAhead({8}, 1);
  EXPECT_FALSE(session.Step());
  EXPECT_TRUE(source.gone.empty());
}

TEST_F(UplinkSessionTest, EverythingArrivesThoughTheSourceCannotForget) {
  source.disk_full = base::Error{base::ErrorCode::kResourceExhausted, "the disk is full"};
  collector.Welcome(4);
  for (std::uint64_t acknowledged = 4; acknowledged < 12; acknowledged += 4) {
    ASSERT_TRUE(session.Step());
    collector.Ack(std::min<std::uint64_t>(acknowledged, 10), 4);
  }
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) << "each once";
  EXPECT_EQ(source.forgotten(), 0U);
  source.disk_full.reset();
  collector.Ack(10, 4);
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(source.forgotten(), 10U) << "it is asked again";
}

TEST_F(UplinkSessionTest, WhatWentAheadAndCannotBeForgottenIsNotUrgentAgain) {
  source.urgent = {7, 9};
  source.disk_full = base::Error{base::ErrorCode::kResourceExhausted, "the disk is full"};
  collector.Welcome(2);
  ASSERT_TRUE(session.Step());
  collector.AckAhead({7, 9}, 2);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(7, 9, 1, 2));
  source.disk_full.reset();
  collector.Ack(2, 1);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(source.gone, ElementsAre(7, 9));
  EXPECT_EQ(source.forgotten(), 2U);
}

TEST_F(UplinkSessionTest, ASpoolThatCannotBeReadIsNoFaultOfTheCollectors) {
  source.unreadable = base::Error{base::ErrorCode::kUnavailable, "the disk is away"};
  collector.Welcome(4);
  EXPECT_FALSE(session.Step());
  EXPECT_TRUE(session.source_failed());
}

// A collector that welcomes, each time again.
class WelcomingStreams final : public EventStreamFactory {
 public:
  std::unique_ptr<EventStream> Connect(std::function<void()>) override {
    collector_.answers.clear();
    collector_.Welcome(4);
    return std::make_unique<FakeStream>(collector_);
  }

 private:
  FakeCollector collector_;
};

TEST(Uplink, NamesItsOwnSpoolWhenThatCannotBeRead) {
  WelcomingStreams streams;
  FakeSource source{10};
  source.unreadable = base::Error{base::ErrorCode::kUnavailable, "the disk is away"};
  const platform::FakeClock clock;
  Uplink uplink({.streams = streams,
                 .source = source,
                 .clock = clock,
                 .hello = [] { return v1::Hello(); },
                 .heartbeat = [] { return v1::Heartbeat(); },
                 .on_policy = [](const v1::Policy&) {},
                 .on_blocks = [](const v1::ChannelBlocks&) {},
                 .random = [] { return 0.5; }});
  std::jthread thread([&](const std::stop_token& stop) { uplink.Run(stop); });
  const auto deadline = base::Deadline::After(seconds(30));
  while (uplink.state().last_error.empty() && !deadline.expired()) std::this_thread::yield();
  EXPECT_EQ(uplink.state().link, LinkState::kSpool);
  EXPECT_THAT(uplink.state().last_outage, ::testing::StartsWith("spool unreadable: the agent's spool: "));
}

TEST_F(UplinkSessionTest, BytesAreCountedToo) {
  collector.Welcome(100, 3 * EventBytes());
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3));
  collector.Ack(1, 0, EventBytes());
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3, 4));
}

TEST_F(UplinkSessionTest, AnEventThatIsLargerThanTheCreditGoesAloneWhenNothingIsUnderWay) {
  collector.Welcome(100, EventBytes() / 2);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1));
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1)) << "not two of them";
  collector.Ack(1, 1, EventBytes() / 2);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2));
}

TEST_F(UplinkSessionTest, MeasuresTheCollectorsClockByFourTimestampsWhateverTheHostsClockDoes) {
  v1::Hello hello;
  *hello.mutable_at() = contract::ToProto(clock.Now());
  ASSERT_TRUE(session.SayHello(hello));
  const base::SystemTime begun = clock.Now();
  collector.Welcome(0);
  v1::Welcome& welcome = *collector.answers.back().mutable_welcome();
  *welcome.mutable_hello_received_at() = contract::ToProto(begun + seconds(101));  // a second there, 100 s of skew
  *welcome.mutable_at() = contract::ToProto(begun + seconds(103));
  clock.Advance(seconds(4));  // two seconds at the collector, a second back
  ASSERT_TRUE(session.Step());
  ASSERT_TRUE(collector.received.back().has_heartbeat());
  const v1::Heartbeat& heartbeat = collector.received.back().heartbeat();
  EXPECT_EQ(contract::FromProto(heartbeat.clock_offset()), seconds(100));
  EXPECT_EQ(contract::FromProto(heartbeat.clock_round_trip()), seconds(2));
}

TEST(CollectorClock, AStepOfTheHostsClockChangesTheOffsetAndIsSeen) {
  SteppedClock clock;
  CollectorClock measured;
  EXPECT_FALSE(measured.OffsetNow(clock));
  measured.HelloSent(clock.Now(), clock.SteadyNow());
  v1::Welcome welcome;
  *welcome.mutable_hello_received_at() = contract::ToProto(clock.Now());
  *welcome.mutable_at() = contract::ToProto(clock.Now());
  clock.step = std::chrono::hours(24);  // between the two
  measured.Welcomed(welcome, clock.SteadyNow());
  EXPECT_EQ(*measured.OffsetNow(clock), -std::chrono::hours(24)) << "it runs a day ahead now";
  clock.step = {};
  EXPECT_EQ(*measured.OffsetNow(clock), seconds(0));
}

TEST_F(UplinkSessionTest, AStepOfTheHostsClockIsToldBeforeWhatWasRecordedAfterIt) {
  SteppedClock stepped;
  UplinkSession stepping{std::make_unique<FakeStream>(collector),
                         {source, callbacks, stepped, times, [] { return v1::Heartbeat(); }}};
  v1::Hello hello;
  *hello.mutable_at() = contract::ToProto(stepped.Now());
  ASSERT_TRUE(stepping.SayHello(hello));
  collector.Welcome(4);
  v1::Welcome& welcome = *collector.answers.back().mutable_welcome();
  *welcome.mutable_hello_received_at() = contract::ToProto(stepped.Now());
  *welcome.mutable_at() = contract::ToProto(stepped.Now());
  source.before_read = [&] { stepped.step = std::chrono::hours(30); };
  ASSERT_TRUE(stepping.Step());
  ASSERT_EQ(collector.received.size(), 4U) << "hello, heartbeat, heartbeat, batch";
  EXPECT_EQ(contract::FromProto(collector.received[2].heartbeat().clock_offset()), -std::chrono::hours(30));
  EXPECT_TRUE(collector.received[3].has_batch());
}

TEST(LinkState, SaysWhyThereIsNoCollector) {
  const auto of = [](base::ErrorCode code, const char* message) { return LinkStateOf({code, message}); };
  EXPECT_EQ(of(base::ErrorCode::kUnavailable, "connection refused"), LinkState::kUnreachable);
  EXPECT_EQ(of(base::ErrorCode::kUnavailable, "Ssl handshake failed"), LinkState::kCertificate);
  EXPECT_EQ(of(base::ErrorCode::kUnavailable, "the collector is stopping or too busy"), LinkState::kBusy);
  EXPECT_EQ(of(base::ErrorCode::kUnavailable, "the collector cannot store events now, try again later"),
            LinkState::kCannotStore);
  EXPECT_EQ(of(base::ErrorCode::kPermissionDenied, "not enrolled"), LinkState::kNotAdmitted);
  EXPECT_EQ(of(base::ErrorCode::kDeadlineExceeded, ""), LinkState::kNoAnswer);
  EXPECT_EQ(of(base::ErrorCode::kCancelled, ""), LinkState::kReplaced);
  EXPECT_EQ(of(base::ErrorCode::kInvalidArgument, "hello.at"), LinkState::kRefused);
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
