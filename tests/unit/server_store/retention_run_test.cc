// Retention over the embedded store, held against a naive count of what must be left.
#include "server/retain/retention_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/retain/stored_retention.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using ::testing::IsEmpty;

constexpr hours kDay{24};

v1::CollectorConfig::Retention Ages() {
  v1::CollectorConfig::Retention retention;
  *retention.mutable_clean_events() = contract::ToProto(10 * kDay);
  *retention.mutable_customer_events() = contract::ToProto(30 * kDay);
  *retention.mutable_gaps() = contract::ToProto(20 * kDay);
  *retention.mutable_closed_incidents() = contract::ToProto(50 * kDay);
  return retention;
}

// "ledger/user@host" and day → its customers.
using Union = std::map<std::pair<std::string, std::int64_t>, std::set<std::uint32_t>>;

std::set<std::uint32_t> SetOf(const customers::RecordSet& records) {
  const auto ids = records.Ids();
  return {ids.begin(), ids.end()};
}

class Retaining : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open(const std::string& name = "collector.db") {
    store_.reset();
    auto opened = SqliteStore::Open(folder_.File(name));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

  void Keep(v1::Event event, std::chrono::nanoseconds received_after) {
    *event.mutable_received_at() = contract::ToProto(kStoryBegin + received_after);
    ASSERT_TRUE(store_->Write(
        [&](StoreTransaction& transaction) { return transaction.AppendEvent(event, event.activity().host()); }));
    events_.push_back(std::move(event));
  }
  void SaveIncident(const std::string& id, v1::IncidentState state, const std::vector<std::string>& events = {}) {
    v1::Incident incident;
    incident.set_id(id);
    incident.set_rule("bulk");
    incident.set_subject("user=" + id);
    incident.set_state(state);
    *incident.mutable_updated_at() = contract::ToProto(kStoryBegin);
    ASSERT_TRUE(
        store_->Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, events); }));
  }

  base::Result<v1::RunRetentionResponse> Run(std::chrono::nanoseconds now, bool dry_run = false, int rests = 1 << 30) {
    const auto plan = RetentionPlan::Make(Ages());
    const auto retention = store_->OpenRetention();
    retain::RetentionRun run({**retention, *plan,
                              [this](const v1::AuditEntry& entry) {
                                told_.push_back(entry.method());
                                return base::Result<void>();
                              },
                              [&](auto) { return --rests > 0; }},
                             kStoryBegin + now, dry_run);
    return run.All();
  }
  // What a run by a reader of the configuration must leave; the newest stays always.
  std::set<std::string> Expected(std::chrono::nanoseconds now, const std::set<std::string>& held = {}) const {
    const auto plan = RetentionPlan::Make(Ages());
    std::set<std::string> left;
    for (const v1::Event& event : events_) {
      const std::string id = contract::EventId(event);
      const auto age = kStoryBegin + now - contract::FromProto(event.received_at());
      if (age < plan->AgeOf(event)->keep || held.contains(id) || &event == &events_.back()) left.insert(id);
    }
    return left;
  }
  std::set<std::string> Left() {
    std::set<std::string> left;
    const auto reader = store_->OpenEvents();
    EXPECT_TRUE((*reader)->EachEvent({}, [&](const v1::Event& event, const auto&) -> base::Result<void> {
      left.insert(contract::EventId(event));
      return {};
    }));
    return left;
  }
  // Of the events that are left, worked out from scratch / as attribution reads it.
  Union ExpectedUnion(const std::set<std::string>& left) const;
  Union KeptUnion();

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<v1::Event> events_;
  std::vector<std::string> told_;
};

Union Retaining::ExpectedUnion(const std::set<std::string>& left) const {
  Union expected;
  for (const v1::Event& event : events_) {
    if (!left.contains(contract::EventId(event))) continue;
    const std::string holder = event.activity().user() + "@" + event.activity().host();
    const std::int64_t day = DayOf(TimeOf(event).time_since_epoch().count());
    for (const EventSighting& sighting : SightingsOf(event)) {
      expected[{sighting.ledger + "/" + holder, day}].merge(SetOf(sighting.records));
    }
  }
  return expected;
}

