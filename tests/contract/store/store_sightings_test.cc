#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "proto/contract/validation.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using customers::RecordSet;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::Event OfLedger(v1::Event event, const std::string& ledger) {
  event.mutable_inspection()->mutable_customers()->set_ledger(ledger);
  return event;
}

v1::Event AlsoOf(v1::Event event, const std::string& ledger, const std::vector<std::uint32_t>& records) {
  v1::CustomerFinding& other = *event.mutable_inspection()->add_customers_of_other_ledgers();
  other.set_ledger(ledger);
  other.set_distinct(static_cast<std::uint32_t>(records.size()));
  other.set_records(RecordSet(records).Serialize());
  return event;
}

// What a reader says of a ledger: "user@host" → for each day (counted from the story's first) the records.
using Days = std::map<std::string, std::map<std::int64_t, std::vector<std::uint32_t>>>;

Days DaysOf(SightingReader& reader, const std::string& ledger) {
  Days days;
  std::map<std::int64_t, std::string> names;
  std::vector<std::int64_t> wanted;
  const auto holders = reader.Holders(ledger);
  EXPECT_TRUE(holders);
  for (const Holder& holder : *holders) {
    names[holder.number] = holder.user + "@" + holder.host;
    wanted.push_back(holder.number);
  }
  std::ranges::sort(wanted);
  EXPECT_TRUE(reader.EachDay(wanted, [&](const HolderDay& day) -> base::Result<void> {
    days[names.at(day.holder)][day.day - DayOf(kStoryBegin.time_since_epoch().count())] = day.records.Ids();
    return {};
  }));
  return days;
}

std::vector<std::string> SightingIds(SightingReader& reader, const std::string& ledger) {
  std::vector<std::int64_t> positions;
  const auto each = [&](const Sighting& sighting) -> base::Result<void> {
    positions.push_back(sighting.position);
    return {};
  };
  const auto holders = reader.Holders(ledger);
  for (const Holder& holder : *holders) {
    EXPECT_TRUE(reader.EachDayOf(holder.number, [&](const HolderDay& day) {
      EXPECT_EQ(day.holder, holder.number);
      return reader.EachSighting(day.number, each);
    }));
  }
  return reader.EventIds(positions).value();
}

TEST_P(StoreContract, SightingsAreTheUnionOfADayForEachUserHostAndLedger) {
  Append({MakeEvent({.sequence = 1, .records = {1, 2}}), MakeEvent({.sequence = 2, .records = {2, 3}}),
          MakeEvent({.sequence = 3, .after = hours(14), .records = {4}}),
          MakeEvent({.sequence = 4, .user = "bob", .records = {9}}),
          OfLedger(MakeEvent({.sequence = 5, .records = {7}}), "ab")});
  Append({MakeEvent({.agent = "agent-2", .sequence = 1, .records = {5}})}, "w2");
  const auto reader = store().OpenSightings();
  ASSERT_TRUE(reader);
  EXPECT_EQ(DaysOf(**reader, ""),
            (Days{{"alice@w1", {{0, {1, 2, 3}}, {1, {4}}}}, {"bob@w1", {{0, {9}}}}, {"alice@w2", {{0, {5}}}}}));
  EXPECT_EQ(DaysOf(**reader, "ab"), (Days{{"alice@w1", {{0, {7}}}}}));
  EXPECT_THAT(DaysOf(**reader, "cd"), IsEmpty());
}

