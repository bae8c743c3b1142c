#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::ElementsAre;

v1::Incident MakeIncident(const std::string& id, const std::string& subject,
                          v1::IncidentState state = v1::INCIDENT_STATE_OPEN) {
  v1::Incident incident;
  incident.set_id(id);
  incident.set_rule("bulk-customers");
  incident.set_subject(subject);
  incident.set_state(state);
  incident.set_events(3);
  incident.set_records(std::string("\0\1\2", 3));
  return incident;
}

class IncidentStoreContract : public StoreContract {
 protected:
  void Save(const v1::Incident& incident, const std::vector<std::string>& events = {}) {
    Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, events); });
  }
  std::vector<std::string> List(IncidentQuery query) {
    std::vector<std::string> ids;
    do {
      const auto page = store().ListIncidents(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const v1::Incident& incident : page->incidents) ids.push_back(incident.id());
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return ids;
  }
};

TEST_P(IncidentStoreContract, GivesThemBackAsTheyWereSavedLast) {
  v1::Incident incident = MakeIncident("inc-1", "user=alice");
  Save(incident);
  incident.set_events(4);
  incident.set_state(v1::INCIDENT_STATE_CLOSED);
  Save(incident);
  const auto found = store().FindIncident("inc-1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->SerializeAsString(), incident.SerializeAsString());
  EXPECT_FALSE(store().FindIncident("inc-2")->has_value());
}

TEST_P(IncidentStoreContract, IdsCountUp) {
  std::string id;
  const auto next = [&](StoreTransaction& transaction) -> base::Result<void> {
    id = transaction.NextIncidentId().value();
    return {};
  };
  Write(next);
  EXPECT_EQ(id, "inc-1");
  Save(MakeIncident("inc-1", "user=alice"));
  Write(next);
  EXPECT_EQ(id, "inc-2");
}

TEST_P(IncidentStoreContract, OnlyOneIsOpenForARuleAndSubject) {
  Save(MakeIncident("inc-1", "user=alice"));
  const auto second = store().Write(
      [](StoreTransaction& transaction) { return transaction.SaveIncident(MakeIncident("inc-2", "user=alice"), {}); });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kAlreadyExists);
  Save(MakeIncident("inc-1", "user=alice", v1::INCIDENT_STATE_CLOSED));
  Save(MakeIncident("inc-2", "user=alice"));
  Save(MakeIncident("inc-3", "user=bob"));
}

TEST_P(IncidentStoreContract, ListsNewestFirstInPagesAndByState) {
  for (int i = 1; i <= 5; ++i) {
    const auto state = i % 2 == 0 ? v1::INCIDENT_STATE_CLOSED : v1::INCIDENT_STATE_OPEN;
    Save(MakeIncident("inc-" + std::to_string(i), "user=" + std::to_string(i), state));
  }
  for (const std::uint32_t page_size : {0U, 1U, 2U, 5U}) {
    EXPECT_THAT(List({.page_size = page_size}), ElementsAre("inc-5", "inc-4", "inc-3", "inc-2", "inc-1"));
    EXPECT_THAT(List({.state = v1::INCIDENT_STATE_OPEN, .page_size = page_size}),
                ElementsAre("inc-5", "inc-3", "inc-1"));
  }
  const auto open = store().OpenIncidents();
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 3U);
  EXPECT_EQ(open->front().id(), "inc-1");
}

TEST_P(IncidentStoreContract, FindsThoseThatGoOnAndThoseThatDisarm) {
  v1::Incident closed = MakeIncident("inc-1", "user=alice", v1::INCIDENT_STATE_CLOSED);
  Save(closed);
  closed.mutable_disarmed()->set_lowest(7);
  closed.set_id("inc-2");
  Save(closed);
  Save(MakeIncident("inc-3", "user=bob", v1::INCIDENT_STATE_SUPPRESSED));
  EXPECT_THAT(List({.state = v1::INCIDENT_STATE_CLOSED}), ElementsAre("inc-2", "inc-1"));
  EXPECT_THAT(List({.state = v1::INCIDENT_STATE_SUPPRESSED}), ElementsAre("inc-3"));
  ASSERT_EQ(store().OpenIncidents()->size(), 1U);
  EXPECT_EQ(store().OpenIncidents()->front().id(), "inc-3");
  ASSERT_EQ(store().DisarmingIncidents()->size(), 1U);
  EXPECT_EQ(store().DisarmingIncidents()->front().disarmed().lowest(), 7U);
  closed.clear_disarmed();
  Save(closed);
  EXPECT_TRUE(store().DisarmingIncidents()->empty());
}

TEST_P(IncidentStoreContract, LinksItsEventsOnceEach) {
  Append({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2}), MakeEvent({.sequence = 3})});
  Save(MakeIncident("inc-1", "user=alice"), {"agent-1/1/1", "not/kept/1"});
  Save(MakeIncident("inc-1", "user=alice"), {"agent-1/1/1", "agent-1/1/3"});
  EventQuery query;
  query.incident_id = "inc-1";
  EXPECT_THAT(Query(query), ElementsAre("agent-1/1/1", "agent-1/1/3"));
  query.incident_id = "inc-2";
  EXPECT_TRUE(Query(query).empty());
}

TEST_P(IncidentStoreContract, TransactionsSeeTheirOwnChangesAndReadersDoNot) {
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SaveIncident(MakeIncident("inc-1", "user=alice"), {}));
    EXPECT_TRUE(transaction.FindIncident("inc-1")->has_value());
    EXPECT_FALSE(store().FindIncident("inc-1")->has_value());
    return {};
  });
  EXPECT_TRUE(store().FindIncident("inc-1")->has_value());
}

INSTANTIATE_TEST_SUITE_P(Stores, IncidentStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace vigie::server
