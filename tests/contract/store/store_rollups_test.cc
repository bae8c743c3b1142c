// Figures that are kept beside the events they are of, and agents that were saved since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/sqlite/database.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::UnorderedElementsAre;

// 10:00, at which the story begins, is where one of a quarter of an hour does, but none of four hours.
const RollupCell kQuarter{minutes(15), kStoryBegin};
const RollupCell kFourHours{hours(4), kStoryBegin - hours(2)};

ChannelFigures FiguresOf(const std::vector<v1::Event>& events) {
  ChannelFigures figures;
  for (const v1::Event& event : events) figures[event.activity().channel()].Add(event);
  return figures;
}

std::optional<ChannelFigures> Find(Store& store, const RollupCell& cell) {
  return (*store.OpenEvents())->FindRollup(cell).value();
}

base::Result<void> Save(Store& store, const RollupCell& cell, const CellEvents& seen, const ChannelFigures& figures) {
  return store.Write([&](StoreTransaction& transaction) { return transaction.SaveRollup(cell, seen, figures); });
}

class RollupStoreContract : public StoreContract {
 protected:
  CellEvents Seen(const RollupCell& cell) { return (*store().OpenEvents())->EventsIn(cell).value(); }
};

TEST_P(RollupStoreContract, FiguresComeBackAsTheyWere) {
  v1::Event other = MakeEvent({.sequence = 2, .channel = v1::CHANNEL_PRINT, .records = Records(5, 10)});
  other.mutable_inspection()->mutable_customers()->set_ledger("b");
  const std::vector<v1::Event> events = {MakeEvent({.sequence = 1, .records = Records(1, 300)}), other};
  Append(events);
  EXPECT_FALSE(Find(store(), kQuarter));
  ASSERT_TRUE(Save(store(), kQuarter, Seen(kQuarter), FiguresOf(events)));
  const auto found = Find(store(), kQuarter);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(v1::CHANNEL_REMOVABLE_MEDIA).Figures().distinct_customers(), 300U);
  EXPECT_EQ(found->at(v1::CHANNEL_PRINT).customers().at("b").Ids(), Records(5, 10));
  EXPECT_EQ(found->at(v1::CHANNEL_PRINT).events(), 1U);
  EXPECT_EQ(found->at(v1::CHANNEL_PRINT).bytes(), other.activity().file().bytes());
  EXPECT_FALSE(Find(store(), kFourHours)) << "another length is another one";
}

TEST_P(RollupStoreContract, NoEventsAreAnAnswerToo) {
  ASSERT_TRUE(Save(store(), kQuarter, Seen(kQuarter), {}));
  const auto found = Find(store(), kQuarter);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_P(RollupStoreContract, AnEventDropsThoseOfItsTimeAndNoOthers) {
  const RollupCell next{minutes(15), kQuarter.until()};
  for (const RollupCell& cell : {kQuarter, kFourHours, next}) ASSERT_TRUE(Save(store(), cell, Seen(cell), {}));
  Append({MakeEvent({.sequence = 1, .after = minutes(14)})});
  EXPECT_FALSE(Find(store(), kQuarter));
  EXPECT_FALSE(Find(store(), kFourHours));
  EXPECT_TRUE(Find(store(), next));
}

TEST_P(RollupStoreContract, WhatWasWorkedOutOfOtherEventsIsNotKept) {
  Append({MakeEvent({.sequence = 1})});
  const CellEvents before = Seen(kQuarter);
  EXPECT_EQ(before.count, 1);
  Append({MakeEvent({.sequence = 2, .after = minutes(1)})});
  ASSERT_TRUE(Save(store(), kQuarter, before, {}));
  EXPECT_FALSE(Find(store(), kQuarter));
}

TEST_P(RollupStoreContract, ATransactionThatFailsDropsNothing) {
  ASSERT_TRUE(Save(store(), kQuarter, Seen(kQuarter), {}));
  EXPECT_FALSE(store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendEvent(MakeEvent({.sequence = 1}), "w1"));
    return base::Error{base::ErrorCode::kCancelled, "not after all"};
  }));
  EXPECT_TRUE(Find(store(), kQuarter));
}

TEST_P(RollupStoreContract, TheAgentsSavedSinceAreTold) {
  const auto save = [&](const std::string& id) {
    Write([&](StoreTransaction& transaction) {
      AgentRecord agent;
      agent.status.set_id(id);
      agent.status.set_host("host of " + id);
      return transaction.SaveAgent(agent);
    });
  };
  std::vector<std::string> told;
  const auto ask = [&](std::uint64_t revision) {
    told.clear();
    return store()
        .EachChangedAgent(revision,
                          [&](const AgentRecord& agent) -> base::Result<void> {
                            told.push_back(agent.status.id());
                            return {};
                          })
        .value();
  };
  save("a");
  save("b");
  const std::uint64_t first = ask(0);
  EXPECT_THAT(told, UnorderedElementsAre("a", "b"));
  save("c");
  ask(first);
  EXPECT_THAT(told, ::testing::Contains("c"));
}

INSTANTIATE_TEST_SUITE_P(Stores, RollupStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

TEST(SqliteRollups, RemovingAnEventDropsThoseOfItsTime) {
  TemporaryFolder folder;
  const std::string path = folder.File("collector.db");
  const auto store = SqliteStore::Open(path).value();
  ASSERT_TRUE(store->Write([](StoreTransaction& transaction) {
    return transaction.AppendEvent(MakeEvent({.sequence = 1, .after = minutes(14)}), "w1");
  }));
  const RollupCell other{minutes(15), kQuarter.until()};
  for (const RollupCell& cell : {kQuarter, kFourHours, other}) {
    const CellEvents seen = (*store->OpenEvents())->EventsIn(cell).value();
    ASSERT_TRUE(Save(*store, cell, seen, {}));
  }
  ASSERT_TRUE(sqlite::Database::Open(path)->Execute("DELETE FROM events"));
  EXPECT_FALSE(Find(*store, kQuarter));
  EXPECT_FALSE(Find(*store, kFourHours));
  EXPECT_TRUE(Find(*store, other));
}

TEST(SqliteRollups, OnlyAgentsSavedSinceAreReadAgain) {
  TemporaryFolder folder;
  const auto store = SqliteStore::Open(folder.File("collector.db")).value();
  const auto save = [&](const std::string& id) {
    ASSERT_TRUE(store->Write([&](StoreTransaction& transaction) {
      AgentRecord agent;
      agent.status.set_id(id);
      return transaction.SaveAgent(agent);
    }));
  };
  int told = 0;
  const auto count = [&](const AgentRecord&) -> base::Result<void> {
    ++told;
    return {};
  };
  for (const char* id : {"a", "b", "c"}) save(id);
  const std::uint64_t revision = store->EachChangedAgent(0, count).value();
  EXPECT_EQ(told, 3);
  save("b");
  const std::uint64_t next = store->EachChangedAgent(revision, count).value();
  EXPECT_EQ(told, 4);
  EXPECT_TRUE(store->EachChangedAgent(next, count));
  EXPECT_EQ(told, 4);
}

}  // namespace
}  // namespace vigie::server