Union Retaining::KeptUnion() {
  Union kept;
  const auto reader = store_->OpenSightings();
  const auto holders = (*reader)->Holders("");
  for (const Holder& holder : *holders) {
    std::size_t days = 0;
    EXPECT_TRUE((*reader)->EachDayOf(holder.number, [&](const HolderDay& day) -> base::Result<void> {
      ++days;
      kept[{"/" + holder.user + "@" + holder.host, day.day}] = SetOf(day.records);
      std::set<std::uint32_t> below;
      EXPECT_TRUE((*reader)->EachSighting(day.number, [&](const Sighting& sighting) -> base::Result<void> {
        below.merge(SetOf(sighting.records));
        return {};
      }));
      EXPECT_EQ(below, SetOf(day.records));
      return {};
    }));
    EXPECT_GT(days, 0U) << "a holder without a day is nobody";
  }
  return kept;
}

v1::Event RandomEvent(std::mt19937& random, std::uint64_t sequence, std::chrono::nanoseconds at) {
  const auto below = [&](unsigned limit) { return static_cast<std::uint32_t>(random() % limit); };
  if (below(10) == 0) return MakeGap("agent-1", sequence, at);
  EventPlan plan{.sequence = sequence, .after = at};
  plan.user = below(2) == 0 ? "alice" : "bob";
  plan.host = below(2) == 0 ? "w1" : "w2";
  if (below(3) > 0) plan.records = Records(below(50), 1 + below(20));
  return MakeEvent(plan);
}

TEST_F(Retaining, LeavesExactlyWhatTheConfigurationSays) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    Open("seed-" + std::to_string(seed));
    events_.clear();
    std::chrono::nanoseconds now{0};
    std::uint64_t sequence = seed * 100'000;
    for (int round = 0; round < 6; ++round) {
      for (int i = 0; i < 60; ++i) {
        now += std::chrono::minutes(random() % 360);
        Keep(RandomEvent(random, ++sequence, now - hours(random() % 30)), now);
      }
      auto dry = Run(now, true);
      ASSERT_TRUE(dry) << dry.error().message;
      const auto before = Left();
      auto ran = Run(now);
      ASSERT_TRUE(ran) << ran.error().message;
      dry->clear_longest_hold();
      ran->clear_longest_hold();
      EXPECT_EQ(dry->SerializeAsString(), ran->SerializeAsString());
      const auto left = Left();
      EXPECT_EQ(left, Expected(now)) << "seed " << seed << ", round " << round;
      std::uint64_t removed = 0;
      for (const auto& count : ran->counts()) removed += count.removed();
      EXPECT_EQ(removed, before.size() - left.size());
      EXPECT_EQ(KeptUnion(), ExpectedUnion(left));
    }
  }
}

TEST_F(Retaining, ARunThatWasStoppedAnywhereGoesOn) {
  std::mt19937 random(7);
  for (std::uint64_t i = 1; i <= 200; ++i) Keep(RandomEvent(random, i, hours(i)), hours(i));
  const auto now = 25 * kDay;
  int stopped = 0;
  for (int rests = 1; !Run(now, false, rests); ++rests) {
    ++stopped;
    Open();
    EXPECT_EQ(KeptUnion(), ExpectedUnion(Left()));
  }
  EXPECT_GT(stopped, 1);
  EXPECT_EQ(Left(), Expected(now));
}

