// How a collector starts, and in which cases it says one sentence and does not.
#include <gmock/gmock.h>

#include "platform/linux/linux_platform.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

class CollectorStart : public CollectorTest {
 protected:
  std::string ErrorOf(const v1::CollectorConfig& config) {
    const auto started = Collector::Start({config}, *files_, clock_);
    return started ? "started" : started.error().message;
  }
};

TEST_F(CollectorStart, WritesWhereItListens) {
  Start();
  EXPECT_THAT(address(), HasSubstr("127.0.0.1:"));
  EXPECT_EQ(state_.Read(state_.files().grpc_address()), address() + "\n");
}

TEST_F(CollectorStart, APortInUseIsSaid) {
  Start();
  InitializedState other;
  v1::CollectorConfig config = other.config();
  config.mutable_listen()->set_grpc(address());
  EXPECT_THAT(ErrorOf(config), HasSubstr("cannot listen on " + address()));
}

TEST_F(CollectorStart, ASecondOneOnTheSameStateEndsAndHarmsNothing) {
  Start();
  EXPECT_THAT(ErrorOf(state_.config()), HasSubstr("another collector"));
  EXPECT_EQ(state_.Read(state_.files().grpc_address()), address() + "\n");
  EXPECT_FALSE(analyst().NewEnrollmentToken().empty());
}

TEST_F(CollectorStart, CertificatesThatCannotBeReadAreNamed) {
  std::filesystem::remove(state_.files().server_certificate());
  EXPECT_THAT(ErrorOf(state_.config()), HasSubstr("tls.certificate"));
}

TEST_F(CollectorStart, AStateThatCannotBeWrittenIsNamed) {
  v1::CollectorConfig config = state_.config();
  config.set_state("/proc/vigie");
  EXPECT_THAT(ErrorOf(config), HasSubstr("/proc/vigie"));
  state_.Write(state_.files().directory() + "/file", "");
  config.set_state(state_.files().directory() + "/file");
  EXPECT_THAT(ErrorOf(config), HasSubstr("state"));
}

TEST_F(CollectorStart, ADamagedStoreIsSaid) {
  std::filesystem::remove(state_.files().store() + "-wal");
  state_.Write(state_.files().store(), std::string(8192, 'x'));
  EXPECT_THAT(ErrorOf(state_.config()), HasSubstr("collector.db"));
}

TEST_F(CollectorStart, ABadPolicyIsAnErrorOnlyWithoutAGoodOne) {
  v1::CollectorConfig config = state_.config();
  config.set_policy(state_.files().directory() + "/policy.yaml");
  state_.Write(config.policy(), "version: 1\nrules: 7\n");
  EXPECT_THAT(ErrorOf(config), HasSubstr("policy.yaml:2: rules"));
  state_.Write(config.policy(), BulkPolicy(1, 5));
  EXPECT_EQ(ErrorOf(config), "started");
  state_.Write(config.policy(), "version: 2\nrules: 7\n");
  EXPECT_EQ(ErrorOf(config), "started");
}

TEST_F(CollectorStart, WithoutTlsAgentsAreTakenAtTheirWordAndAnalystsAreNot) {
  v1::CollectorConfig config = state_.config();
  config.mutable_listen()->set_insecure_loopback(true);
  auto started = Collector::Start({config}, *files_, clock_);
  ASSERT_TRUE(started) << started.error().message;
  AgentClient client((*started)->address(), grpc::InsecureChannelCredentials(), "agent-7");
  ASSERT_TRUE(client.Hello());
  ASSERT_TRUE(client.AwaitWelcome());
  ASSERT_TRUE(client.Send({MakeEvent({.sequence = 1})}));
  EXPECT_EQ(client.AwaitAck()->sequence(), 1U);
  const auto channel = grpc::CreateChannel((*started)->address(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  v1::ListAgentsResponse agents;
  EXPECT_EQ(v1::FleetService::NewStub(channel)->ListAgents(&context, {}, &agents).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace vigie::server
