#include "tests/integration/integrations/receiver.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/credentials/certificates.h"

namespace vigie::server {
namespace {

using nlohmann::json;

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string ReceiverProgram() {
  const char* tree = std::getenv("VIGIE_SOURCE_DIR");
  return std::string(tree == nullptr ? "." : tree) + "/tests/integration/integrations/receiver.py";
}

}  // namespace

ReceiverFiles::ReceiverFiles(const std::string& folder, const std::vector<std::string>& names)
    : ca(folder + "/receivers-ca.crt"), certificate(folder + "/receiver.crt"), key(folder + "/receiver.key") {
  const auto authority = credentials::CreateAuthority("receivers");
  const auto server = credentials::CreateServerCertificate(*authority, names);
  std::filesystem::create_directories(folder);
  WriteFile(ca, authority->certificate_pem);
  WriteFile(certificate, server->certificate_pem);
  WriteFile(key, server->key_pem);
}

Receiver::Receiver(std::string kind, const ReceiverFiles& files, const std::string& folder)
    : kind_(std::move(kind)),
      files_(files),
      log_(folder + "/" + kind_ + ".log"),
      ready_(folder + "/" + kind_ + ".port") {
}

void Receiver::Start(const std::string& answers) {
  std::filesystem::remove(ready_);
  std::vector<std::string> words = {"python3",
                                    ReceiverProgram(),
                                    kind_,
                                    "--certificate",
                                    files_.certificate,
                                    "--key",
                                    files_.key,
                                    "--log",
                                    log_,
                                    "--ready",
                                    ready_,
                                    "--answers",
                                    answers,
                                    "--port",
                                    std::to_string(port_)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ASSERT_EQ(posix_spawnp(&pid_, "python3", nullptr, nullptr, arguments.data(), environ), 0);
  for (int i = 0; i < 3000; ++i) {
    std::ifstream file(ready_);
    std::string line;
    if (std::getline(file, line) && !file.eof()) {
      port_ = std::stoi(line);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // another process: there is nothing to wait on
  }
  FAIL() << "the receiver does not listen";
}

void Receiver::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::vector<json> Receiver::Messages() const {
  std::vector<json> messages;
  std::ifstream file(log_);
  for (std::string line; std::getline(file, line) && !file.eof();) {
    json message = json::parse(line, nullptr, false);
    // What a kill tore was not answered.
    if (!message.is_discarded()) messages.push_back(std::move(message));
  }
  return messages;
}

std::vector<json> Receiver::Await(std::size_t count) const {
  for (int i = 0; i < 3000 && Messages().size() < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(Messages().size(), count) << kind_;
  return Messages();
}

json FindingOf(const json& message) {
  return json::parse(message.at("body").get<std::string>());
}

std::string DestinationOf(const std::string& name, const Receiver& receiver, const std::string& ca,
                          const std::string& secret) {
  const std::string begin = "{name: " + name + ", ca: '" + ca + "', " + receiver.kind() + ": {";
  if (receiver.kind() == "webhook")
    return begin + "url: 'https://" + receiver.endpoint() + "/hook', secret: {file: '" + secret + "'}}}";
  if (receiver.kind() == "syslog") return begin + "address: '" + receiver.endpoint() + "'}}";
  return begin + "server: '" + receiver.endpoint() +
         "', from: vigie@example.org, to: [soc@example.org], user: collector, password: {file: '" + secret + "'}}}";
}

IntegrationTest::IntegrationTest()
    : files_of_receivers_(state_.files().directory()), secret_file_(state_.files().directory() + "/soc.secret") {
  WriteFile(secret_file_, std::string(kSecret) + "\n");
}

void IntegrationTest::Configure(const std::vector<std::string>& destinations) {
  std::string text = "integrations:\n  destinations:\n";
  for (const std::string& destination : destinations) text += "    - " + destination + "\n";
  state_.Write(state_.files().config(), state_.Read(state_.files().config()) + text);
}

void IntegrationTest::StartWithPolicy() {
  Start();
  ASSERT_TRUE(collector_);
  const auto pushed = analyst().PushPolicy(BulkPolicy(1, 10));
  ASSERT_TRUE(pushed.ok()) << pushed.error_message();
  if (credentials_.agent_id.empty()) credentials_ = NewAgent();
}

void IntegrationTest::Leak(AgentClient& agent, const std::string& user, std::uint32_t customers) {
  ++sequence_;
  ASSERT_TRUE(agent.Send(std::vector{MakeEvent({.sequence = sequence_,
                                                .user = user,
                                                .after = std::chrono::seconds(sequence_),
                                                .records = Records(1, customers)})}));
  const auto ack = agent.AwaitAck();
  ASSERT_TRUE(ack);
  ASSERT_EQ(ack->rejections_size(), 0);
}

}  // namespace vigie::server