TEST_F(Retaining, WhatAnOpenIncidentHoldsStaysUntilItIsClosed) {
  for (std::uint64_t i = 1; i <= 9; ++i) Keep(MakeEvent({.sequence = i, .records = {std::uint32_t(i)}}), hours(i));
  SaveIncident("inc-1", v1::INCIDENT_STATE_OPEN, {"agent-1/1/2", "agent-1/1/3"});
  SaveIncident("inc-2", v1::INCIDENT_STATE_OPEN, {"agent-1/1/3"});
  EXPECT_EQ(Run(40 * kDay, true)->held(), 2U);
  const auto ran = Run(40 * kDay);
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_EQ(ran->held(), 2U);
  EXPECT_EQ(Left(), Expected(40 * kDay, {"agent-1/1/2", "agent-1/1/3"}));
  SaveIncident("inc-1", v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(Run(41 * kDay));
  EXPECT_EQ(Left(), Expected(41 * kDay, {"agent-1/1/3"}));
  SaveIncident("inc-2", v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(Run(42 * kDay));
  EXPECT_EQ(Left(), Expected(42 * kDay));
  EXPECT_EQ(KeptUnion(), ExpectedUnion(Left()));
}

TEST_F(Retaining, WhatASuppressedIncidentHoldsStaysToo) {
  for (std::uint64_t i = 1; i <= 4; ++i) Keep(MakeEvent({.sequence = i, .records = {std::uint32_t(i)}}), hours(i));
  SaveIncident("inc-1", v1::INCIDENT_STATE_SUPPRESSED, {"agent-1/1/2"});
  EXPECT_EQ(Run(40 * kDay, true)->held(), 1U);
  ASSERT_TRUE(Run(40 * kDay));
  ASSERT_TRUE(Run(41 * kDay));
  EXPECT_EQ(Left(), Expected(41 * kDay, {"agent-1/1/2"}));
  SaveIncident("inc-1", v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(Run(42 * kDay));
  EXPECT_EQ(Left(), Expected(42 * kDay));
}

TEST_F(Retaining, AnIncidentOfManyEventsGoesInPartsWithinTheBudget) {
  std::vector<std::string> ids;
  for (std::uint64_t i = 1; i <= 250; ++i) {
    Keep(MakeEvent({.sequence = i}), hours(1));
    ids.push_back("agent-1/1/" + std::to_string(i));
  }
  SaveIncident("inc-1", v1::INCIDENT_STATE_CLOSED, ids);
  SaveIncident("inc-2", v1::INCIDENT_STATE_CLOSED);
  SaveIncident("inc-3", v1::INCIDENT_STATE_CLOSED);
  const auto retention = store_->OpenRetention();
  auto closed = (*retention)->ClosedIncidents(kStoryBegin + hours(1)).value();
  EXPECT_THAT(closed, ::testing::ElementsAre("inc-1", "inc-2"));
  EXPECT_EQ((*retention)->RemoveIncidents(closed, std::chrono::nanoseconds(0))->passed, 0U);
  EXPECT_EQ(store_->QueryEvents({.incident_id = "inc-1", .page_size = 1000})->events.size(), 150U);
  EXPECT_TRUE(store_->FindIncident("inc-1").value());
  EXPECT_EQ((*retention)->RemoveIncidents(closed, hours(1))->passed, 2U);
  EXPECT_EQ(store_->ListIncidents({})->incidents.size(), 1U);
}

TEST_F(Retaining, AnIncidentTakesItsHistoryAlongAndOneOfADossierStays) {
  for (const char* id : {"inc-1", "inc-2", "inc-3"}) SaveIncident(id, v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(store_->Write([](StoreTransaction& transaction) -> base::Result<void> {
    for (const char* id : {"inc-1", "inc-2"}) {
      v1::IncidentEntry entry;
      entry.set_incident_id(id);
      if (auto added = transaction.AppendIncidentEntry(entry); !added) return added.error();
    }
    v1::Dossier dossier;
    dossier.set_id("dos-1");
    dossier.mutable_content()->add_incident_ids("inc-2");
    return transaction.SaveDossier(dossier);
  }));
  ASSERT_TRUE(Run(51 * kDay));
  EXPECT_FALSE(store_->FindIncident("inc-1").value());
  EXPECT_TRUE(store_->ListIncidentHistory({"inc-1", 0, ""})->entries.empty());
  EXPECT_TRUE(store_->FindIncident("inc-2").value()) << "what a dossier documents can be looked up";
  EXPECT_EQ(store_->ListIncidentHistory({"inc-2", 0, ""})->entries.size(), 1U);
}

TEST_F(Retaining, WhatChangedSinceTheListWasMadeStays) {
  Keep(MakeEvent({.sequence = 1}), hours(1));
  for (const char* id : {"inc-1", "inc-2"}) SaveIncident(id, v1::INCIDENT_STATE_CLOSED, {"agent-1/1/1"});
  for (const char* id : {"inc-3", "inc-4"}) SaveIncident(id, v1::INCIDENT_STATE_CLOSED);
  const auto retention = store_->OpenRetention();
  const auto closed = (*retention)->ClosedIncidents(kStoryBegin + hours(1)).value();
  ASSERT_THAT(closed, ::testing::ElementsAre("inc-1", "inc-2", "inc-3"));
  SaveIncident("inc-1", v1::INCIDENT_STATE_OPEN);
  ASSERT_TRUE(store_->Write([](StoreTransaction& transaction) {
    v1::Dossier dossier;
    dossier.set_id("dos-1");
    dossier.mutable_content()->add_incident_ids("inc-2");
    return transaction.SaveDossier(dossier);
  }));
  EXPECT_EQ((*retention)->RemoveIncidents(closed, hours(1))->passed, 3U);
  for (const char* id : {"inc-1", "inc-2"}) {
    EXPECT_TRUE(store_->FindIncident(id).value());
    EXPECT_EQ(store_->QueryEvents({.incident_id = id})->events.size(), 1U) << id;
  }
  EXPECT_FALSE(store_->FindIncident("inc-3").value());
}

TEST_F(Retaining, WhatADossierWasSubmittedWithStays) {
  for (const char* id : {"inc-1", "inc-2", "inc-3"}) SaveIncident(id, v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(store_->Write([](StoreTransaction& transaction) {
    v1::Dossier dossier;
    dossier.set_id("dos-1");
    dossier.mutable_content()->add_incident_ids("inc-2");
    dossier.add_submissions()->set_number(1);
    dossier.mutable_submissions(0)->mutable_content()->add_incident_ids("inc-1");
    return transaction.SaveDossier(dossier);
  }));
  ASSERT_TRUE(Run(51 * kDay));
  EXPECT_TRUE(store_->FindIncident("inc-1").value());
}

TEST_F(Retaining, ClosedIncidentsGoByTheirClosingAndNumbersAreNeverGivenAgain) {
  for (const char* id : {"inc-1", "inc-2", "inc-3"}) SaveIncident(id, v1::INCIDENT_STATE_CLOSED);
  ASSERT_TRUE(Run(49 * kDay));
  EXPECT_TRUE(store_->FindIncident("inc-1").value());
  EXPECT_EQ(Run(51 * kDay, true)->counts(3).removed(), 2U);
  ASSERT_TRUE(Run(51 * kDay));
  EXPECT_FALSE(store_->FindIncident("inc-1").value());
  EXPECT_FALSE(store_->FindIncident("inc-2").value());
  EXPECT_TRUE(store_->Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.NextIncidentId().value(), "inc-4");
    return {};
  }));
}

TEST_F(Retaining, ADryRunChangesNothingAndTellsNobody) {
  for (std::uint64_t i = 1; i <= 9; ++i) Keep(MakeEvent({.sequence = i}), hours(i));
  const auto dry = Run(40 * kDay, true);
  EXPECT_EQ(dry->counts(0).removed(), 8U);
  EXPECT_EQ(Left().size(), 9U);
  EXPECT_THAT(told_, IsEmpty());
  ASSERT_TRUE(Run(40 * kDay));
  EXPECT_THAT(told_, ::testing::ElementsAre("retention/begin", "retention/end"));
  ASSERT_TRUE(Run(40 * kDay));
  EXPECT_EQ(told_.size(), 2U) << "a run that removes nothing is nothing to tell";
}

TEST_F(Retaining, NothingConfiguredRemovesNothing) {
  SetClock clock;
  retain::StoredRetention retention(
      {*store_, clock, [](const auto&) { return base::Result<void>(); }, [] { return false; }},
      RetentionPlan::Make({}).value());
  const auto ran = retention.Run(false);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, base::ErrorCode::kFailedPrecondition);
}

TEST_F(Retaining, SpaceIsGivenBack) {
  const std::string long_path(20'000, 'x');
  for (std::uint64_t i = 1; i <= 300; ++i) Keep(MakeEvent({.sequence = i, .path = long_path}), hours(1));
  Open();  // the write-ahead log is in the file now
  const auto before = std::filesystem::file_size(folder_.File("collector.db"));
  ASSERT_TRUE(Run(40 * kDay));
  Open();
  EXPECT_LT(std::filesystem::file_size(folder_.File("collector.db")), before / 4);
}

}  // namespace
}  // namespace vigie::server
