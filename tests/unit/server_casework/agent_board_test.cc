#include "server/api/agent_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "platform/fake/fake_clock.h"
#include "proto/contract/time_conversion.h"
#include "server/store/memory/memory_store.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::api {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::Pair;

class NoSession final : public AgentSession {
 public:
  void SendPolicy(const std::shared_ptr<const v1::Policy>&) override {}
  void SendBlocks(const v1::ChannelBlocks&) override {}
  void Disconnect(const base::Error&) override {}
  void CheckLife(base::SteadyTime) override {}
};

// Twelve workstations: w01 to w12, versions 1.0 and 2.0 in turn, each third one revoked, each fourth one never seen.
class AgentBoardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 1; i <= 12; ++i) {
      AgentRecord agent;
      agent.status.set_id("id-" + std::to_string(100 - i));
      agent.status.set_host((i < 10 ? "w0" : "w") + std::to_string(i));
      agent.status.set_version(i % 2 == 0 ? "2.0" : "1.0");
      agent.status.set_events(static_cast<std::uint64_t>(i * 7 % 5));
      if (i % 3 == 0) *agent.status.mutable_revoked_at() = contract::ToProto(kStoryBegin);
      if (i % 4 != 0) *agent.status.mutable_last_seen_at() = contract::ToProto(kStoryBegin - hours(i));
      agent.status.add_sensors()->set_name("file_events");
      if (i < 4) agent.status.add_sensors()->set_name("a_rare_one");
      Save(agent);
    }
  }
  void Save(const AgentRecord& agent) {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveAgent(agent); }));
  }
  AgentPage List(const v1::ListAgentsRequest& request, const std::set<std::string>& refused = {}) {
    auto page = board_.List(request, {refused, rings_}, clock_.Now());
    EXPECT_TRUE(page) << page.error().message;
    return *page;
  }
  // The hosts of all pages.
  std::vector<std::string> Hosts(v1::ListAgentsRequest request) {
    std::vector<std::string> hosts;
    do {
      const AgentPage page = List(request);
      for (const std::string& id : page.ids) hosts.push_back(store_.FindAgent(id).value()->status.host());
      request.set_page_token(page.next_page_token);
    } while (!request.page_token().empty() && hosts.size() < 100);
    return hosts;
  }

  platform::FakeClock clock_{kStoryBegin};
  MemoryStore store_;
  AgentSessions sessions_{clock_};
  AgentBoard board_{store_, sessions_};
  std::vector<v1::Ring> rings_;
};

TEST_F(AgentBoardTest, PagesOfAnyOrderAndSizeHoldEachAgentOnceInThatOrder) {
  for (int order = v1::AgentOrder_MIN; order <= v1::AgentOrder_MAX; ++order) {
    for (const bool descending : {false, true}) {
      v1::ListAgentsRequest request;
      request.set_order(static_cast<v1::AgentOrder>(order));
      request.set_descending(descending);
      const auto whole = Hosts(request);
      ASSERT_EQ(whole.size(), 12U);
      EXPECT_EQ(std::set(whole.begin(), whole.end()).size(), 12U);
      for (const std::uint32_t size : {1U, 5U, 12U}) {
        request.set_page_size(size);
        EXPECT_EQ(Hosts(request), whole) << "order " << order << " by " << size;
      }
    }
  }
}

TEST_F(AgentBoardTest, SortsByWhatIsAskedForThenByHost) {
  v1::ListAgentsRequest request;
  request.set_page_size(4);
  request.set_order(v1::AGENT_ORDER_VERSION);
  request.set_descending(true);
  EXPECT_EQ(store_.FindAgent(List(request).ids[0]).value()->status.host(), "w12");
  request.set_order(v1::AGENT_ORDER_LAST_SEEN);
  EXPECT_EQ(store_.FindAgent(List(request).ids[0]).value()->status.host(), "w01");
  request.set_descending(false);
  EXPECT_EQ(store_.FindAgent(List(request).ids[0]).value()->status.host(), "w04") << "never seen is before all";
}

class RingsOnTheBoard : public AgentBoardTest {
 protected:
  // pilot: w01 to w03 (w03 is revoked); what they run is 8, and w01 says so.
  void SetUp() override {
    AgentBoardTest::SetUp();
    for (const char* name : {"pilot", "default"}) rings_.emplace_back().set_name(name);
    rings_[0].set_policy_version(8);
    rings_[1].set_policy_version(7);
    for (int i = 1; i <= 3; ++i) {
      AgentRecord agent = *store_.FindAgent("id-" + std::to_string(100 - i)).value();
      agent.status.set_ring("pilot");
      agent.status.set_policy_version(i == 1 ? 8 : 7);
      Save(agent);
    }
  }
};

TEST_F(RingsOnTheBoard, AreFilteredAndSortedBy) {
  v1::ListAgentsRequest request;
  request.add_rings("pilot");
  EXPECT_EQ(Hosts(request), (std::vector<std::string>{"w01", "w02", "w03"}));
  request.set_rings(0, "default");
  EXPECT_EQ(List(request).matching, 9U);
  request.add_rings("pilot");
  request.set_order(v1::AGENT_ORDER_RING);
  EXPECT_EQ(Hosts(request)[0], "w01");
  request.set_descending(true);
  EXPECT_EQ(Hosts(request)[11], "w01");
  for (int i = 0; i < 64; ++i) request.add_rings("pilot");
  EXPECT_EQ(board_.List(request, {}, clock_.Now()).error().code, base::ErrorCode::kInvalidArgument);
}

