#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {

// A certificate of an authority of its own, in files of a folder, which is made if need be.
struct ReceiverFiles {
  explicit ReceiverFiles(const std::string& folder, const std::vector<std::string>& names = {"localhost", "127.0.0.1"});
  std::string ca;
  std::string certificate;
  std::string key;
};

// receiver.py as a process: what it took stands in a file, whatever becomes of it.
class Receiver {
 public:
  Receiver(std::string kind, const ReceiverFiles& files, const std::string& folder);
  ~Receiver() { Kill(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Waits until it listens; on the port of before, if there was one. `answers`: of a webhook, one after the other.
  void Start(const std::string& answers = "200");
  void Kill();
  int port() const { return port_; }
  std::string endpoint() const { return "localhost:" + std::to_string(port_); }
  std::vector<nlohmann::json> Messages() const;
  // At least so many, within half a minute.
  std::vector<nlohmann::json> Await(std::size_t count) const;
  const std::string& kind() const { return kind_; }

 private:
  const std::string kind_;
  const ReceiverFiles& files_;
  const std::string log_;
  const std::string ready_;
  int port_ = 0;
  pid_t pid_ = -1;
};

// The findings' own words, in the order in which they arrived.
nlohmann::json FindingOf(const nlohmann::json& message);

// "name: soc, webhook: …" of a receiver, below a list of destinations.
std::string DestinationOf(const std::string& name, const Receiver& receiver, const std::string& ca,
                          const std::string& secret);

// A collector whose destinations are receivers on loopback.
class IntegrationTest : public CollectorTest {
 protected:
  static constexpr const char* kSecret = "a secret of this test alone";

  IntegrationTest();
  std::string folder() const { return state_.files().directory(); }
  void Configure(const std::vector<std::string>& destinations);
  // Also puts a policy in force by which `customers` of a user over 10 open an incident.
  void StartWithPolicy();
  // One event: so many customers of the user.
  void Leak(AgentClient& agent, const std::string& user, std::uint32_t customers);

  ReceiverFiles files_of_receivers_;
  std::string secret_file_;
  AgentCredentials credentials_;
  std::uint64_t sequence_ = 0;
};

}  // namespace vigie::server
