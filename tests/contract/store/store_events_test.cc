#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Ids = std::vector<std::string>;

TEST_P(StoreContract, GivesEventsBackAsTheyCame) {
  const v1::Event event = MakeEvent({.sequence = 7, .records = Records(1, 40)});
  Append({event});
  const auto page = store().QueryEvents({});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1U);
  EXPECT_EQ(page->events[0].SerializeAsString(), event.SerializeAsString());
  EXPECT_EQ(store().CountEvents().value(), 1U);
}

TEST_P(StoreContract, KeepsEachEventOnce) {
  Append({MakeEvent({})});
  const auto repeated =
      store().Write([](StoreTransaction& transaction) { return transaction.AppendEvent(MakeEvent({}), "w1"); });
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().code, base::ErrorCode::kAlreadyExists);
  EXPECT_EQ(store().CountEvents().value(), 1U);
}

TEST_P(StoreContract, AFailedTransactionLeavesNoTrace) {
  const auto failed = store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendEvent(MakeEvent({}), "w1"));
    EXPECT_TRUE(transaction.SetHighWaterMark("agent-1", 1, 9));
    EXPECT_EQ(transaction.HighWaterMark("agent-1", 1).value(), 9U);
    return base::Error{base::ErrorCode::kCancelled, "thought better of it"};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::ErrorCode::kCancelled);
  EXPECT_EQ(store().CountEvents().value(), 0U);
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.HighWaterMark("agent-1", 1).value(), 0U);
    return {};
  });
}

TEST_P(StoreContract, HighWaterMarksAreKeptForEachAgentAndEpoch) {
  static constexpr std::uint64_t kLargest = ~std::uint64_t{0};
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SetHighWaterMark("a", 1, 5));
    EXPECT_TRUE(transaction.SetHighWaterMark("a", kLargest, kLargest));
    return transaction.SetHighWaterMark("b", 1, 7);
  });
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.HighWaterMark("a", 1).value(), 5U);
    EXPECT_EQ(transaction.HighWaterMark("a", 2).value(), 0U);
    EXPECT_EQ(transaction.HighWaterMark("a", kLargest).value(), kLargest);
    EXPECT_EQ(transaction.HighWaterMark("b", 1).value(), 7U);
    return {};
  });
}

TEST_P(StoreContract, FindsEventsByIdInTheOrderAsked) {
  Append({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2})});
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendEvent(MakeEvent({.sequence = 3}), "w1"));
    const auto found = transaction.EventsById({"agent-1/1/3", "agent-1/1/8", "agent-1/1/1"});
    EXPECT_EQ(found->size(), 2U);
    EXPECT_EQ(contract::EventId(found->at(0)), "agent-1/1/3");
    EXPECT_EQ(contract::EventId(found->at(1)), "agent-1/1/1");
    return {};
  });
}

TEST_P(StoreContract, QueriesAreOldestFirstInPagesOfAnySize) {
  // Arrival is not the order of time, and two happened at once.
  Append({MakeEvent({.sequence = 1, .after = minutes(5)}), MakeEvent({.sequence = 2, .after = minutes(1)}),
          MakeEvent({.sequence = 3, .after = minutes(3)}), MakeEvent({.sequence = 4, .after = minutes(3)}),
          MakeEvent({.sequence = 5, .after = minutes(2)})});
  const Ids expected = {"agent-1/1/2", "agent-1/1/5", "agent-1/1/3", "agent-1/1/4", "agent-1/1/1"};
  for (const std::uint32_t page_size : {1U, 2U, 3U, 4U, 5U, 6U}) EXPECT_EQ(Query({}, page_size), expected) << page_size;
}

TEST_P(StoreContract, QueriesFilterByEachField) {
  Append({MakeEvent({.sequence = 1, .user = "alice", .channel = v1::CHANNEL_PRINT}),
          MakeEvent({.sequence = 2, .user = "bob", .channel = v1::CHANNEL_PRINT, .after = hours(1)})},
         "w1");
  Append({MakeEvent({.sequence = 3, .user = "alice", .channel = v1::CHANNEL_EMAIL, .after = hours(2)})}, "w2");
  EXPECT_THAT(Query({.user = "alice"}), ElementsAre("agent-1/1/1", "agent-1/1/3"));
  EXPECT_THAT(Query({.host = "w2"}), ElementsAre("agent-1/1/3"));
  EXPECT_THAT(Query({.channel = v1::CHANNEL_PRINT}), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(Query({.since = kStoryBegin + hours(1)}), ElementsAre("agent-1/1/2", "agent-1/1/3"));
  EXPECT_THAT(Query({.user = "alice", .channel = v1::CHANNEL_PRINT}), ElementsAre("agent-1/1/1"));
  EXPECT_THAT(Query({.user = "ALICE"}), IsEmpty());
  EXPECT_THAT(Query({.user = "' OR '1'='1"}), IsEmpty());
}

TEST_P(StoreContract, QueriesFilterByWhatRulesDecidedAndWouldHave) {
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 6; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence, .user = sequence < 5 ? "alice" : "bob"}));
    events.back().set_rule(sequence == 1 ? "" : sequence % 2 == 0 ? "even" : "odd");
    events.back().set_shadow(sequence == 3 || sequence == 4 || sequence == 5);
  }
  Append(events);
  for (const std::uint32_t page_size : {1U, 2U, 9U}) {
    EXPECT_EQ(Query({.rule = "even"}, page_size), (Ids{"agent-1/1/2", "agent-1/1/4", "agent-1/1/6"})) << page_size;
    EXPECT_EQ(Query({.shadow = true}, page_size), (Ids{"agent-1/1/3", "agent-1/1/4", "agent-1/1/5"})) << page_size;
    EXPECT_EQ(Query({.rule = "odd", .shadow = true}, page_size), (Ids{"agent-1/1/3", "agent-1/1/5"})) << page_size;
  }
  EXPECT_THAT(Query({.user = "bob", .rule = "odd", .shadow = true}), ElementsAre("agent-1/1/5"));
  EXPECT_THAT(Query({.user = "bob", .channel = v1::CHANNEL_REMOVABLE_MEDIA, .rule = "even"}),
              ElementsAre("agent-1/1/6"));
  EXPECT_THAT(Query({.since = kStoryBegin + minutes(1), .rule = "even"}), IsEmpty());
  EXPECT_THAT(Query({.incident_id = "inc-1", .rule = "even"}), IsEmpty());
  EXPECT_THAT(Query({.incident_id = "inc-1", .rule = "odd", .shadow = true}), IsEmpty());
  EXPECT_THAT(Query({.rule = "' OR '1'='1"}), IsEmpty());
}

