#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "server/attribute/stored_attribution.h"
#include "server/store/memory/memory_store.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::attribute {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;

class AttributionTest : public ::testing::Test {
 protected:
  void Append(const EventPlan& plan, const std::string& ledger = "", const std::vector<std::uint32_t>& also = {}) {
    EventPlan next = plan;
    next.sequence = ++sequence_;
    v1::Event event = MakeEvent(next);
    event.mutable_inspection()->mutable_customers()->set_ledger(ledger);
    if (!also.empty()) {
      v1::CustomerFinding& other = *event.mutable_inspection()->add_customers_of_other_ledgers();
      other.set_ledger("other");
      other.set_records(customers::RecordSet(also).Serialize());
    }
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.AppendEvent(event, plan.host); }));
  }
  static void Leak(v1::AttributeRequest& request, const std::vector<std::uint32_t>& records,
                   const std::string& ledger = "") {
    v1::LeakedCustomers& leaked = *request.add_leaked();
    leaked.set_ledger(ledger);
    leaked.set_records(customers::RecordSet(records).Serialize());
    leaked.set_population(1000);
  }
  v1::AttributeResponse Ask(const std::vector<std::uint32_t>& records) {
    v1::AttributeRequest request;
    Leak(request, records);
    return attribution_.Attribute(request).value();
  }

  MemoryStore store_;
  StoredAttribution attribution_{store_, "the collector's"};
  std::uint64_t sequence_ = 0;
};

TEST_F(AttributionTest, CountsOnlyEventsThatHoldLeakedCustomers) {
  Append({.after = hours(1), .records = {1, 2, 50}});
  Append({.channel = v1::CHANNEL_PRINT, .after = hours(2), .records = {60, 61}});  // others, on the same day
  Append({.channel = v1::CHANNEL_EMAIL, .after = hours(40), .records = {3}});
  Append({.after = hours(50), .records = {}});
  const auto response = Ask({1, 2, 3, 4});
  ASSERT_EQ(response.holders_size(), 1);
  const v1::AttributedHolder& alice = response.holders(0);
  EXPECT_EQ(alice.customers(), 3U);
  EXPECT_DOUBLE_EQ(alice.coverage(), 0.75);
  EXPECT_EQ(alice.events(), 2U);
  EXPECT_THAT(alice.event_ids(), ElementsAre("agent-1/1/1", "agent-1/1/3"));
  EXPECT_THAT(alice.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA, v1::CHANNEL_EMAIL));
  EXPECT_EQ(contract::FromProto(alice.first_seen()), kStoryBegin + hours(1));
  EXPECT_EQ(contract::FromProto(alice.last_seen()), kStoryBegin + hours(40));
  EXPECT_EQ(alice.touched(), 6U);
  EXPECT_EQ(alice.most_in_one_event(), 2U);
  EXPECT_EQ(alice.fullest_event(), "agent-1/1/1");
  EXPECT_FALSE(alice.has_log10_chance_over_next());
  EXPECT_EQ(response.leaked(), 4U);
  EXPECT_EQ(response.held(), 3U);
  EXPECT_EQ(response.candidates(), 1U);
}

TEST_F(AttributionTest, RanksPairsOfUserAndHostByCoverage) {
  Append({.user = "alice", .records = {1, 2}});
  Append({.host = "w2", .user = "alice", .records = {1, 2, 3}});
  Append({.user = "bob", .records = {1, 2, 3, 4, 500}});
  Append({.user = "carol", .records = {1, 2, 3, 4}});
  Append({.user = "dave", .records = {700}});
  const auto response = Ask({1, 2, 3, 4});
  std::vector<std::string> names;
  for (const auto& holder : response.holders()) names.push_back(holder.user() + "@" + holder.host());
  EXPECT_THAT(names, ElementsAre("carol@w1", "bob@w1", "alice@w2", "alice@w1"));
  EXPECT_EQ(response.candidates(), 5U);
  EXPECT_LT(response.holders(0).log10_chance(), response.holders(1).log10_chance()) << "who handles fewer stands out";
}

