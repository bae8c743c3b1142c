// What waits to be sent to others: in order for each destination, bounded, and in the transaction of what it tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::OutboxMessage Message(const std::string& id, base::SystemTime at = kStoryBegin) {
  v1::OutboxMessage message;
  message.set_id(id);
  *message.mutable_at() = contract::ToProto(at);
  message.set_finding("{}");
  return message;
}

class StoreOutbox : public StoreContract {
 protected:
  void Append(const std::string& destination, const std::vector<std::string>& ids) {
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      for (const std::string& id : ids) {
        if (auto appended = transaction.AppendMessage(destination, Message(id)); !appended) return appended;
      }
      return {};
    });
  }
  void Settle(const std::string& destination, const OutboxSettlement& settled) {
    Write([&](StoreTransaction& transaction) { return transaction.SettleMessages(destination, settled); });
  }
  std::vector<std::string> Waiting(const std::string& destination, std::uint32_t at_most = 100) {
    std::vector<std::string> ids;
    const auto waiting = store().ListWaiting(destination, at_most);
    EXPECT_TRUE(waiting) << waiting.error().message;
    for (const WaitingMessage& each : *waiting) ids.push_back(each.message.id());
    return ids;
  }
};

TEST_P(StoreOutbox, KeepsEachDestinationsOrder) {
  Append("soc", {"a", "b", "c"});
  Append("mail", {"x"});
  EXPECT_THAT(Waiting("soc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Waiting("soc", 2), ElementsAre("a", "b"));
  EXPECT_THAT(Waiting("mail"), ElementsAre("x"));
  EXPECT_THAT(Waiting("nobody"), IsEmpty());
  EXPECT_EQ(store().ListWaiting("soc", 3)->back().number, 3U);
}

TEST_P(StoreOutbox, SettlingTakesTheOldestAndCounts) {
  Append("soc", {"a", "b", "c"});
  const base::SystemTime at = kStoryBegin + std::chrono::minutes(1);
  Settle("soc", {.through = 2, .delivered = 1, .dropped = 1, .at = at});
  EXPECT_THAT(Waiting("soc"), ElementsAre("c"));
  const auto states = store().ListOutbox();
  ASSERT_EQ(states->size(), 1U);
  EXPECT_EQ(states->at(0).destination, "soc");
  EXPECT_EQ(states->at(0).waiting, 1U);
  EXPECT_EQ(states->at(0).delivered, 1U);
  EXPECT_EQ(states->at(0).dropped, 1U);
  EXPECT_EQ(states->at(0).oldest_at, kStoryBegin);
  EXPECT_EQ(states->at(0).last_delivered_at, at);
}

TEST_P(StoreOutbox, NumbersAreNotGivenTwiceWhenItWasEmpty) {
  Append("soc", {"a"});
  Settle("soc", {.through = 1, .delivered = 1, .at = kStoryBegin});
  EXPECT_FALSE(store().ListOutbox()->at(0).oldest_at);
  Append("soc", {"b"});
  EXPECT_EQ(store().ListWaiting("soc", 1)->at(0).number, 2U);
}

TEST_P(StoreOutbox, ARefusalIsNoDelivery) {
  Append("soc", {"a"});
  Settle("soc", {.through = 1, .dropped = 1, .at = kStoryBegin});
  EXPECT_FALSE(store().ListOutbox()->at(0).last_delivered_at);
}

TEST_P(StoreOutbox, TheOldestGiveWayAndAreCounted) {
  std::vector<std::string> ids;
  for (std::uint64_t i = 1; i <= kMaxOutboxMessages + 2; ++i) ids.push_back(std::to_string(i));
  Append("soc", ids);
  const auto states = store().ListOutbox();
  EXPECT_EQ(states->at(0).waiting, kMaxOutboxMessages);
  EXPECT_EQ(states->at(0).dropped, 2U);
  EXPECT_THAT(Waiting("soc", 1), ElementsAre("3"));
}

TEST_P(StoreOutbox, AFailedTransactionLeavesNothing) {
  const auto written = store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    if (auto appended = transaction.AppendMessage("soc", Message("a")); !appended) return appended;
    if (auto noted = transaction.SaveNote("gap/agent-1", "note"); !noted) return noted;
    return base::Error{base::ErrorCode::kCancelled, "taken back"};
  });
  EXPECT_EQ(written.error().code, base::ErrorCode::kCancelled);
  EXPECT_THAT(Waiting("soc"), IsEmpty());
  EXPECT_THAT(*store().ListOutbox(), IsEmpty());
  EXPECT_THAT(*store().ListNotes(""), IsEmpty());
}

TEST_P(StoreOutbox, ForgetsADestinationAndNoOther) {
  Append("soc", {"a"});
  Append("mail", {"x"});
  Write([](StoreTransaction& transaction) { return transaction.ForgetDestination("soc"); });
  EXPECT_THAT(Waiting("soc"), IsEmpty());
  ASSERT_EQ(store().ListOutbox()->size(), 1U);
  EXPECT_EQ(store().ListOutbox()->at(0).destination, "mail");
}

TEST_P(StoreOutbox, KeepsNotesByKey) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    for (const char* key : {"unreachable/b", "unreachable/a", "gap/a"}) {
      if (auto saved = transaction.SaveNote(key, key); !saved) return saved;
    }
    if (auto saved = transaction.SaveNote("gap/a", "again"); !saved) return saved;
    EXPECT_EQ(transaction.FindNote("gap/a").value(), "again");
    EXPECT_EQ(transaction.FindNote("gap/b").value(), std::nullopt);
    return transaction.RemoveNote("unreachable/b");
  });
  EXPECT_THAT(*store().ListNotes("unreachable/"), ElementsAre(Pair("unreachable/a", "unreachable/a")));
  EXPECT_THAT(*store().ListNotes("gap/"), ElementsAre(Pair("gap/a", "again")));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreOutbox, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace vigie::server
