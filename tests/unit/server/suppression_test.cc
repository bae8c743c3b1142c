// Suppressions, canaries and what closing an incident does, through detection and store.
#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Suppressing : public ServerFixture {
 protected:
  // Alice is suppressed for a day after the story begins, 2024-11-22 at ten.
  static std::string Suppression(const std::string& rule = "bulk") {
    return "suppressions:\n  - {threshold: " + rule +
           ", user: alice, until: 2024-11-23, owner: carol, reason: migration}\n";
  }
  std::vector<v1::Incident> All() { return store_.ListIncidents({})->incidents; }
  v1::Event Export(std::uint64_t sequence, std::uint32_t first, std::uint32_t count,
                   const std::string& user = "alice") {
    return MakeEvent(
        {.sequence = sequence, .user = user, .after = minutes(sequence), .records = Records(first, count)});
  }
  static v1::Event WithCanary(v1::Event event) {
    event.mutable_inspection()->mutable_customers()->set_canaries(1);
    return event;
  }
};

TEST_F(Suppressing, IsCountedAndVisibleAndBlocksNothing) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n" + Suppression())));
  Observe({Export(1, 1, 6), Export(2, 10, 6), Export(3, 1, 6, "bob")});
  const auto all = All();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].state(), v1::INCIDENT_STATE_SUPPRESSED);
  EXPECT_EQ(all[1].events(), 2U);
  EXPECT_EQ(all[1].distinct_customers(), 12U);
  EXPECT_EQ(all[1].suppressed_by().owner(), "carol");
  EXPECT_EQ(all[1].suppressed_by().reason(), "migration");
  EXPECT_THAT(all[1].actions(), IsEmpty());
  EXPECT_EQ(all[0].state(), v1::INCIDENT_STATE_OPEN) << "bob is not suppressed";
  ASSERT_EQ(heard_.blocks.size(), 1U);
  EXPECT_EQ(heard_.blocks[0].block.user(), "bob");
  EXPECT_EQ(store_.ListIncidents({.state = v1::INCIDENT_STATE_SUPPRESSED})->incidents.size(), 1U);
}

TEST_F(Suppressing, OnTheDayItEndsTheThresholdHoldsAgainWithWhatTheWindowStillHolds) {
  Start(MakePolicy(BulkThreshold(5, Suppression())));
  Observe({Export(1, 1, 6)});
  clock_.Pass(hours(14));
  Observe({Export(2, 7, 1)});
  const auto all = All();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].state(), v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ(all[1].closed_reason(), "its suppression has ended");
  EXPECT_TRUE(all[1].has_suppressed_by());
  EXPECT_EQ(all[0].state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(all[0].distinct_customers(), 7U);
}

TEST_F(Suppressing, GoesOnAfterARestart) {
  const auto policy = MakePolicy(BulkThreshold(5, Suppression()));
  Start(policy);
  Observe({Export(1, 1, 6)});
  Start(policy);
  Observe({Export(2, 20, 6)});
  ASSERT_EQ(All().size(), 1U);
  EXPECT_EQ(All()[0].events(), 2U);
}

TEST_F(Suppressing, ACanaryIsAnIncidentAtItsFirstSightingAndFoldsPerUserAndHost) {
  Start(MakePolicy(BulkThreshold(1000, Suppression())));
  Observe({WithCanary(Export(1, 1, 1)), WithCanary(Export(2, 1, 1)), WithCanary(Export(3, 1, 1, "bob"))});
  const auto all = All();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].rule(), "canary");
  EXPECT_EQ(all[1].severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(all[1].state(), v1::INCIDENT_STATE_OPEN) << "the suppression of another threshold is none of its own";
  EXPECT_EQ(all[1].subject(), "host=w1,user=alice");
  EXPECT_EQ(all[1].events(), 2U);
}

TEST_F(Suppressing, ACanaryIsSuppressedOnlyByName) {
  Start(MakePolicy(BulkThreshold(1000, Suppression("canary"))));
  Observe({WithCanary(Export(1, 1, 1))});
  EXPECT_EQ(All()[0].state(), v1::INCIDENT_STATE_SUPPRESSED);
}

TEST_F(Suppressing, ACanarySentToAnAllowedDestinationOrByNobodyIsAnIncidentToo) {
  Start(MakePolicy("allowed_destinations: [files.example.com]\n"));
  v1::Event event = WithCanary(Export(1, 1, 1, ""));
  event.mutable_activity()->mutable_destination()->set_name("files.example.com");
  event.mutable_activity()->mutable_destination()->set_address("files.example.com");
  Observe({event});
  EXPECT_EQ(TheOpenIncident().subject(), "host=w1");
}

TEST_F(Suppressing, WhatWasClosedDoesNotAlarmAgainAfterARestart) {
  const auto policy = MakePolicy(BulkThreshold(5));
  Start(policy);
  Observe({Export(1, 1, 6)});
  ASSERT_TRUE(Close("inc-1"));
  Start(policy);
  Observe({Export(2, 7, 2)});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  EXPECT_EQ(store_.ListIncidents({.state = v1::INCIDENT_STATE_CLOSED})->incidents.size(), 1U);
  Observe({Export(3, 100, 4)});
  EXPECT_EQ(TheOpenIncident().id(), "inc-2");
  EXPECT_THAT(*store_.DisarmingIncidents(), IsEmpty());
}

