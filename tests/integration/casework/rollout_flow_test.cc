// A policy goes from ring to ring: what connected agents are told, who may do it, and what is left after a restart.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "proto/contract/time_conversion.h"
#include "tests/integration/casework/casework_fixture.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using nlohmann::json;
using ::testing::HasSubstr;

class RolloutFlow : public CaseworkTest {
 protected:
  // w1 is in ring pilot, w2 in the last one; both have version 1.
  void SetUp() override {
    Begin(5);
    first_ = client_.get();
    ASSERT_EQ(first_->AwaitPolicy()->version(), 1U);
    ASSERT_TRUE(Enrol(analyst(), analyst().NewEnrollmentToken(), second_agent_, "w2").ok());
    ConnectSecond();
    ASSERT_EQ(second_->AwaitPolicy()->version(), 1U);
    ASSERT_EQ(SetRings({"pilot"}), StatusCode::OK);
    ASSERT_EQ(Assign("pilot", {IdOn("w1")}), StatusCode::OK);
  }
  void ConnectSecond() {
    second_ = std::make_unique<AgentClient>(address(), second_agent_);
    ASSERT_TRUE(second_->Hello("w2"));
    ASSERT_TRUE(second_->AwaitWelcome());
  }
  std::string IdOn(const std::string& host) {
    v1::ListAgentsResponse agents;
    EXPECT_TRUE(analyst().fleet->ListAgents(analyst().NewContext().get(), {}, &agents).ok());
    for (const v1::AgentStatus& agent : agents.agents()) {
      if (agent.host() == host) return agent.id();
    }
    return "";
  }
  StatusCode SetRings(const std::vector<std::string>& names) {
    v1::SetRingsRequest request;
    for (const std::string& name : names) request.add_names(name);
    v1::RolloutResponse response;
    return analyst().policies->SetRings(analyst().NewContext().get(), request, &response).error_code();
  }
  StatusCode Assign(const std::string& ring, const std::vector<std::string>& ids) {
    v1::AssignRingRequest request;
    request.set_ring(ring);
    for (const std::string& id : ids) request.add_agent_ids(id);
    v1::AssignRingResponse response;
    return analyst().fleet->AssignRing(analyst().NewContext().get(), request, &response).error_code();
  }
  v1::ListRingsResponse Rings() {
    v1::ListRingsResponse response;
    EXPECT_TRUE(analyst().fleet->ListRings(analyst().NewContext().get(), {}, &response).ok());
    return response;
  }
  void Say(AgentClient& agent, std::uint32_t version) {
    v1::AgentMessage message;
    message.mutable_heartbeat()->set_policy_version(version);
    *message.mutable_heartbeat()->mutable_at() = contract::ToProto(clock_.Now());
    ASSERT_TRUE(agent.Send(message));
  }
  void AwaitApplied(int ring, std::uint64_t expected) {
    for (int i = 0; i < 500 && Rings().rings(ring).applied() != expected; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(Rings().rings(ring).applied(), expected);
  }
  Outcome Run(const std::string& arguments) { return RunVigie(AsAnalyst(*collector_, state_) + " " + arguments); }
  json RunJson(const std::string& arguments) {
    const Outcome outcome = Run("--output json " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  std::string PolicyFile(int version) {
    const std::string path = state_.files().directory() + "/policy-" + std::to_string(version) + ".yaml";
    state_.Write(path, BulkPolicy(version, 5));
    return path;
  }

  AgentCredentials second_agent_;
  AgentClient* first_ = nullptr;
  std::unique_ptr<AgentClient> second_;
};

TEST_F(RolloutFlow, AnAgentGetsTheVersionOfItsRing) {
  EXPECT_EQ(RunJson("policy rollout " + PolicyFile(2))["agents_told"], 1);
  EXPECT_EQ(first_->AwaitPolicy()->version(), 2U);
  Say(*first_, 2);
  AwaitApplied(0, 1);
  EXPECT_EQ(Rings().rings(0).workstations(), 1U);
  EXPECT_EQ(Rings().rings(0).connected(), 1U);
  EXPECT_EQ(Rings().rings(1).policy_version(), 1U);
  v1::GetPolicyResponse in_force;
  ASSERT_TRUE(analyst().policies->GetPolicy(analyst().NewContext().get(), {}, &in_force).ok());
  EXPECT_EQ(in_force.policy().version(), 1U) << "in force for all is what the last ring runs";
  const json promoted = RunJson("policy promote 2");
  EXPECT_EQ(promoted["rings"][1]["name"], "default");
  EXPECT_EQ(promoted["agents_told"], 1);
  EXPECT_EQ(second_->AwaitPolicy()->version(), 2U) << "and nothing in between";
  EXPECT_EQ(RunJson("policy rollback 2 --from default")["agents_told"], 1);
  EXPECT_EQ(second_->AwaitPolicy()->version(), 1U);
  EXPECT_EQ(RunJson("policy rollback 2")["agents_told"], 1);
  EXPECT_EQ(first_->AwaitPolicy()->version(), 1U);
  const Outcome used_up = Run("policy rollout " + PolicyFile(2));
  EXPECT_EQ(used_up.exit_code, 2);
  EXPECT_THAT(used_up.err, HasSubstr("must be greater than 2"));
}

TEST_F(RolloutFlow, SurvivesRestartsOfBoth) {
  ASSERT_EQ(Run("policy rollout " + PolicyFile(2)).exit_code, 0);
  ASSERT_EQ(first_->AwaitPolicy()->version(), 2U);
  const std::string pilot = IdOn("w1");
  client_.reset();
  second_.reset();
  Stop();
  Start();
  EXPECT_EQ(Rings().rings(0).policy_version(), 2U);
  EXPECT_EQ(Rings().rings(0).former_versions(0), 1U);
  ConnectSecond();
  EXPECT_EQ(second_->AwaitPolicy()->version(), 1U);
  ASSERT_EQ(Assign("pilot", {IdOn("w2")}), StatusCode::OK);
  EXPECT_EQ(second_->AwaitPolicy()->version(), 2U) << "it has the other one as soon as it is moved";
  second_.reset();
  ConnectSecond();
  EXPECT_EQ(second_->AwaitPolicy()->version(), 2U) << "and when it comes again";
  const json listed = RunJson("agents list");
  for (const json& agent : listed) EXPECT_EQ(agent["ring"], "pilot");
  EXPECT_EQ(RunJson("agents ring assign default " + pilot)["moved"], 1);
}

TEST_F(RolloutFlow, RefusesWhatIsNotAsItWasShown) {
  ASSERT_EQ(Run("policy rollout " + PolicyFile(2)).exit_code, 0);
  v1::PromotePolicyRequest request;
  request.set_version(2);
  request.set_to("default");
  request.set_replaces(7);
  v1::RolloutResponse response;
  EXPECT_EQ(analyst().policies->PromotePolicy(analyst().NewContext().get(), request, &response).error_code(),
            StatusCode::ABORTED);
  v1::RollBackPolicyRequest back;
  back.set_version(9);
  EXPECT_EQ(analyst().policies->RollBackPolicy(analyst().NewContext().get(), back, &response).error_code(),
            StatusCode::ABORTED);
  EXPECT_EQ(SetRings({"other"}), StatusCode::FAILED_PRECONDITION) << "pilot has a workstation";
  EXPECT_EQ(SetRings({"default"}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Assign("nowhere", {IdOn("w1")}), StatusCode::NOT_FOUND);
  EXPECT_EQ(Assign("default", {IdOn("w1"), "nobody"}), StatusCode::NOT_FOUND);
  EXPECT_EQ(Assign("default", {}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Rings().rings(0).workstations(), 1U) << "none was moved";
}

TEST_F(RolloutFlow, IsForAdministratorsAndStandsInTheAudit) {
  ASSERT_EQ(Run("policy rollout " + PolicyFile(2)).exit_code, 0);
  for (const char* role : {"analyst", "officer", "auditor"}) {
    const Analyst other = NewPerson(role, role);
    v1::RolloutResponse response;
    v1::AssignRingResponse moved;
    const auto context = [&] { return other.NewContext(); };
    EXPECT_EQ(other.policies->RollOutPolicy(context().get(), {}, &response).error_code(),
              StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(other.policies->PromotePolicy(context().get(), {}, &response).error_code(),
              StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(other.policies->RollBackPolicy(context().get(), {}, &response).error_code(),
              StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(other.policies->SetRings(context().get(), {}, &response).error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(other.fleet->AssignRing(context().get(), {}, &moved).error_code(), StatusCode::PERMISSION_DENIED);
    v1::ListRingsResponse rings;
    EXPECT_TRUE(other.fleet->ListRings(context().get(), {}, &rings).ok()) << role << " may look";
  }
  ASSERT_EQ(Run("policy promote 2").exit_code, 0);
  second_.reset();
  const auto promoted = StoppedOf("PolicyService/PromotePolicy");
  ASSERT_EQ(promoted.size(), 4U) << "three were refused";
  const auto done = std::ranges::find(promoted, "OK", &v1::AuditEntry::outcome);
  ASSERT_NE(done, promoted.end());
  EXPECT_EQ(done->access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_THAT(done->asked(), HasSubstr("\"version\""));
  EXPECT_THAT(done->asked(), HasSubstr("default"));
}

}  // namespace
}  // namespace vigie::server