TEST_F(AttributionTest, LedgersAreToldApartAndAnEventOfTwoIsOne) {
  Append({.user = "alice", .records = {1}}, "ab", {1, 2});
  Append({.user = "bob", .records = {1, 2, 3}}, "ab");
  v1::AttributeRequest request;
  Leak(request, {1, 2}, "other");
  Leak(request, {1}, "ab");
  const auto response = attribution_.Attribute(request).value();
  ASSERT_EQ(response.holders_size(), 2);
  EXPECT_EQ(response.holders(0).user(), "alice");
  EXPECT_EQ(response.holders(0).customers(), 3U);
  EXPECT_EQ(response.holders(0).events(), 1U);
  EXPECT_EQ(response.holders(0).most_in_one_event(), 3U);
  EXPECT_EQ(response.holders(1).customers(), 1U);
  EXPECT_EQ(Ask({1}).holders_size(), 0) << "events of unknown ledgers only";
}

TEST_F(AttributionTest, ItsIdIsThatOfTheCustomersHoweverTheyWereAskedFor) {
  const std::string id = Ask({1, 2}).id();
  EXPECT_EQ(id.substr(0, 4), "att-");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(Ask({2, 1}).id(), id);
  EXPECT_NE(Ask({1, 2, 3}).id(), id);
  v1::AttributeRequest one, other;
  Leak(one, {1}, "ab");
  Leak(one, {2}, "cd");
  Leak(other, {2}, "cd");
  Leak(other, {1}, "ab");
  other.set_limit(1);
  EXPECT_EQ(attribution_.Attribute(one)->id(), attribution_.Attribute(other)->id());
  EXPECT_NE(attribution_.Attribute(one)->id(), id) << "record ids of another ledger are other customers";
  EXPECT_EQ(StoredAttribution(store_, "the collector's").Attribute(one)->id(), attribution_.Attribute(one)->id())
      << "what was approved is found again after a restart";
  EXPECT_NE(StoredAttribution(store_, "another").Attribute(one)->id(), attribution_.Attribute(one)->id())
      << "nobody works it out who has the customers only";
}

TEST_F(AttributionTest, NobodyIsAnEmptyAnswer) {
  Append({.records = {1}});
  const auto response = Ask({2, 3});
  EXPECT_EQ(response.holders_size(), 0);
  EXPECT_EQ(response.leaked(), 2U);
  EXPECT_EQ(response.candidates(), 1U);
}

TEST_F(AttributionTest, ListsTheFirstThousandEventsAndCountsAll) {
  for (int i = 0; i < 1003; ++i) Append({.after = hours(2000 - i), .records = {1}});
  const auto response = Ask({1});
  EXPECT_EQ(response.holders(0).events(), 1003U);
  ASSERT_EQ(response.holders(0).event_ids_size(), 1000);
  EXPECT_EQ(response.holders(0).event_ids(0), "agent-1/1/1003") << "oldest first, whenever it arrived";
}

TEST_F(AttributionTest, ReportsAsManyAsAskedFor) {
  for (int i = 0; i < 30; ++i) Append({.user = "user-" + std::to_string(i), .records = {1}});
  EXPECT_EQ(Ask({1}).holders_size(), 20);
  v1::AttributeRequest request;
  Leak(request, {1});
  request.set_limit(3);
  EXPECT_EQ(attribution_.Attribute(request)->holders_size(), 3);
  EXPECT_TRUE(attribution_.Attribute(request)->holders(2).has_log10_chance_over_next());
}

TEST_F(AttributionTest, BadRequestsNameTheField) {
  const auto refuse = [&](const v1::AttributeRequest& request) {
    return attribution_.Attribute(request).error().message;
  };
  v1::AttributeRequest request;
  EXPECT_EQ(refuse(request), "leaked: must not be empty");
  Leak(request, {1});
  request.set_limit(101);
  EXPECT_EQ(refuse(request), "limit: more than 100");
  request.set_limit(0);
  Leak(request, {2});
  EXPECT_EQ(refuse(request), "leaked.ledger: is there twice");
  request.mutable_leaked()->RemoveLast();
  request.mutable_leaked(0)->set_records("no bitmap");
  EXPECT_EQ(refuse(request), "leaked.records: is no record set");
  request.mutable_leaked(0)->set_records("");
  EXPECT_EQ(refuse(request), "leaked.records: must not be empty");
}

TEST_F(AttributionTest, AStoreThatCannotBeReadIsAnError) {
  store_.FailReads(true);
  v1::AttributeRequest request;
  Leak(request, {1});
  EXPECT_FALSE(attribution_.Attribute(request));
}

TEST(LongReads, AreSoManyAtATime) {
  LongReads places(2);
  auto first = places.Take();
  const auto second = places.Take();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(places.Take());
  first.reset();
  EXPECT_TRUE(places.Take());
}

}  // namespace
}  // namespace vigie::server::attribute
