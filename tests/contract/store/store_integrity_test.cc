// Each fault that the check promises to find is planted and found; a good store has none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "core/customers/record_set.h"
#include "platform/sqlite/database.h"
#include "server/rollup_book.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StoreChecking : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE((*store)->Write([](StoreTransaction& transaction) -> base::Result<void> {
      for (std::uint64_t i = 1; i <= 20; ++i) {
        const auto event = MakeEvent({.sequence = i, .records = Records(static_cast<std::uint32_t>(i), 3)});
        if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
      }
      v1::Incident incident;
      incident.set_id("inc-1");
      incident.set_rule("bulk");
      incident.set_subject("user=alice");
      incident.set_state(v1::INCIDENT_STATE_OPEN);
      incident.set_events(2);
      incident.set_distinct_customers(5);
      incident.set_records(customers::RecordSet(Records(1, 5)).Serialize());
      if (auto saved = transaction.SaveIncident(incident, {"agent-1/1/1", "agent-1/1/3"}); !saved) return saved;
      if (auto added = AddCasework(transaction); !added) return added;
      v1::AuditEntry entry;
      entry.set_who("alice");
      if (auto appended = transaction.AppendAudit(entry); !appended) return appended;
      return transaction.SetHighWaterMark("agent-1", 1, 20);
    }));
  }
  static base::Result<void> AddCasework(StoreTransaction& transaction) {
    v1::IncidentEntry comment;
    comment.set_incident_id("inc-1");
    comment.set_kind(v1::INCIDENT_ENTRY_KIND_COMMENT);
    if (auto added = transaction.AppendIncidentEntry(comment); !added) return added.error();
    v1::Dossier dossier;
    dossier.set_id("dos-1");
    dossier.set_state(v1::DOSSIER_STATE_SUBMITTED);
    dossier.mutable_content()->add_incident_ids("inc-1");
    dossier.add_submissions()->set_number(1);
    return transaction.SaveDossier(dossier);
  }
  std::string path() const { return folder_.File("collector.db"); }
  std::vector<std::string> Check() {
    auto faults = CheckStore(path());
    EXPECT_TRUE(faults) << faults.error().message;
    return faults ? *faults : std::vector<std::string>();
  }
  void Plant(const std::string& sql) {
    auto database = sqlite::Database::Open(path());
    ASSERT_TRUE(database->Execute("PRAGMA foreign_keys=OFF; DROP TRIGGER audit_is_never_changed;"));
    const auto planted = database->Execute(sql);
    ASSERT_TRUE(planted) << planted.error().message;
  }
  // The incident as `change` leaves it.
  void Save(const std::function<void(v1::Incident&)>& change) {
    const auto store = SqliteStore::Open(path());
    auto incident = **(*store)->FindIncident("inc-1");
    change(incident);
    ASSERT_TRUE((*store)->Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, {}); }));
  }
  void SetDelivered(std::uint64_t mark, const std::vector<std::uint64_t>& ahead) {
    SequenceRanges ranges;
    for (const std::uint64_t sequence : ahead) ranges.Add(sequence);
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE((*store)->Write([&](StoreTransaction& transaction) -> base::Result<void> {
      if (auto set = transaction.SetHighWaterMark("agent-1", 1, mark); !set) return set;
      return transaction.SetAhead("agent-1", 1, ranges);
    }));
  }
  void ExpectFault(const std::string& sql, const std::string& said) {
    Plant(sql);
    EXPECT_THAT(Check(), Contains(HasSubstr(said))) << sql;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(StoreChecking, AGoodStoreHasNoFaultAlsoWhileItIsInUse) {
  EXPECT_THAT(Check(), IsEmpty());
  const auto used = SqliteStore::Open(path());
  ASSERT_TRUE(used);
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(StoreChecking, AnEventThatCannotBeRead) {
  ExpectFault("UPDATE events SET event = x'ff' WHERE position = 4", "event agent-1/1/4 cannot be read");
}

TEST_F(StoreChecking, AnEventUnderAnotherUser) {
  ExpectFault("UPDATE events SET user = 'bob' WHERE position = 4", "event agent-1/1/4 is kept under another");
}

TEST_F(StoreChecking, AnEventAtAnotherTime) {
  ExpectFault("UPDATE events SET at = at + 1 WHERE position = 4", "event agent-1/1/4 is kept under another");
}

TEST_F(StoreChecking, AMarkBelowASequence) {
  ExpectFault("UPDATE high_water_marks SET sequence = 19", "the mark is 19, an event has sequence 20");
}

TEST_F(StoreChecking, AMessageForOthersThatIsGoneOrCannotBeRead) {
  {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->Write([](StoreTransaction& transaction) -> base::Result<void> {
      for (int i = 0; i < 3; ++i) {
        if (auto appended = transaction.AppendMessage("soc", {}); !appended) return appended;
      }
      return transaction.SettleMessages("soc", {.through = 1, .delivered = 1});
    }));
  }
  EXPECT_THAT(Check(), IsEmpty());
  ExpectFault("UPDATE outbox SET message = x'ff' WHERE number = 2; DELETE FROM outbox WHERE number = 3",
              "a message for soc cannot be read");
  EXPECT_THAT(Check(), Contains(HasSubstr("messages for soc are missing")));
}

TEST_F(StoreChecking, AMarkThatIsGone) {
  ExpectFault("DELETE FROM high_water_marks", "the mark is 0");
}

TEST_F(StoreChecking, RollupsThatCountOtherEvents) {
  {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE(store);
    const base::SystemClock clock;
    RollupBook book(**store, clock);
    const auto reader = (*store)->OpenEvents();
    ASSERT_TRUE(reader);
    const RollupCell day = CellsAt(kStoryBegin).back();
    ASSERT_EQ(book.FiguresOf(day, **reader, [] { return false; })->size(), 1U);
    ASSERT_TRUE((*store)->OpenEvents().value()->FindRollup(day).value());
  }
  EXPECT_THAT(Check(), IsEmpty());
  ExpectFault(
      "UPDATE rollups SET events = events + 1 WHERE length = 900 AND events > 0;"
      "UPDATE rollups SET channel = channel + 1 WHERE length = 14400 AND channel IS NOT NULL;"
      "DELETE FROM rollups WHERE length = 86400 AND channel IS NOT NULL",
      "roll-ups: that of 900 s");
  EXPECT_THAT(Check(), Contains(HasSubstr("roll-ups: that of 14400 s")));
  EXPECT_THAT(Check(), Contains(HasSubstr("roll-ups: that of 86400 s")));
}

TEST_F(StoreChecking, WhatCameAheadIsAboveTheMarkAndNoFault) {
  SetDelivered(15, {17, 18, 19, 20});
  EXPECT_THAT(Check(), Contains(HasSubstr("the mark is 15, an event has sequence 16")));
  SetDelivered(15, {16, 17, 18, 19, 20, 22});
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(StoreChecking, WhatCameAheadButIsNotAboveTheMark) {
  SetDelivered(18, {16, 19, 20});
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("agent-1 epoch 1: some are not above the mark")));
}

