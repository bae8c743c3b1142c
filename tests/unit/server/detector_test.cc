#include "server/detect/detector.h"

#include <gmock/gmock.h>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint32_t> RecordsOf(const v1::Incident& incident) {
  return customers::RecordSet::Parse(incident.records()).value().Ids();
}

class Detecting : public ServerFixture {
 protected:
  base::Result<void> Block(const std::string& id, std::chrono::nanoseconds time) {
    v1::IncidentBlock block;
    block.set_user("alice");
    block.add_channels(v1::CHANNEL_PRINT);
    *block.mutable_until() = contract::ToProto(clock_.Now() + time);
    return lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto blocked = detector_.Block(id, block, transaction);
      return blocked ? base::Result<void>() : blocked.error();
    });
  }
  base::Result<void> Lift(const std::string& id) {
    v1::IncidentBlock lifted;
    lifted.set_lifted_by("carol");
    *lifted.mutable_lifted_at() = contract::ToProto(clock_.Now());
    return lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto done = detector_.Lift(id, lifted, transaction);
      return done ? base::Result<void>() : done.error();
    });
  }
};

v1::Event WithCanary(v1::Event event) {
  event.mutable_inspection()->mutable_customers()->set_canaries(1);
  return event;
}

TEST_F(Detecting, OpensWhenTheMeasureGoesOverAndNotBefore) {
  Start(MakePolicy(BulkThreshold(20)));
  Observe(
      {MakeEvent({.sequence = 1, .records = Records(1, 10)}), MakeEvent({.sequence = 2, .records = Records(6, 15)})});
  EXPECT_TRUE(store_.OpenIncidents()->empty()) << "exactly 20 are not over 20";
  Observe({MakeEvent({.sequence = 3, .after = minutes(3), .records = Records(21, 1)})});
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.id(), "inc-1");
  EXPECT_EQ(incident.rule(), "bulk");
  EXPECT_EQ(incident.subject(), "user=alice");
  EXPECT_EQ(incident.severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(incident.events(), 3U);
  EXPECT_EQ(incident.measured(), 21U);
  EXPECT_EQ(incident.distinct_customers(), 21U);
  EXPECT_EQ(RecordsOf(incident), Records(1, 21));
  EXPECT_THAT(incident.event_ids(), ElementsAre("agent-1/1/1", "agent-1/1/2", "agent-1/1/3"));
  EXPECT_EQ(contract::FromProto(incident.first_event_at()), kStoryBegin);
  EXPECT_EQ(contract::FromProto(incident.last_event_at()), kStoryBegin + minutes(3));
}

TEST_F(Detecting, GrowsTheOpenIncidentWithEveryMatchingEvent) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6), .exe = "/usr/bin/cp"})});
  Observe({MakeEvent({.sequence = 2, .after = minutes(1), .records = Records(4, 6), .exe = "/usr/bin/tar"}),
           MakeEvent({.sequence = 3, .after = minutes(2)}),
           MakeEvent({.sequence = 4, .channel = v1::CHANNEL_EMAIL, .records = Records(90, 5)}),
           MakeEvent({.sequence = 5, .user = "bob", .records = Records(95, 5)})});
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.events(), 3U);
  EXPECT_EQ(incident.distinct_customers(), 9U);
  EXPECT_EQ(RecordsOf(incident), Records(1, 9));
  EXPECT_THAT(incident.processes(), ElementsAre("/usr/bin/cp", "/usr/bin/tar"));
  EXPECT_THAT(incident.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA));
  EXPECT_EQ(contract::FromProto(incident.last_event_at()), kStoryBegin + minutes(2));
  EventQuery linked;
  linked.incident_id = "inc-1";
  EXPECT_EQ(store_.QueryEvents(linked)->events.size(), 3U);
}