TEST_P(StoreContract, GapsMatchOnlyWithoutFiltersOfActivities) {
  Append({MakeEvent({.sequence = 1}), MakeGap("agent-1", 2, minutes(1))});
  EXPECT_THAT(Query({}), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(Query({.host = "w1"}), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(Query({.user = "alice"}), ElementsAre("agent-1/1/1"));
  EXPECT_THAT(Query({.channel = v1::CHANNEL_REMOVABLE_MEDIA}), ElementsAre("agent-1/1/1"));
  EXPECT_THAT(Query({.rule = "any"}), IsEmpty());
}

TEST_P(StoreContract, APageFitsIntoAMessage) {
  const std::string long_path(1 << 20, 'x');
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    Append({MakeEvent({.sequence = sequence, .path = long_path})});
  }
  const auto page = store().QueryEvents({});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events.size(), 2U);
  EXPECT_EQ(Query({}).size(), 5U);
}

TEST_P(StoreContract, ForeignPageTokensAreRefused) {
  for (const char* token : {"x", "1", "1:", ":1", "1:2:3", "1;2", " 1:2"}) {
    EventQuery query;
    query.page_token = token;
    const auto page = store().QueryEvents(query);
    ASSERT_FALSE(page) << token;
    EXPECT_EQ(page.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST_P(StoreContract, ReplaysEachHostsLastWindowInOrderOfArrival) {
  Append({MakeEvent({.sequence = 1, .after = hours(0)}), MakeEvent({.sequence = 2, .after = hours(30)}),
          MakeEvent({.sequence = 3, .after = hours(6)}), MakeEvent({.sequence = 4, .after = hours(5)})},
         "w1");
  Append({MakeEvent({.agent = "agent-2", .sequence = 1, .after = hours(-400)})}, "w2");  // was long away
  Append({MakeEvent({.agent = "agent-3", .sequence = 1, .after = hours(1)})}, "w3");
  Ids replayed;
  const auto done = store().ReplayEvents(hours(24), [&](const v1::Event& event) -> base::Result<void> {
    replayed.push_back(contract::EventId(event));
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_THAT(replayed, ElementsAre("agent-1/1/2", "agent-1/1/3", "agent-2/1/1", "agent-3/1/1"));
}

TEST_P(StoreContract, ReplaysWhatWasReceivedLatelyThoughItIsOlderThanItsHostsLastWindow) {
  std::vector<v1::Event> events = {MakeEvent({.sequence = 1, .after = hours(0)}),    // received long ago
                                   MakeEvent({.sequence = 2, .after = hours(300)}),  // ahead of the backlog
                                   MakeEvent({.sequence = 3, .after = hours(1)})};
  const auto received = [](v1::Event& event, hours after) {
    *event.mutable_received_at() = contract::ToProto(kStoryBegin + after);
  };
  received(events[0], hours(300 - 73));
  received(events[1], hours(300));
  received(events[2], hours(300));
  Append(events, "w1");
  Ids replayed;
  ASSERT_TRUE(store().ReplayEvents(hours(24), [&](const v1::Event& event) -> base::Result<void> {
    replayed.push_back(contract::EventId(event));
    return {};
  }));
  EXPECT_THAT(replayed, ElementsAre("agent-1/1/2", "agent-1/1/3"));
}

TEST_P(StoreContract, AReplayStopsAtTheFirstError) {
  Append({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2})});
  int seen = 0;
  const auto done = store().ReplayEvents(hours(24), [&](const v1::Event&) -> base::Result<void> {
    ++seen;
    return base::Error{base::ErrorCode::kInternal, "enough"};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(seen, 1);
}

TEST_P(StoreContract, ReplayingNothingIsFine) {
  EXPECT_TRUE(store().ReplayEvents(hours(24), [](const v1::Event&) -> base::Result<void> {
    ADD_FAILURE();
    return {};
  }));
}

}  // namespace
}  // namespace vigie::server