TEST_P(StoreContract, ADayGrowsOverTransactions) {
  Append({MakeEvent({.sequence = 1, .records = {1, 2}})});
  Append({MakeEvent({.sequence = 2, .records = {1}})});
  Append({MakeEvent({.sequence = 3, .records = {70'000}})});
  const auto reader = store().OpenSightings();
  EXPECT_EQ(DaysOf(**reader, ""), (Days{{"alice@w1", {{0, {1, 2, 70'000}}}}}));
  EXPECT_THAT(SightingIds(**reader, ""), ElementsAre("agent-1/1/1", "agent-1/1/2", "agent-1/1/3"));
}

TEST_P(StoreContract, OneEventIsSeenInEachOfItsLedgers) {
  Append({AlsoOf(AlsoOf(OfLedger(MakeEvent({.records = {1}}), "ab"), "cd", {2, 3}), "ab", {8})});
  const auto reader = store().OpenSightings();
  EXPECT_EQ(DaysOf(**reader, "ab"), (Days{{"alice@w1", {{0, {1, 8}}}}})) << "a ledger that is named twice";
  EXPECT_EQ(DaysOf(**reader, "cd"), (Days{{"alice@w1", {{0, {2, 3}}}}}));
}

TEST_P(StoreContract, EventsWithoutCustomersAreNoSightings) {
  v1::Event odd = MakeEvent({.sequence = 3, .records = {1}});
  odd.mutable_inspection()->mutable_customers()->set_records("no bitmap");
  Append({MakeEvent({.sequence = 1}), MakeGap("agent-1", 2, minutes(1)), odd});
  const auto reader = store().OpenSightings();
  EXPECT_THAT((*reader)->Holders("").value(), IsEmpty());
}

TEST_P(StoreContract, ASightingSaysWhenWhereAndWhom) {
  Append({MakeEvent({.sequence = 1, .channel = v1::CHANNEL_PRINT, .after = minutes(5), .records = {3, 4}})});
  const auto reader = store().OpenSightings();
  int seen = 0;
  const auto each = [&](const Sighting& sighting) -> base::Result<void> {
    ++seen;
    EXPECT_EQ(sighting.at, kStoryBegin + minutes(5));
    EXPECT_EQ(sighting.channel, v1::CHANNEL_PRINT);
    EXPECT_THAT(sighting.records.Ids(), ElementsAre(3, 4));
    return {};
  };
  const auto holder = (*reader)->Holders("")->at(0).number;
  EXPECT_TRUE(
      (*reader)->EachDayOf(holder, [&](const HolderDay& day) { return (*reader)->EachSighting(day.number, each); }));
  EXPECT_EQ(seen, 1);
}

TEST_P(StoreContract, SightingsOfAFailedTransactionDoNotExist) {
  (void)store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendEvent(MakeEvent({.records = {1}}), "w1"));
    return base::Error{base::ErrorCode::kCancelled, "thought better of it"};
  });
  EXPECT_THAT((*store().OpenSightings())->Holders("").value(), IsEmpty());
}

TEST_P(StoreContract, ASightingReaderSeesTheStoreAsItWas) {
  Append({MakeEvent({.sequence = 1, .records = {1}})});
  const auto before = store().OpenSightings();
  Append({MakeEvent({.sequence = 2, .user = "bob", .records = {2}})});
  EXPECT_EQ((*before)->Holders("")->size(), 1U);
  EXPECT_EQ((*store().OpenSightings())->Holders("")->size(), 2U);
}

TEST_P(StoreContract, AnErrorOfTheCallbackEndsTheReading) {
  Append({MakeEvent({.records = {1}})});
  const auto reader = store().OpenSightings();
  const auto done =
      (*reader)->EachDayOf((*reader)->Holders("")->at(0).number, [](const HolderDay&) -> base::Result<void> {
        return base::Error{base::ErrorCode::kCancelled, "enough"};
      });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
}

std::vector<std::string> IdsFrom(EventReader& reader, std::optional<base::SystemTime> since) {
  std::vector<std::string> ids;
  ReadProgress last;
  EXPECT_TRUE(reader.EachEvent(since, [&](const v1::Event& event, const ReadProgress& progress) -> base::Result<void> {
    ids.push_back(contract::EventId(event));
    EXPECT_GT(progress.passed, last.passed);
    EXPECT_LE(progress.passed, progress.of);
    last = progress;
    return {};
  }));
  return ids;
}

TEST_P(StoreContract, AnEventReaderGivesAllInOrderOfArrival) {
  Append({MakeEvent({.sequence = 1, .after = hours(2)}), MakeEvent({.sequence = 2, .after = hours(1)}),
          MakeGap("agent-1", 3, hours(3))});
  const auto reader = store().OpenEvents();
  ASSERT_TRUE(reader);
  Append({MakeEvent({.sequence = 4})});
  EXPECT_THAT(IdsFrom(**reader, std::nullopt), ElementsAre("agent-1/1/1", "agent-1/1/2", "agent-1/1/3"));
  EXPECT_THAT(IdsFrom(**reader, kStoryBegin + hours(2)), ElementsAre("agent-1/1/1", "agent-1/1/3"));
  EXPECT_THAT(IdsFrom(**reader, kStoryBegin + hours(9)), IsEmpty());
  const auto found = (*reader)->EventsById({"agent-1/1/2", "agent-1/9/9", "agent-1/1/1"});
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).sequence(), 2U);
}

TEST_P(StoreContract, AnEventReaderGivesWhatIsJudgedOfEachEvent) {
  const v1::Event kept = MakeEvent({.sequence = 1, .after = hours(2), .records = {3, 5}});
  Append({kept, MakeGap("agent-1", 2, hours(3))});
  const auto reader = store().OpenEvents();
  ASSERT_TRUE(reader);
  std::vector<v1::Event> read;
  ASSERT_TRUE((*reader)->EachEvent({}, EventParts::kJudged, [&](const auto& event, const auto&) -> base::Result<void> {
    read.push_back(event);
    return {};
  }));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(contract::EventId(read[0]), contract::EventId(kept));
  EXPECT_EQ(contract::HappenedAt(read[0]), contract::HappenedAt(kept));
  EXPECT_EQ(read[0].activity().user(), kept.activity().user());
  EXPECT_EQ(read[0].inspection().customers().records(), kept.inspection().customers().records());
  EXPECT_TRUE(read[1].has_gap());
}

TEST_P(StoreContract, AnEventReaderReadsManyEvents) {
  std::vector<v1::Event> events;
  for (std::uint64_t i = 1; i <= 9000; ++i) events.push_back(MakeEvent({.sequence = i}));
  Append(events);
  const auto reader = store().OpenEvents();
  EXPECT_EQ(IdsFrom(**reader, std::nullopt).size(), 9000U);
}

TEST_P(StoreContract, AnEmptyStoreHasNothingToRead) {
  EXPECT_THAT(IdsFrom(**store().OpenEvents(), std::nullopt), IsEmpty());
  EXPECT_THAT(IdsFrom(**store().OpenEvents(), kStoryBegin), IsEmpty());
  EXPECT_THAT((*store().OpenSightings())->Holders("").value(), IsEmpty());
}

}  // namespace
}  // namespace vigie::server