TEST_F(Detecting, SaysTheHighestMeasureAlsoWhenTheWindowHasMovedOn) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 50)})});
  Observe({MakeEvent({.sequence = 2, .after = hours(40), .records = Records(200, 3)})});
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.measured(), 50U);
  EXPECT_EQ(incident.distinct_customers(), 53U);
}

TEST_F(Detecting, EachSubjectHasItsOwnIncidentAlsoWithinOneBatch) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .user = "alice", .records = Records(1, 6)}),
           MakeEvent({.sequence = 2, .user = "bob", .records = Records(1, 7)}),
           MakeEvent({.sequence = 3, .user = "alice", .records = Records(1, 6)})});
  const auto open = store_.OpenIncidents();
  ASSERT_EQ(open->size(), 2U);
  EXPECT_EQ(open->at(0).id(), "inc-1");
  EXPECT_EQ(open->at(0).events(), 2U);
  EXPECT_EQ(open->at(1).id(), "inc-2");
  EXPECT_EQ(open->at(1).user(), "bob");
}

TEST_F(Detecting, AfterACloseAnotherOpensOnlyWhenAsMuchAgainHasHappened) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  const auto closed = Close("inc-1");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->state(), v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ(closed->closed_reason(), "handled");
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  Observe({MakeEvent({.sequence = 2, .after = minutes(1), .records = Records(7, 5)})});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty()) << "five more are not more than five more";
  Observe({MakeEvent({.sequence = 3, .after = minutes(2), .records = Records(12, 1)})});
  const v1::Incident again = TheOpenIncident();
  EXPECT_EQ(again.id(), "inc-2");
  EXPECT_EQ(again.events(), 3U) << "the window's events count for the new incident too";
  EXPECT_EQ(again.distinct_customers(), 12U);
  EXPECT_EQ(store_.FindIncident("inc-1").value()->events(), 1U);
}

TEST_F(Detecting, AfterACloseAndAnEmptyWindowNothingOpensUntilItIsOver) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_TRUE(Close("inc-1"));
  Observe({MakeEvent({.sequence = 2, .after = hours(30), .records = Records(1, 5)})});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
}

TEST_F(Detecting, ClosingWhatIsNotOpenIsRefused) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_TRUE(Close("inc-1"));
  EXPECT_EQ(Close("inc-1").error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_EQ(Close("inc-9").error().code, base::ErrorCode::kNotFound);
}

TEST_F(Detecting, ListenersHearAfterTheCommitAndWithoutDetails) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)}), MakeEvent({.sequence = 2, .records = Records(7, 6)})});
  ASSERT_EQ(heard_.incidents.size(), 1U) << "one change a transaction";
  EXPECT_EQ(heard_.incidents[0].events(), 2U);
  EXPECT_TRUE(heard_.incidents[0].records().empty());
  EXPECT_TRUE(heard_.incidents[0].event_ids().empty());
  Observe({MakeEvent({.sequence = 3, .channel = v1::CHANNEL_EMAIL})});
  EXPECT_EQ(heard_.incidents.size(), 1U);
}

TEST_F(Detecting, AssigningIsKeptAndHeard) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_TRUE(lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
    auto assigned = detector_.Assign("inc-1", "carol", transaction);
    return assigned ? base::Result<void>() : assigned.error();
  }));
  EXPECT_EQ(TheOpenIncident().assignee(), "carol");
  EXPECT_EQ(heard_.incidents.back().assignee(), "carol");
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 6U);
}

TEST_F(Detecting, BlocksTheChannelsWhileTheIncidentIsOpen) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n")));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_EQ(heard_.blocks.size(), 1U);
  EXPECT_EQ(heard_.blocks[0].block.user(), "alice");
  EXPECT_EQ(heard_.blocks[0].block.incident_id(), "inc-1");
  EXPECT_THAT(heard_.blocks[0].block.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA));
  EXPECT_THAT(TheOpenIncident().actions(), ElementsAre("block_channels"));
  Observe({MakeEvent({.sequence = 2, .records = Records(7, 6)})});
  EXPECT_EQ(heard_.block_changes, 1) << "growth changes no block";
  ASSERT_TRUE(Close("inc-1"));
  EXPECT_THAT(heard_.blocks, IsEmpty());
}