TEST_F(StoreChecking, WhatCameAheadOfAnEpochWithoutEvents) {
  ExpectFault("INSERT INTO ahead_sequences VALUES ('agent-9', 7, x'ff')", "agent-9 epoch 7: they cannot be read");
}

TEST_F(StoreChecking, ASightingThatIsGone) {
  ExpectFault("DELETE FROM sightings WHERE position = 4", "those of event agent-1/1/4 are not what the event says");
}

TEST_F(StoreChecking, ASightingOfAnotherDayThanItsEvent) {
  ExpectFault("UPDATE holder_days SET day = day + 1", "are not what the event says");
}

TEST_F(StoreChecking, ADayThatLacksCustomers) {
  ExpectFault("UPDATE holder_days SET records = (SELECT records FROM sightings WHERE position = 4)",
              "says 3 customers, its sightings 22");
}

TEST_F(StoreChecking, AHolderWithoutADay) {
  ExpectFault("INSERT INTO holders (ledger, user, host) VALUES ('', 'carol', 'w9')", "has no day");
}

TEST_F(StoreChecking, ASightingOfNoEvent) {
  ExpectFault("DELETE FROM events WHERE position = 9", "a row of sightings refers to one of events");
}

TEST_F(StoreChecking, AnIncidentThatCountsLessThanItsEvents) {
  ExpectFault("INSERT INTO incident_events VALUES ('inc-1', 2)", "inc-1 says 2 events, linked to it are 3");
}

