// kill -9 of the real vigie-collector and of the receivers, in turn, while incidents open: each of them is told to each
// destination, in order, and what comes twice has the same id and the same words.
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/integration/integrations/receiver.h"

namespace vigie::server {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

class IntegrationKill : public IntegrationTest {
 protected:
  static constexpr int kLives = 8;

  void SetUp() override {
    if (std::getenv("VIGIE_BIN_DIR") == nullptr) GTEST_SKIP() << "VIGIE_BIN_DIR does not say where vigie-collector is";
    for (Receiver* receiver : {&webhook_, &syslog_}) receiver->Start();
    Configure({DestinationOf("soc", webhook_, files_of_receivers_.ca, secret_file_),
               DestinationOf("siem", syslog_, files_of_receivers_.ca, secret_file_)});
    std::string text = state_.Read(state_.files().config());
    text.replace(text.find("127.0.0.1:7443"), 14, "127.0.0.1:0");
    state_.Write(folder() + "/policy.yaml", BulkPolicy(1, 10));
    state_.Write(folder() + "/test.yaml", text + "policy: " + folder() + "/policy.yaml\n");
  }
  void TearDown() override { KillCollector(); }

  // Where it listens.
  std::string StartCollector() {
    std::filesystem::remove(state_.files().grpc_address());
    const std::string program = std::string(std::getenv("VIGIE_BIN_DIR")) + "/vigie-collector";
    std::vector<std::string> words = {program, "--config", folder() + "/test.yaml"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&collector_pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ), 0);
    for (int i = 0; i < 3000; ++i) {
      std::string text = state_.Read(state_.files().grpc_address());
      if (text.ends_with('\n')) return text.substr(0, text.size() - 1);
      std::this_thread::sleep_for(milliseconds(10));  // another process: there is nothing to wait on
    }
    ADD_FAILURE() << "the collector does not listen";
    return "";
  }
  void KillCollector() {
    if (collector_pid_ <= 0) return;
    kill(collector_pid_, SIGKILL);
    waitpid(collector_pid_, nullptr, 0);
    collector_pid_ = -1;
  }

  // A new incident with each event, from the last acknowledgement on, until the collector dies or so many were added.
  void LeakUntil(const std::string& address, std::uint64_t most) {
    AgentClient client(address, credentials_);
    if (!client.Hello() || !client.AwaitWelcome()) return;
    for (const std::uint64_t end = acknowledged_ + most; acknowledged_ < end;) {
      const std::uint64_t next = acknowledged_ + 1;
      if (!client.Send(std::vector{MakeEvent({.sequence = next,
                                              .user = "user" + std::to_string(next),
                                              .after = std::chrono::seconds(next),
                                              .records = Records(1, 12)})}))
        return;
      const auto ack = client.AwaitAck();
      if (!ack) return;
      acknowledged_ = ack->sequence();
    }
  }

  // One life of the collector: it, or a receiver, dies at a random moment.
  void Live(int life) {
    const std::string address = StartCollector();
    if (life == 0) {
      const Analyst analyst(address, state_.ca(), state_.token());
      ASSERT_TRUE(Enrol(analyst, analyst.NewEnrollmentToken(), credentials_).ok());
    }
    std::jthread killer([&, patience = milliseconds(20 + random_() % 180)] {
      std::this_thread::sleep_for(patience);  // the random moment
      Receiver& victim = life % 2 == 0 ? webhook_ : syslog_;
      victim.Kill();
      std::this_thread::sleep_for(patience / 4);
      KillCollector();
      victim.Start();
    });
    LeakUntil(address, 100);  // a fast disk would open thousands, which take the receivers minutes
  }

  // Every incident's opening, by finding; what was repeated must be a repeat.
  static std::set<std::string> OpenedAt(const Receiver& receiver) {
    std::map<std::string, std::string> bodies;
    std::set<std::string> opened;
    std::int64_t latest = 0;
    for (const json& message : receiver.Messages()) {
      const auto [known, is_new] = bodies.emplace(message["id"], message["body"]);
      EXPECT_EQ(known->second, message["body"].get<std::string>());
      if (!is_new) continue;
      const json finding = FindingOf(message);
      EXPECT_GE(finding["time"].get<std::int64_t>(), latest) << receiver.kind() << " was told out of order";
      latest = finding["time"];
      if (finding["unmapped"]["change"] == "opened") opened.insert(finding["finding_info"]["uid"]);
    }
    return opened;
  }

  Receiver webhook_{"webhook", files_of_receivers_, state_.files().directory()};
  Receiver syslog_{"syslog", files_of_receivers_, state_.files().directory()};
  std::mt19937 random_{20260922};
  std::uint64_t acknowledged_ = 0;
  pid_t collector_pid_ = -1;
};

TEST_F(IntegrationKill, OfEitherEndLosesNothing) {
  for (int life = 0; life < kLives && !HasFailure(); ++life) Live(life);
  const std::string address = StartCollector();
  LeakUntil(address, 20);
  const Analyst analyst(address, state_.ca(), state_.token());
  v1::ListIncidentsRequest request;
  request.set_page_size(1000);
  std::set<std::string> incidents;
  do {
    v1::ListIncidentsResponse page;
    ASSERT_TRUE(analyst.incidents->ListIncidents(analyst.NewContext().get(), request, &page).ok());
    for (const v1::Incident& incident : page.incidents()) incidents.insert(incident.id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_GE(incidents.size(), 20U);
  for (const Receiver* receiver : {&webhook_, &syslog_}) {
    for (int i = 0; i < 3000 && OpenedAt(*receiver).size() < incidents.size(); ++i)
      std::this_thread::sleep_for(milliseconds(20));
    EXPECT_EQ(OpenedAt(*receiver), incidents) << receiver->kind();
    std::cout << receiver->kind() << ": " << incidents.size() << " incidents, " << receiver->Messages().size()
              << " messages\n";
  }
}

}  // namespace
}  // namespace vigie::server
