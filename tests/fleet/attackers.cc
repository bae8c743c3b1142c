#include "tests/fleet/attackers.h"

#include <chrono>
#include <functional>

#include "proto/contract/time_conversion.h"

namespace vigie::fleet {
namespace {

using Stream = grpc::ClientReaderWriter<v1::AgentMessage, v1::CollectorMessage>;

constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kPause = std::chrono::milliseconds(50);
constexpr const char* kHost = "workstation-of-an-attacker";

v1::AgentMessage Hello(const std::string& agent_id) {
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_id(agent_id);
  hello.set_host(kHost);
  hello.set_version("0.1.0");
  hello.set_boot_epoch(1);
  *hello.mutable_at() = contract::ToProto(base::SystemTime(std::chrono::system_clock::now()));
  return message;
}

// Valid in itself, of no customers and no way out.
v1::AgentMessage Batch(const std::string& agent_id, int events) {
  v1::AgentMessage message;
  const World world(WorldPlan{});
  for (int i = 1; i <= events; ++i) {
    v1::Event event =
        world.Make({0, 1, static_cast<std::uint64_t>(i)}, agent_id, base::SystemTime(std::chrono::system_clock::now()));
    event.mutable_activity()->set_host(kHost);
    event.mutable_activity()->set_user("attacker");
    event.mutable_activity()->set_channel(v1::CHANNEL_LOCAL);
    *message.mutable_batch()->add_events() = std::move(event);
  }
  return message;
}

struct Attack {
  const char* name;
  // Writes what it wants; the stream must then end with an error.
  std::function<void(Stream& stream, const std::string& agent_id)> make;
};

const std::vector<Attack>& Attacks() {
  static const std::vector<Attack> attacks = {
      {"a batch before the greeting", [](Stream& stream, const std::string& id) { stream.Write(Batch(id, 1)); }},
      {"two greetings",
       [](Stream& stream, const std::string& id) {
         stream.Write(Hello(id));
         stream.Write(Hello(id));
       }},
      {"another agent's name",
       [](Stream& stream, const std::string&) { stream.Write(Hello("0123456789abcdef0123456789abcdef")); }},
      {"no message", [](Stream& stream, const std::string&) { stream.Write(v1::AgentMessage()); }},
      {"a batch of nothing",
       [](Stream& stream, const std::string& id) {
         stream.Write(Hello(id));
         stream.Write(Batch(id, 0));
       }},
      {"1001 events",
       [](Stream& stream, const std::string& id) {
         stream.Write(Hello(id));
         stream.Write(Batch(id, 1001));
       }},
      {"falling sequences",
       [](Stream& stream, const std::string& id) {
         v1::AgentMessage batch = Batch(id, 3);
         batch.mutable_batch()->mutable_events()->SwapElements(0, 2);
         stream.Write(Hello(id));
         stream.Write(batch);
       }},
      {"two lives in one batch",
       [](Stream& stream, const std::string& id) {
         v1::AgentMessage batch = Batch(id, 3);
         batch.mutable_batch()->mutable_events(2)->set_boot_epoch(2);
         stream.Write(Hello(id));
         stream.Write(batch);
       }},
      {"eight mebibytes",
       [](Stream& stream, const std::string& id) {
         v1::AgentMessage batch = Batch(id, 1);
         batch.mutable_batch()->mutable_events(0)->mutable_activity()->mutable_file()->set_path(
             std::string(std::size_t{8} << 20, 'x'));
         stream.Write(Hello(id));
         stream.Write(batch);
       }},
  };
  return attacks;
}

grpc::Status Carry(const Attack& attack, const std::shared_ptr<grpc::Channel>& channel, const std::string& agent_id) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const auto stream = v1::AgentService::NewStub(channel)->Connect(&context);
  attack.make(*stream, agent_id);
  v1::CollectorMessage message;
  while (stream->Read(&message)) {
  }
  return stream->Finish();
}

}  // namespace

Attackers::Attackers(const Endpoint& endpoint, std::vector<AgentCredentials> credentials)
    : endpoint_(endpoint), credentials_(std::move(credentials)) {
  for (const AgentCredentials& own : credentials_) {
    threads_.emplace_back([this, &own](const std::stop_token& stop) { Run(own, stop); });
  }
}

Attackers::~Attackers() {
  Stop();
}

void Attackers::Stop() {
  threads_.clear();
}

void Attackers::Run(const AgentCredentials& own, const std::stop_token& stop) {
  for (std::size_t i = 0; !stop.stop_requested(); ++i) {
    const Attack& attack = Attacks()[i % Attacks().size()];
    const grpc::Status status = Carry(attack, OpenChannel(endpoint_, own), own.agent_id);
    // A collector that is away refuses nobody; one that lets the stream stand until our patience ends does neither.
    const bool away = status.error_code() == grpc::StatusCode::UNAVAILABLE;
    const bool refused = !status.ok() && status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED;
    if (!away) ++(*(refused ? refused_ : succeeded_).Lock())[attack.name];
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace vigie::fleet
