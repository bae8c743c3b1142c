#include "agent/program.h"

#include <functional>
#include <memory>
#include <utility>

#include "agent/agent.h"
#include "agent/config.h"
#include "agent/enroll/enrollment.h"
#include "agent/enroll/enrollment_client.h"
#include "agent/enroll/identity.h"
#include "agent/options.h"
#include "agent/uplink/grpc_event_stream.h"
#include "core/evidence/batch_seal.h"
#include "platform/base/logging.h"
#include "platform/linux/linux_platform.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::agent {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMaxPemBytes = 65536;

Result<std::string> ReadAuthority(const v1::AgentConfig& config, platform::FileSystem& files) {
  if (config.collector().insecure_loopback()) return std::string();
  auto pem = files.ReadFile(config.collector().ca(), kMaxPemBytes);
  if (!pem) return pem.error().Wrap("collector.ca");
  return pem;
}

Result<enroll::Identity> FindIdentity(const v1::AgentConfig& config, AgentPlatform& machine) {
  auto identity = enroll::LoadIdentity(*machine.file_system, config.state());
  if (!identity) return identity.error();
  if (*identity) return **std::move(identity);
  if (config.collector().insecure_loopback()) {
    const auto host = machine.host->Describe();
    if (!host) return host.error();
    return enroll::Identity{enroll::AgentIdOfHost(host->name), "", ""};
  }
  return Error{ErrorCode::kFailedPrecondition,
               "this host is not enrolled (" + config.state() +
                   "/agent.id is missing): run vigie-agent enroll --config FILE --token TOKEN"};
}

// What leaves is signed with the key of the agent's certificate. Without TLS there is none. A key that cannot sign is
// no reason not to watch.
std::function<void(v1::EventBatch&)> SealBy(const enroll::Identity& identity) {
  if (identity.key_pem.empty()) return {};
  auto sealer = evidence::BatchSealer::Make(identity.agent_id, identity.key_pem);
  if (!sealer) {
    base::LogError("events leave without a signature: {}", sealer.error().message);
    return {};
  }
  return [sealer = *std::move(sealer)](v1::EventBatch& batch) {
    const auto sealed = sealer.Seal(batch);
    if (!sealed) base::LogError("events leave without a signature: {}", sealed.error().message);
  };
}

Result<void> RunAgent(const v1::AgentConfig& config) {
  // Before any thread: it takes the signals.
  const auto service = platform::MakeServiceHost();
  AgentPlatform machine = MakePlatform(config);
  auto identity = FindIdentity(config, machine);
  if (!identity) return identity.error();
  auto authority = ReadAuthority(config, *machine.file_system);
  if (!authority) return authority.error();
  const base::SystemClock clock;
  auto streams = std::make_unique<uplink::GrpcEventStreamFactory>(
      uplink::CollectorChannel{config.collector().address(), *std::move(authority), identity->certificate_pem,
                               identity->key_pem, config.collector().insecure_loopback()});
  auto agent =
      Agent::Create({config, identity->agent_id, std::move(machine), std::move(streams), clock, SealBy(*identity)});
  if (!agent) return agent.error();
  (*agent)->Run(*service);
  return {};
}

Result<void> RunEnrollment(const v1::AgentConfig& config, const Options& options, std::ostream& output) {
  AgentPlatform machine = MakePlatform(config);
  const auto host = machine.host->Describe();
  if (!host) return host.error();
  auto authority = ReadAuthority(config, *machine.file_system);
  if (!authority) return authority.error();
  enroll::EnrollmentClient client(
      {config.collector().address(), *std::move(authority), config.collector().insecure_loopback()});
  const auto agent_id =
      enroll::Enroll({config.state(), host->name, options.token, options.force}, client, *machine.file_system);
  if (!agent_id) return agent_id.error();
  output << "enrolled as " << *agent_id << "\n";
  return {};
}

Result<void> Perform(const Options& options, std::ostream& output) {
  if (options.action == Options::Action::kPrintText) {
    output << options.text;
    return {};
  }
  const auto config = LoadConfig(*platform::MakeFileSystem(), options.config_path, options.insecure_loopback);
  if (!config) return config.error();
  if (const auto level = base::ParseLogLevel(config->log().level())) base::ConfigureLogging(*level, "vigie-agent");
  switch (options.action) {
    case Options::Action::kPrintConfig:
      output << contract::WriteYaml(*config);
      return {};
    case Options::Action::kEnroll:
      return RunEnrollment(*config, options, output);
    case Options::Action::kRun:
      return RunAgent(*config);
    case Options::Action::kCheckConfig:
    case Options::Action::kPrintText:
      break;
  }
  return {};
}

int ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
      return 3;
    default:
      return 2;
  }
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, std::ostream& output, std::ostream& errors) {
  const auto options = ParseOptions(arguments);
  const auto done = options ? Perform(*options, output) : Result<void>(options.error());
  if (done) return 0;
  errors << "vigie-agent: " << done.error().message << "\n";
  return ExitCodeOf(done.error().code);
}

}  // namespace vigie::agent
