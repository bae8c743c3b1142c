#include "server/integrations/outbox_writer.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server::integrations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;

Destination NewDestination(const std::string& name, v1::Severity minimum = v1::SEVERITY_UNSPECIFIED,
                           const std::string& about = "") {
  Destination destination;
  destination.config.set_name(name);
  destination.config.set_minimum_severity(minimum);
  if (!about.empty()) destination.config.add_about(about);
  return destination;
}

// Real detection with the writer as its witness, over a store in memory.
class Outbox : public ::testing::Test {
 protected:
  void Start(int over, const std::string& extra = "") {
    ASSERT_TRUE(detector_.Start(MakePolicy(BulkThreshold(over, extra))));
  }
  base::Result<void> Observe(std::uint32_t first, std::uint32_t customers) {
    const v1::Event event = MakeEvent({.sequence = ++sequence_, .records = Records(first, customers)});
    return lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
      return detector_.Observe(event, transaction);
    });
  }
  void Close(const std::string& id) {
    ASSERT_TRUE(lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto closed = detector_.Close(id, "explained", transaction);
      return closed ? base::Result<void>() : base::Result<void>(closed.error());
    }));
  }
  void Reopen(const std::string& id) {
    ASSERT_TRUE(lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto opened = detector_.Reopen(id, transaction);
      return opened ? base::Result<void>() : base::Result<void>(opened.error());
    }));
  }
  std::vector<std::string> Told(const std::string& destination) {
    std::vector<std::string> changes;
    const auto all = store_.ListWaiting(destination, 1000);
    for (const WaitingMessage& waiting : *all) {
      const Json finding = Json::parse(waiting.message.finding());
      changes.push_back(finding["unmapped"]["change"].get<std::string>() + " " +
                        std::to_string(finding["unmapped"]["distinct_customers"].get<int>()));
    }
    return changes;
  }

  SetClock clock_;
  MemoryStore store_;
  const std::vector<Destination> destinations_{NewDestination("all"),
                                               NewDestination("health", v1::SEVERITY_UNSPECIFIED, "health")};
  const Pseudonyms pseudonyms_{std::string(32, 'k')};
  OutboxWriter writer_{destinations_, pseudonyms_, clock_, "9.9.9"};
  detect::Detector detector_{store_, clock_, {&writer_}, nullptr, &writer_};
  WriteLane lane_{store_, detector_};
  std::uint64_t sequence_ = 0;
};

TEST_F(Outbox, TellsOpeningGrowthClosingAndReopening) {
  Start(10);
  ASSERT_TRUE(Observe(0, 12));
  Close("inc-1");
  Reopen("inc-1");
  EXPECT_THAT(Told("all"), ElementsAre("opened 12", "closed 12", "reopened 12"));
  EXPECT_THAT(Told("health"), IsEmpty());
}

TEST_F(Outbox, AFloodIsAHandfulOfMessages) {
  Start(10);
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_TRUE(Observe(i, 11));
  EXPECT_THAT(Told("all"),
              ElementsAre("opened 11", "grown 16", "grown 32", "grown 64", "grown 128", "grown 256", "grown 512"));
}

TEST_F(Outbox, AFailedCommitTellsNothingAndTheNextTellsAll) {
  Start(10);
  store_.FailCommits(1);
  EXPECT_FALSE(Observe(0, 12));
  EXPECT_THAT(Told("all"), IsEmpty());
  ASSERT_TRUE(Observe(0, 12));
  EXPECT_THAT(Told("all"), ElementsAre("opened 12"));
  store_.FailCommits(1);
  EXPECT_FALSE(Observe(100, 40));
  ASSERT_TRUE(Observe(200, 40));
  EXPECT_THAT(Told("all"), ElementsAre("opened 12", "grown 52"));
}

TEST_F(Outbox, ARestartTellsNothingAgain) {
  Start(10);
  ASSERT_TRUE(Observe(0, 12));
  ASSERT_TRUE(detector_.Start(MakePolicy(BulkThreshold(10))));
  ASSERT_TRUE(Observe(0, 12));
  EXPECT_THAT(Told("all"), ElementsAre("opened 12"));
  ASSERT_TRUE(Observe(100, 4));
  EXPECT_THAT(Told("all"), ElementsAre("opened 12", "grown 16"));
}

