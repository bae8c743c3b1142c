// What an analyst blocks because of an incident, until a workstation says that it has done it.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <thread>

#include "proto/contract/time_conversion.h"
#include "tests/integration/casework/casework_fixture.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class IncidentBlocks : public CaseworkTest {
 protected:
  // An incident of alice on w1, without any block.
  void SetUp() override {
    Begin(5);
    ASSERT_EQ(client_->AwaitBlocks()->blocks_size(), 0);
    Leak({.sequence = 1, .records = Records(1, 6)});
  }
  v1::BlockChannelsRequest Order() const {
    v1::BlockChannelsRequest request;
    request.set_id("inc-1");
    request.set_target(v1::BLOCK_TARGET_USER);
    request.add_channels(v1::CHANNEL_PRINT);
    request.add_channels(v1::CHANNEL_EMAIL);
    request.set_reason("until we have spoken");
    request.set_user("alice");
    request.set_host("w1");
    *request.mutable_until() = contract::ToProto(clock_.Now() + hours(8));
    return request;
  }
  grpc::Status Block(const Analyst& who, const v1::BlockChannelsRequest& request) {
    return who.incidents->BlockChannels(who.NewContext().get(), request, &incident_);
  }
  grpc::Status Lift(const Analyst& who, const std::string& reason = "he was asked to") {
    v1::LiftBlockRequest request;
    request.set_id("inc-1");
    request.set_reason(reason);
    const auto state = State(analyst());
    for (const v1::BlockInForce& block : state.blocks()) request.add_orders(block.order());
    return Lift(who, request);
  }
  grpc::Status Lift(const Analyst& who, const v1::LiftBlockRequest& request) {
    return who.incidents->LiftBlock(who.NewContext().get(), request, &incident_);
  }
  v1::GetBlockStateResponse State(const Analyst& who) {
    v1::GetBlockStateRequest request;
    request.set_id("inc-1");
    v1::GetBlockStateResponse state;
    const auto status = who.incidents->GetBlockState(who.NewContext().get(), request, &state);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return state;
  }
  void SayInForce(const std::vector<std::string>& orders) {
    v1::AgentMessage message;
    v1::Heartbeat& heartbeat = *message.mutable_heartbeat();
    *heartbeat.mutable_at() = contract::ToProto(clock_.Now());
    for (const std::string& order : orders) heartbeat.add_blocks(order);
    ASSERT_TRUE(client_->Send(message));
  }
  // Waits until the collector has read the heartbeat.
  std::uint64_t AppliedBecomes(std::uint64_t expected) {
    for (int i = 0; i < 500 && State(analyst()).applied() != expected; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return State(analyst()).applied();
  }
  StatusCode CodeOf(const std::function<void(v1::BlockChannelsRequest&)>& spoil) {
    v1::BlockChannelsRequest request = Order();
    spoil(request);
    return Block(analyst(), request).error_code();
  }

  v1::Incident incident_;
};

TEST_F(IncidentBlocks, AreToldToTheAgentWhichSaysThatItHasAppliedThem) {
  const Analyst carol = NewPerson("carol", "analyst");
  ASSERT_TRUE(Block(carol, Order()).ok());
  EXPECT_EQ(incident_.block().number(), 1U);
  EXPECT_EQ(incident_.block().user(), "alice");
  EXPECT_EQ(incident_.block().host(), "");
  EXPECT_EQ(incident_.block().who(), "carol");
  const auto told = client_->AwaitBlocks();
  ASSERT_EQ(told->blocks_size(), 1);
  EXPECT_EQ(told->blocks(0).order(), "inc-1/1");
  EXPECT_EQ(told->blocks(0).user(), "alice");
  EXPECT_THAT(told->blocks(0).channels(), ElementsAre(v1::CHANNEL_EMAIL, v1::CHANNEL_PRINT));
  EXPECT_EQ(told->blocks(0).until().seconds(), incident_.block().until().seconds());
  const auto before = State(carol);
  EXPECT_EQ(before.blocks_size(), 1);
  EXPECT_EQ(before.concerned(), 1U);
  EXPECT_EQ(before.applied(), 0U);
  SayInForce({"inc-1/1"});
  EXPECT_EQ(AppliedBecomes(1), 1U);
  EXPECT_TRUE(State(carol).agents(0).connected());
  ASSERT_TRUE(Lift(carol).ok());
  EXPECT_EQ(client_->AwaitBlocks()->blocks_size(), 0);
  EXPECT_THAT(State(carol).blocks(), IsEmpty());
  EXPECT_EQ(incident_.block().lifted_by(), "carol");
  EXPECT_EQ(incident_.block().lifted_reason(), "he was asked to");
}