TEST_F(Detecting, SomebodyBlocksAndLifts) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_EQ(Lift("inc-1").error().code, base::ErrorCode::kFailedPrecondition) << "nothing is blocked";
  ASSERT_TRUE(Block("inc-1", hours(1)));
  ASSERT_EQ(heard_.blocks.size(), 1U);
  EXPECT_EQ(heard_.blocks[0].block.order(), "inc-1/1");
  EXPECT_EQ(heard_.incidents.back().block().number(), 1U) << "who watches sees it";
  Observe({MakeEvent({.sequence = 2, .records = Records(7, 6)})});
  EXPECT_EQ(TheOpenIncident().block().number(), 1U) << "growth leaves it";
  ASSERT_TRUE(Block("inc-1", hours(2)));
  ASSERT_EQ(heard_.blocks.size(), 1U) << "in place of the former";
  EXPECT_EQ(heard_.blocks[0].block.order(), "inc-1/2");
  ASSERT_TRUE(Lift("inc-1"));
  EXPECT_THAT(heard_.blocks, IsEmpty());
  EXPECT_EQ(TheOpenIncident().block().lifted_by(), "carol");
  EXPECT_EQ(TheOpenIncident().block().number(), 2U);
  ASSERT_TRUE(Block("inc-1", hours(1)));
  EXPECT_FALSE(TheOpenIncident().block().has_lifted_at()) << "a new one begins anew";
  ASSERT_TRUE(Close("inc-1"));
  EXPECT_THAT(heard_.blocks, IsEmpty());
  EXPECT_EQ(Block("inc-1", hours(1)).error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_EQ(Block("inc-9", hours(1)).error().code, base::ErrorCode::kNotFound);
}

TEST_F(Detecting, LiftingWhatTheThresholdBlocksHoldsWhileTheIncidentIsOpen) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n")));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_TRUE(Block("inc-1", minutes(1)));
  EXPECT_EQ(heard_.blocks.size(), 2U);
  clock_.Pass(minutes(2));
  ASSERT_TRUE(Lift("inc-1"));
  EXPECT_THAT(heard_.blocks, IsEmpty());
  EXPECT_EQ(TheOpenIncident().block().number(), 2U) << "the first had ended by itself: it was not lifted";
  EXPECT_EQ(TheOpenIncident().block().channels_size(), 0);
  Observe({MakeEvent({.sequence = 2, .records = Records(7, 6)})});
  EXPECT_THAT(heard_.blocks, IsEmpty());
  EXPECT_EQ(Lift("inc-1").error().code, base::ErrorCode::kFailedPrecondition);
}

TEST_F(Detecting, AnOrderedBlockSurvivesARestartWithoutAPolicy) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  ASSERT_TRUE(Block("inc-1", hours(1)));
  Heard heard;
  detect::Detector restarted(store_, clock_, {&heard});
  ASSERT_TRUE(restarted.Start(nullptr));
  ASSERT_EQ(heard.blocks.size(), 1U);
  EXPECT_EQ(heard.blocks[0].block.order(), "inc-1/1");
}

TEST_F(Detecting, WithoutAPolicyOnlyCanariesAreDetected) {
  Start(nullptr);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 1000)})});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  Observe({WithCanary(MakeEvent({.sequence = 2, .records = Records(1, 3)}))});
  EXPECT_EQ(TheOpenIncident().rule(), "canary");
}

TEST_F(Detecting, GapsMatchNothing) {
  Start(MakePolicy("thresholds:\n  - {id: any, measure: events, per: [user], window: 1h, over: 0, severity: low}\n"));
  Observe({MakeGap("agent-1", 1, minutes(1))});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
}

}  // namespace
}  // namespace vigie::server