TEST_F(Outbox, TheBellRingsAfterTheCommit) {
  Start(10);
  const auto before = writer_.bell().rings();
  ASSERT_TRUE(Observe(0, 12));
  EXPECT_GT(writer_.bell().rings(), before);
  const auto told = writer_.bell().rings();
  ASSERT_TRUE(Observe(0, 12));
  EXPECT_EQ(writer_.bell().rings(), told) << "nothing new waits";
}

TEST_F(Outbox, GapsOfAnAgentAreOneNote) {
  v1::GapReport gap;
  gap.set_agent_id("agent-1");
  gap.set_host("w1");
  gap.set_sensor("files");
  gap.set_lost(3);
  for (int i = 0; i < 5; ++i) {
    gap.mutable_from()->set_seconds(1000 + i);
    gap.mutable_until()->set_seconds(2000 + i);
    ASSERT_TRUE(lane_.Run([&](StoreTransaction& transaction) { return writer_.OnGapAdded(gap, transaction); }));
  }
  const auto notes = store_.ListNotes("gap/");
  ASSERT_EQ(notes->size(), 1U);
  v1::GapNote note;
  ASSERT_TRUE(note.ParseFromString(notes->front().second));
  EXPECT_EQ(note.gaps(), 5U);
  EXPECT_EQ(note.lost(), 15U);
  EXPECT_EQ(note.from().seconds(), 1000);
  EXPECT_EQ(note.until().seconds(), 2004);
  EXPECT_THAT(note.sensors(), ElementsAre("files"));
}

v1::Incident Standing(v1::IncidentState state, std::uint64_t measured) {
  v1::Incident incident;
  incident.set_state(state);
  incident.set_measured(measured);
  return incident;
}

TEST(ChangesToTell, SuppressedIncidentsAreNone) {
  EXPECT_EQ(ChangeOf({}, Standing(v1::INCIDENT_STATE_SUPPRESSED, 1)), std::nullopt);
  v1::Incident closed = Standing(v1::INCIDENT_STATE_CLOSED, 1);
  closed.mutable_suppressed_by();
  EXPECT_EQ(ChangeOf(IncidentStanding{v1::INCIDENT_STATE_SUPPRESSED, 1, 0}, closed), std::nullopt);
}

TEST(ChangesToTell, GrowthIsTheNextPowerOfTwo) {
  const auto grown = [](std::uint64_t before, std::uint64_t now) {
    return ChangeOf(IncidentStanding{v1::INCIDENT_STATE_OPEN, before, 0}, Standing(v1::INCIDENT_STATE_OPEN, now));
  };
  EXPECT_EQ(grown(16, 31), std::nullopt);
  EXPECT_EQ(grown(31, 32), Change::kGrown);
  EXPECT_EQ(grown(32, 32), std::nullopt);
}

TEST(MinimumSeverity, HoldsForIncidents) {
  SetClock clock;
  MemoryStore store;
  const std::vector<Destination> destinations{NewDestination("critical", v1::SEVERITY_CRITICAL),
                                              NewDestination("high", v1::SEVERITY_HIGH)};
  const Pseudonyms pseudonyms(std::string(32, 'k'));
  OutboxWriter writer(destinations, pseudonyms, clock, "9.9.9");
  v1::Incident incident = Standing(v1::INCIDENT_STATE_OPEN, 1);
  incident.set_severity(v1::SEVERITY_HIGH);
  ASSERT_TRUE(
      store.Write([&](StoreTransaction& transaction) { return writer.OnIncidentSaved({}, incident, transaction); }));
  EXPECT_THAT(*store.ListWaiting("critical", 10), IsEmpty());
  EXPECT_EQ(store.ListWaiting("high", 10)->size(), 1U);
}

}  // namespace
}  // namespace vigie::server::integrations