TEST_F(IncidentBlocks, OfAWorkstationConcernThatOneOnly) {
  v1::BlockChannelsRequest request = Order();
  request.set_target(v1::BLOCK_TARGET_HOST);
  ASSERT_TRUE(Block(analyst(), request).ok());
  EXPECT_EQ(client_->AwaitBlocks()->blocks(0).user(), "") << "everybody there";
  AgentCredentials other;
  ASSERT_TRUE(Enrol(analyst(), analyst().NewEnrollmentToken(), other, "w2").ok());
  AgentClient elsewhere(address(), other);
  ASSERT_TRUE(elsewhere.Hello("w2"));
  EXPECT_EQ(elsewhere.AwaitBlocks()->blocks_size(), 0);
  const auto state = State(analyst());
  EXPECT_EQ(state.concerned(), 1U);
  ASSERT_EQ(state.agents_size(), 1);
  EXPECT_EQ(state.agents(0).host(), "w1");
}

TEST_F(IncidentBlocks, SurviveARestartOfTheCollectorWithWhatItWasToldOfThem) {
  const AgentCredentials agent = NewAgent();
  ASSERT_TRUE(Block(analyst(), Order()).ok());
  client_ = Connect(agent);
  EXPECT_EQ(client_->AwaitBlocks()->blocks_size(), 1);
  SayInForce({"inc-1/1"});
  EXPECT_EQ(AppliedBecomes(1), 1U);
  client_->SayGoodBye();
  client_.reset();
  const auto somebody_is_there = [this] {
    const auto state = State(analyst());
    return std::ranges::any_of(state.agents(), [](const v1::BlockedAgent& known) { return known.connected(); });
  };
  for (int i = 0; i < 500 && somebody_is_there(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Stop();
  Start();
  EXPECT_EQ(analyst().Get("inc-1").block().number(), 1U);
  EXPECT_EQ(State(analyst()).applied(), 1U) << "it holds them while it is away";
  client_ = Connect(agent);
  ASSERT_EQ(client_->AwaitBlocks()->blocks_size(), 1);
}

TEST_F(IncidentBlocks, EndByThemselves) {
  v1::BlockChannelsRequest request = Order();
  *request.mutable_until() = contract::ToProto(clock_.Now() + std::chrono::seconds(2));
  ASSERT_TRUE(Block(analyst(), request).ok());
  ASSERT_EQ(client_->AwaitBlocks()->blocks_size(), 1);
  EXPECT_EQ(client_->AwaitBlocks()->blocks_size(), 0) << "without anybody's doing";
  EXPECT_THAT(State(analyst()).blocks(), IsEmpty());
  EXPECT_EQ(Lift(analyst()).error_code(), StatusCode::FAILED_PRECONDITION);
}

TEST_F(IncidentBlocks, AreCheckedBeforeAnythingIsBlocked) {
  using Request = v1::BlockChannelsRequest;
  EXPECT_EQ(CodeOf([](Request& r) { r.clear_target(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.clear_channels(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.add_channels(v1::CHANNEL_LOCAL); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.add_channels(v1::CHANNEL_UNSPECIFIED); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.add_channels(static_cast<v1::Channel>(99)); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.clear_reason(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.set_reason(std::string(201, 'x')); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.clear_until(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.mutable_until()->set_seconds(1); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.mutable_until()->set_seconds(std::numeric_limits<std::int64_t>::min()); }),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.mutable_until()->set_seconds(std::numeric_limits<std::int64_t>::max()); }),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.set_id("inc-9"); }), StatusCode::NOT_FOUND);
  EXPECT_EQ(Lift(analyst()).error_code(), StatusCode::FAILED_PRECONDITION) << "nothing is blocked";
  EXPECT_EQ(Lift(analyst(), "").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_FALSE(analyst().Get("inc-1").has_block());
  EXPECT_THAT(State(analyst()).blocks(), IsEmpty());
}

TEST_F(IncidentBlocks, AreOfWhatWasShown) {
  using Request = v1::BlockChannelsRequest;
  EXPECT_EQ(CodeOf([](Request& r) { r.clear_user(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([](Request& r) { r.set_user("bob"); }), StatusCode::ABORTED);
  EXPECT_EQ(CodeOf([](Request& r) { r.set_replaces(1); }), StatusCode::ABORTED) << "there is no block yet";
  const auto on_host = [](Request& r) { r.set_target(v1::BLOCK_TARGET_USER_ON_HOST); };
  EXPECT_EQ(CodeOf([&](Request& r) { on_host(r), r.clear_host(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf([&](Request& r) { on_host(r), r.set_host("w2"); }), StatusCode::ABORTED);
  EXPECT_FALSE(analyst().Get("inc-1").has_block());
  ASSERT_TRUE(Block(analyst(), Order()).ok());
  EXPECT_EQ(Block(analyst(), Order()).error_code(), StatusCode::ABORTED) << "somebody has blocked since";
  Request next = Order();
  next.set_replaces(1);
  EXPECT_TRUE(Block(analyst(), next).ok());
}

TEST_F(IncidentBlocks, AreLiftedAsTheyWereShown) {
  ASSERT_TRUE(Block(analyst(), Order()).ok());
  v1::LiftBlockRequest request;
  request.set_id("inc-1");
  request.set_reason("cleared up");
  EXPECT_EQ(Lift(analyst(), request).error_code(), StatusCode::INVALID_ARGUMENT) << "nothing is named";
  request.add_orders("inc-1/1");
  v1::BlockChannelsRequest next = Order();
  next.set_replaces(1);
  ASSERT_TRUE(Block(analyst(), next).ok());
  EXPECT_EQ(Lift(analyst(), request).error_code(), StatusCode::ABORTED);
  EXPECT_EQ(State(analyst()).blocks_size(), 1) << "nothing was lifted";
  v1::ListBlocksResponse all;
  ASSERT_TRUE(analyst().incidents->ListBlocks(analyst().NewContext().get(), {}, &all).ok());
  ASSERT_EQ(all.blocks_size(), 1);
  EXPECT_EQ(all.blocks(0).incident_id(), "inc-1");
  EXPECT_EQ(all.blocks(0).order(), "inc-1/2");
  request.set_orders(0, "inc-1/2");
  EXPECT_TRUE(Lift(analyst(), request).ok());
}

TEST_F(IncidentBlocks, AreOrderedListedAndLiftedOnTheCommandLine) {
  const auto run = [this](const std::string& arguments) {
    return RunVigie(AsAnalyst(*collector_, state_) + " " + arguments);
  };
  const auto blocked = run("block inc-1 --channel print,email --for 8h --reason 'until we have spoken' --user alice");
  ASSERT_EQ(blocked.exit_code, 0) << blocked.err;
  EXPECT_THAT(blocked.out, HasSubstr("inc-1/1"));
  EXPECT_EQ(client_->AwaitBlocks()->blocks(0).user(), "alice");
  EXPECT_THAT(run("blocks").out, HasSubstr("email, print"));
  const auto other = run("block inc-1 --channel print --for 8h --reason x --user bob");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("the incident is about another one by now"));
  EXPECT_EQ(run("lift inc-1 --reason x --order inc-1/9").exit_code, 2);
  EXPECT_EQ(run("block inc-1 --channel pigeon --for 8h --reason x").exit_code, 2);
  EXPECT_EQ(run("lift inc-1 --reason 'cleared up'").exit_code, 0);
  EXPECT_EQ(run("--output json blocks").out, "[]\n");
}

TEST_F(IncidentBlocks, AreForAnalystsOnly) {
  for (const char* role : {"auditor", "officer"}) {
    const Analyst other = NewPerson(role, role);
    EXPECT_EQ(Block(other, Order()).error_code(), StatusCode::PERMISSION_DENIED) << role;
    EXPECT_EQ(Lift(other).error_code(), StatusCode::PERMISSION_DENIED) << role;
  }
  v1::GetBlockStateRequest request;
  request.set_id("inc-1");
  v1::GetBlockStateResponse state;
  const Analyst vera = NewPerson("vera", "auditor");
  EXPECT_EQ(vera.incidents->GetBlockState(vera.NewContext().get(), request, &state).error_code(),
            StatusCode::PERMISSION_DENIED);
  v1::ListBlocksResponse all;
  EXPECT_EQ(vera.incidents->ListBlocks(vera.NewContext().get(), {}, &all).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_FALSE(analyst().Get("inc-1").has_block());
}

TEST_F(IncidentBlocks, StandInTheHistoryAndInTheAudit) {
  const Analyst carol = NewPerson("carol", "analyst");
  ASSERT_TRUE(Block(carol, Order()).ok());
  ASSERT_TRUE(Lift(carol).ok());
  v1::ListIncidentHistoryRequest request;
  request.set_incident_id("inc-1");
  v1::ListIncidentHistoryResponse history;
  ASSERT_TRUE(carol.incidents->ListIncidentHistory(carol.NewContext().get(), request, &history).ok());
  ASSERT_EQ(history.entries_size(), 3);
  EXPECT_EQ(history.entries(1).kind(), v1::INCIDENT_ENTRY_KIND_BLOCKED);
  EXPECT_EQ(history.entries(1).who(), "carol");
  EXPECT_EQ(history.entries(1).text(), "until we have spoken");
  EXPECT_EQ(history.entries(1).block().user(), "alice");
  EXPECT_EQ(history.entries(1).block().channels_size(), 2);
  EXPECT_EQ(history.entries(2).kind(), v1::INCIDENT_ENTRY_KIND_LIFTED);
  EXPECT_EQ(history.entries(2).text(), "he was asked to");
  const auto blocked = StoppedOf("IncidentService/BlockChannels");
  ASSERT_EQ(blocked.size(), 2U) << "the change, and what its answer told";
  EXPECT_EQ(blocked[0].who(), "carol");
  EXPECT_EQ(blocked[0].access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_EQ(blocked[1].access(), v1::AUDIT_ACCESS_READ);
  for (const char* said : {"inc-1", "until we have spoken", "CHANNEL_PRINT", "BLOCK_TARGET_USER"}) {
    EXPECT_THAT(blocked[0].asked(), HasSubstr(said));
  }
  const auto lifted = StoppedOf("IncidentService/LiftBlock");
  ASSERT_FALSE(lifted.empty());
  EXPECT_THAT(lifted[0].asked(), HasSubstr("he was asked to"));
}

}  // namespace
}  // namespace vigie::server