TEST_F(RingsOnTheBoard, CountWhoHasAppliedWhatTheyRun) {
  const auto session = std::make_shared<NoSession>();
  sessions_.Join({.agent_id = "id-98", .enrolled_host = "w02", .host = "w02"}, session);
  std::vector<v1::Ring> counted = rings_;
  ASSERT_TRUE(board_.CountIn(counted));
  EXPECT_EQ(counted[0].workstations(), 2U) << "a revoked one is none";
  EXPECT_EQ(counted[0].applied(), 1U);
  EXPECT_EQ(counted[0].connected(), 1U);
  EXPECT_EQ(counted[1].workstations(), 6U);
  EXPECT_EQ(counted[1].applied(), 0U) << "none of them has said that it has a policy";
  v1::Heartbeat heartbeat;
  heartbeat.set_policy_version(8);
  sessions_.NoteHeartbeat("id-98", heartbeat);
  counted = rings_;
  ASSERT_TRUE(board_.CountIn(counted));
  EXPECT_EQ(counted[0].applied(), 2U) << "what it said last goes before what is kept";
}

TEST_F(AgentBoardTest, FiltersAndCountsAllTheSame) {
  v1::ListAgentsRequest request;
  request.add_states(v1::AGENT_STATE_REVOKED);
  AgentPage page = List(request);
  EXPECT_EQ(page.matching, 4U);
  EXPECT_EQ(Hosts(request), (std::vector<std::string>{"w03", "w06", "w09", "w12"}));
  EXPECT_THAT(page.counts, ElementsAre(Pair(v1::AGENT_STATE_NEVER_SEEN, 2), Pair(v1::AGENT_STATE_DISCONNECTED, 6),
                                       Pair(v1::AGENT_STATE_REVOKED, 4)));
  request.set_words("W1");
  EXPECT_EQ(Hosts(request), (std::vector<std::string>{"w12"}));
  request.set_words("nowhere");
  page = List(request);
  EXPECT_EQ(page.matching, 0U);
  EXPECT_EQ(page.counts.size(), 3U);
  EXPECT_THAT(page.sensors, ElementsAre("file_events", "a_rare_one"));
}

TEST_F(AgentBoardTest, StatesAreThoseThatAnAgentIsDescribedWith) {
  const auto session = std::make_shared<NoSession>();
  sessions_.Join({.agent_id = "id-99", .enrolled_host = "w01", .host = "w01"}, session);
  sessions_.Join({.agent_id = "id-98", .enrolled_host = "w02", .host = "w02"}, session);
  v1::Heartbeat heartbeat;
  heartbeat.mutable_clock_offset()->set_seconds(600);
  heartbeat.set_policy_version(9);
  heartbeat.add_sensors()->set_name("new_one");
  sessions_.NoteHeartbeat("id-98", heartbeat);
  v1::RefusedPeer refused;
  refused.set_agent_id("id-95");
  const AgentPage page = List({}, {"id-95"});
  std::map<v1::AgentState, std::uint64_t> described;
  auto agents = store_.ListAgents().value();
  for (AgentRecord& agent : agents) {
    const auto presence = sessions_.Describe(agent.status);
    DescribeState(presence, agent.status.id() == "id-95" ? &refused : nullptr, clock_.Now(), agent.status);
    ++described[agent.status.state()];
  }
  EXPECT_EQ(page.counts, described);
  EXPECT_EQ(described[v1::AGENT_STATE_SKEWED], 1U);
  EXPECT_EQ(described[v1::AGENT_STATE_CONNECTED], 1U);
  EXPECT_EQ(described[v1::AGENT_STATE_REFUSED], 1U);
  EXPECT_THAT(page.sensors, ::testing::Contains("new_one"));
  v1::ListAgentsRequest request;
  request.set_order(v1::AGENT_ORDER_POLICY_VERSION);
  request.set_descending(true);
  EXPECT_EQ(List(request).ids[0], "id-98") << "the heartbeat's, which the store does not know";
}

TEST_F(AgentBoardTest, SeesWhatIsSavedLater) {
  EXPECT_EQ(List({}).matching, 12U);
  AgentRecord agent;
  agent.status.set_id("new");
  agent.status.set_host("a-new-one");
  Save(agent);
  EXPECT_EQ(List({}).ids[0], "new");
}

TEST_F(AgentBoardTest, RefusesWhatItDidNotGive) {
  for (const char* token : {"x", "[1,2,3,4]", "[\"a\"]", "[-1,\"\",\"\",\"\"]"}) {
    v1::ListAgentsRequest request;
    request.set_page_token(token);
    EXPECT_EQ(board_.List(request, {}, clock_.Now()).error().code, base::ErrorCode::kInvalidArgument) << token;
  }
  v1::ListAgentsRequest request;
  request.set_words(std::string(257, 'x'));
  EXPECT_EQ(board_.List(request, {}, clock_.Now()).error().code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vigie::server::api
