#include "server/api/similar_incidents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/customers/record_set.h"
#include "server/store/memory/memory_store.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::api {
namespace {

struct Plan {
  std::string id;
  std::string user = "";
  std::string host = "";
  std::vector<std::uint32_t> records = {};
};

class SimilarIncidentsTest : public ::testing::Test {
 protected:
  void Save(const Plan& plan) {
    v1::Incident incident;
    incident.set_id(plan.id);
    incident.set_rule("bulk");
    incident.set_subject("number=" + plan.id);
    incident.set_state(v1::INCIDENT_STATE_OPEN);
    incident.set_user(plan.user);
    incident.set_host(plan.host);
    incident.set_records(customers::RecordSet(plan.records).Serialize());
    incident.add_event_ids("agent-1/1/1");
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, {}); }));
  }
  base::Result<v1::SimilarIncidentsResponse> Find(const std::string& id, std::uint32_t limit = 0) {
    v1::SimilarIncidentsRequest request;
    request.set_id(id);
    request.set_limit(limit);
    return FindSimilar(request, store_);
  }
  std::vector<std::string> Ids(const std::string& id, std::uint32_t limit = 0) {
    std::vector<std::string> ids;
    const auto found = Find(id, limit);
    EXPECT_TRUE(found) << found.error().message;
    for (const auto& similar : found->incidents()) ids.push_back(similar.incident().id());
    return ids;
  }

  MemoryStore store_;
};

TEST_F(SimilarIncidentsTest, SharedCustomersComeFirstThenTheUserThenTheHost) {
  Save({"inc-1", "alice", "w1", Records(1, 100)});
  Save({"inc-2", "bob", "w2", Records(500, 10)});
  Save({"inc-3", "carol", "w1"});
  Save({"inc-4", "alice", "w9"});
  Save({"inc-5", "dave", "w5", Records(91, 50)});
  Save({"inc-6", "erin", "w6", Records(51, 50)});
  EXPECT_THAT(Ids("inc-1"), ::testing::ElementsAre("inc-6", "inc-5", "inc-4", "inc-3"));
  EXPECT_THAT(Ids("inc-1", 2), ::testing::ElementsAre("inc-6", "inc-5"));
  const auto found = Find("inc-1");
  EXPECT_EQ(found->incidents(0).shared_customers(), 50U);
  EXPECT_EQ(found->incidents(1).shared_customers(), 10U);
  EXPECT_TRUE(found->incidents(2).same_user());
  EXPECT_TRUE(found->incidents(3).same_host());
  EXPECT_TRUE(found->incidents(0).incident().records().empty());
  EXPECT_EQ(found->incidents(0).incident().event_ids_size(), 0);
}

TEST_F(SimilarIncidentsTest, UnknownUsersAreNotTheSameUser) {
  Save({"inc-1"});
  Save({"inc-2"});
  EXPECT_TRUE(Ids("inc-1").empty());
}

TEST_F(SimilarIncidentsTest, TheBestOfManyAreFound) {
  Save({"inc-1", "alice", "w1", Records(1, 1000)});
  for (std::uint32_t i = 2; i <= 600; ++i) Save({"inc-" + std::to_string(i), "", "", Records(1, (i * 7919) % 600 + 1)});
  const auto found = Find("inc-1", 10);
  ASSERT_EQ(found->incidents_size(), 10);
  for (int i = 1; i < 10; ++i)
    EXPECT_GE(found->incidents(i - 1).shared_customers(), found->incidents(i).shared_customers());
  EXPECT_GE(found->incidents(9).shared_customers(), 589U);
}

TEST_F(SimilarIncidentsTest, NobodyReadsOnForOneWhoHasGone) {
  Save({"inc-1", "alice", "w1"});
  v1::SimilarIncidentsRequest request;
  request.set_id("inc-1");
  EXPECT_EQ(FindSimilar(request, store_, [] { return true; }).error().code, base::ErrorCode::kCancelled);
}

TEST_F(SimilarIncidentsTest, UnknownOnesAndEndlessListsAreRefused) {
  EXPECT_EQ(Find("inc-1").error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(Find("inc-1", 101).error().code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vigie::server::api
