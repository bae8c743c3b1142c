#include "agent/uplink/uplink_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/uplink/link_state.h"
#include "proto/contract/time_conversion.h"
#include "tests/unit/agent_uplink/uplink_workbench.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