TEST_F(StoreChecking, AnIncidentThatLacksCustomersOfItsEvents) {
  ExpectFault("UPDATE incident_events SET position = 9 WHERE position = 3", "inc-1 lacks customers");
}

TEST_F(StoreChecking, AnIncidentThatCannotBeRead) {
  ExpectFault("UPDATE incidents SET incident = x'ff'", "inc-1 cannot be read");
}

TEST_F(StoreChecking, AnIncidentUnderAnotherState) {
  ExpectFault("UPDATE incidents SET state = 2", "inc-1 is kept under another");
}

TEST_F(StoreChecking, AClosedIncidentThatDisarmsItsThresholdStillIsGood) {
  Save([](v1::Incident& incident) {
    incident.set_state(v1::INCIDENT_STATE_CLOSED);
    incident.mutable_disarmed()->set_lowest(5);
  });
  EXPECT_THAT(Check(), IsEmpty());
  ExpectFault("UPDATE incidents SET state = 2", "inc-1 is kept under another");
}

TEST_F(StoreChecking, StepsOfASequenceAreLinkedAndNotCounted) {
  Save([](v1::Incident& incident) {
    incident.set_events(1);
    incident.set_distinct_customers(1);
    incident.set_records(customers::RecordSet(Records(3, 1)).Serialize());
    for (const char* id : {"agent-1/1/1", "agent-1/1/3"}) incident.add_steps()->set_event_id(id);
  });
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(StoreChecking, AHistoryThatWasChanged) {
  ExpectFault("DROP TRIGGER incident_entries_are_never_changed; UPDATE incident_entries SET number = 7",
              "histories: inc-1");
}

TEST_F(StoreChecking, ADossierUnderAnotherState) {
  ExpectFault("UPDATE dossiers SET state = 1", "dossiers: dos-1 cannot be read, or is kept under another");
}

TEST_F(StoreChecking, ASubmissionThatIsGone) {
  ExpectFault("DROP TRIGGER dossier_submissions_are_never_removed; DELETE FROM dossier_submissions",
              "dos-1 lacks a submission");
}

TEST_F(StoreChecking, WhatWasSubmittedIsNotChangedByAnybodysSql) {
  auto database = sqlite::Database::Open(path());
  EXPECT_FALSE(database->Execute("UPDATE dossier_submissions SET submission = x'00'"));
  EXPECT_FALSE(database->Execute("DELETE FROM dossier_submissions"));
  EXPECT_FALSE(database->Execute("UPDATE incident_entries SET entry = x'00'"));
}

TEST_F(StoreChecking, ABrokenChain) {
  ExpectFault("UPDATE audit SET hash = 'x'", "audit: row 1 was changed");
}

TEST_F(StoreChecking, ADamagedPage) {
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path()));
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  for (std::streamoff page = 4096 * 3; page < size; page += 4096) {
    file.seekp(page);  // the page's head
    file << std::string(50, '\x55');
  }
  file.close();
  const auto faults = CheckStore(path());
  if (faults) {
    EXPECT_FALSE(faults->empty());
  } else {
    EXPECT_EQ(faults.error().code, base::ErrorCode::kDataLoss) << faults.error().message;
  }
}

TEST_F(StoreChecking, AStoreThatIsNotThereIsAnErrorAndIsNotMade) {
  const std::string none = path() + ".none";
  EXPECT_FALSE(CheckStore(none));
  EXPECT_FALSE(std::filesystem::exists(none));
}

TEST_F(StoreChecking, ManyFaultsOfOneKindAreCutShort) {
  Plant("UPDATE events SET event = x'ff'");
  EXPECT_LT(Check().size(), 3 * kMostFaults);
}

}  // namespace
}  // namespace vigie::server