TEST_F(Suppressing, WhatDisarmsIsForgottenWhenNothingCameForTwoWindows) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({Export(1, 1, 6)});
  ASSERT_TRUE(Close("inc-1"));
  clock_.Pass(hours(47));
  Observe({Export(2, 1, 1, "bob")});
  EXPECT_EQ(store_.DisarmingIncidents()->size(), 1U);
  clock_.Pass(hours(2));
  Observe({Export(3, 1, 1, "bob")});
  EXPECT_THAT(*store_.DisarmingIncidents(), IsEmpty());
  const auto kept = store_.FindIncident("inc-1");
  EXPECT_EQ((*kept)->state(), v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ((*kept)->distinct_customers(), 6U);
  EXPECT_FALSE((*kept)->records().empty()) << "what it told is kept until retention";
  Observe({MakeEvent({.sequence = 4, .after = hours(50), .records = Records(1, 6)})});
  EXPECT_EQ(TheOpenIncident().id(), "inc-2");
}

TEST_F(Suppressing, WhatDisarmsIsRememberedWhileTheSubjectIsActive) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({Export(1, 1, 6)});
  ASSERT_TRUE(Close("inc-1"));
  for (std::uint32_t day = 1; day < 6; ++day) {
    clock_.Pass(hours(20));
    Observe({MakeEvent({.sequence = 1 + day, .after = hours(20 * day), .records = Records(1, 6)})});
  }
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty()) << "it was over all the time";
  EXPECT_EQ(store_.DisarmingIncidents()->size(), 1U);
}

TEST_F(Suppressing, AnIncidentBearsTheTagsOfItsEvents) {
  Start(MakePolicy(BulkThreshold(5) + "tags:\n  - {name: programs, when: {processes: [cp]}}\n  - {name: exports, when: "
                                      "{paths: ['**/export.csv']}}\n  - {name: mail, when: {channels: [email]}}\n"));
  v1::Event other = Export(1, 1, 3);
  other.mutable_activity()->mutable_process()->set_exe("/usr/bin/rsync");
  Observe({other, Export(2, 10, 3)});
  EXPECT_THAT(TheOpenIncident().tags(), ElementsAre("exports", "programs"));
}

TEST_F(Suppressing, ARuleMayAskForTheMeasureToFallFurther) {
  Start(MakePolicy(BulkThreshold(5, "    rearm_below: 1\n    rearm_after: 1000\n")));
  Observe({Export(1, 1, 6)});
  ASSERT_TRUE(Close("inc-1"));
  const auto at = [](hours after, std::uint64_t sequence, std::uint32_t first) {
    return MakeEvent({.sequence = sequence, .after = after, .records = Records(first, 6)});
  };
  Observe({at(hours(23), 2, 10), at(hours(40), 3, 20)});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty()) << "six were left of those before";
  Observe({at(hours(80), 4, 30)});
  EXPECT_EQ(TheOpenIncident().events(), 1U);
}

TEST_F(Suppressing, ASequenceListsItsStepsAndTheCustomersThatWentTheWholeWay) {
  Start(
      MakePolicy("thresholds:\n"
                 "  - id: staged\n    measure: distinct_customers\n    per: [user]\n    window: 24h\n    over: 2\n"
                 "    severity: high\n    respond: [block_channels]\n    sequence:\n"
                 "      - {name: collect, when: {channels: [network_share]}}\n"
                 "      - {name: obfuscate, when: {channels: [archive]}}\n"
                 "      - {name: exfiltrate, when: {channels: [removable_media]}}\n"));
  const auto step = [](std::uint64_t sequence, v1::Channel channel, std::uint32_t first) {
    return MakeEvent({.sequence = sequence,
                      .channel = channel,
                      .after = minutes(sequence),
                      .records = Records(first, 6),
                      .exe = "/bin/" + std::to_string(sequence)});
  };
  Observe({step(1, v1::CHANNEL_NETWORK_SHARE, 1), step(2, v1::CHANNEL_ARCHIVE, 2)});
  EXPECT_THAT(All(), IsEmpty());
  Observe({step(3, v1::CHANNEL_REMOVABLE_MEDIA, 3)});
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(customers::RecordSet::Parse(incident.records())->Ids(), Records(3, 4)) << "of six each";
  EXPECT_THAT(incident.event_ids(), ElementsAre("agent-1/1/1", "agent-1/1/2", "agent-1/1/3"));
  ASSERT_EQ(incident.steps_size(), 3);
  EXPECT_EQ(incident.steps(0).name(), "collect");
  EXPECT_EQ(incident.steps(0).event_id(), "agent-1/1/1");
  EXPECT_EQ(incident.steps(2).name(), "exfiltrate");
  EXPECT_EQ(contract::FromProto(incident.steps(2).at()), kStoryBegin + minutes(3));
  ASSERT_EQ(heard_.blocks.size(), 1U);
  EXPECT_THAT(heard_.blocks[0].block.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA));
}

}  // namespace
}  // namespace vigie::server
