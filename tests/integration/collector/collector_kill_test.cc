// kill -9 of the real vigie-collector while an agent streams: every acknowledged event is there, each one once, and the
// incident's counts are those of the stored events.
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "server/store/sqlite/sqlite_integrity.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// vigie-collector as a process of its own.
class CollectorProcess {
 public:
  CollectorProcess(const InitializedState& state, const std::string& config) : state_(state) {
    std::filesystem::remove(state.files().grpc_address());
    const std::string program = std::string(std::getenv("VIGIE_BIN_DIR")) + "/vigie-collector";
    std::vector<std::string> words = {program, "--config", config};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ), 0);
  }
  ~CollectorProcess() { Kill(); }
  CollectorProcess(const CollectorProcess&) = delete;
  CollectorProcess& operator=(const CollectorProcess&) = delete;

  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  // Once it listens; empty if it does not within half a minute.
  std::string AwaitAddress() const {
    for (int i = 0; i < 3000; ++i) {
      std::string text = state_.Read(state_.files().grpc_address());
      if (text.ends_with('\n')) return text.substr(0, text.size() - 1);
      std::this_thread::sleep_for(milliseconds(10));  // another process: there is nothing to wait on
    }
    return "";
  }

 private:
  const InitializedState& state_;
  pid_t pid_ = -1;
};

class CollectorKill : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBatchEvents = 20;

  void SetUp() override {
    if (std::getenv("VIGIE_BIN_DIR") == nullptr) GTEST_SKIP() << "VIGIE_BIN_DIR does not say where vigie-collector is";
    config_ = state_.files().directory() + "/test.yaml";
    std::string text = state_.Read(state_.files().config());
    text.replace(text.find("127.0.0.1:7443"), 14, "127.0.0.1:0");
    state_.Write(config_, text + "policy: " + state_.files().directory() + "/policy.yaml\n");
    state_.Write(state_.files().directory() + "/policy.yaml", BulkPolicy(1, 100));
  }

  // The event of a sequence is always the same: four customers, overlapping with its neighbours'.
  static v1::Event EventOf(std::uint64_t sequence) {
    return MakeEvent({.sequence = sequence,
                      .after = seconds(sequence),
                      .records = Records(static_cast<std::uint32_t>(sequence * 3), 4)});
  }
  static std::uint64_t CustomersUpTo(std::uint64_t sequence) { return sequence * 3 + 1; }

  // Streams from the last acknowledgement on until the collector dies or `until` is acknowledged.
  void Stream(const std::string& address, std::uint64_t until) {
    AgentClient client(address, agent_);
    if (!client.Hello() || !client.AwaitWelcome()) return;
    while (acknowledged_ < until) {
      std::vector<v1::Event> events;
      for (std::uint64_t i = 1; i <= kBatchEvents; ++i) events.push_back(EventOf(acknowledged_ + i));
      if (!client.Send(events)) return;
      const auto ack = client.AwaitAck();
      if (!ack) return;
      EXPECT_EQ(ack->rejections_size(), 0);
      acknowledged_ = ack->sequence();
    }
  }

  InitializedState state_;
  std::string config_;
  AgentCredentials agent_;
  std::uint64_t acknowledged_ = 0;
};

TEST_F(CollectorKill, AtAnyMomentLosesAndRepeatsNothing) {
  std::mt19937 random(20260922);
  const auto never = ~std::uint64_t{0} - kBatchEvents;
  for (int life = 0; life < 12; ++life) {
    CollectorProcess process(state_, config_);
    const std::string address = process.AwaitAddress();
    ASSERT_FALSE(address.empty());
    if (life == 0) {
      const Analyst analyst(address, state_.ca(), state_.token());
      ASSERT_TRUE(Enrol(analyst, analyst.NewEnrollmentToken(), agent_).ok());
    }
    const auto patience = milliseconds(20 + random() % 200);
    std::jthread killer([&] {
      std::this_thread::sleep_for(patience);  // the random moment
      process.Kill();
    });
    Stream(address, never);
  }
  CollectorProcess process(state_, config_);
  const std::string address = process.AwaitAddress();
  const std::uint64_t last = acknowledged_ + 200;
  Stream(address, last);
  ASSERT_GE(acknowledged_, last);
  const Analyst analyst(address, state_.ca(), state_.token());
  ASSERT_EQ(analyst.List().size(), 1U);
  const v1::Incident incident = analyst.Get("inc-1");
  EXPECT_EQ(incident.events(), acknowledged_);
  EXPECT_EQ(incident.distinct_customers(), CustomersUpTo(acknowledged_));
  v1::ListAgentsResponse agents;
  ASSERT_TRUE(analyst.fleet->ListAgents(analyst.NewContext().get(), {}, &agents).ok());
  EXPECT_EQ(agents.agents(0).events(), acknowledged_);
  EXPECT_EQ(agents.agents(0).rejected_events(), 0U);
  process.Kill();
  EXPECT_THAT(CheckStore(state_.files().store()).value(), ::testing::IsEmpty()) << "its chain of events holds, too";
}

}  // namespace
}  // namespace vigie::server
