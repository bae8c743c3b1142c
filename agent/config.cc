#include "agent/config.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::agent {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{1} << 20;

Error Fault(std::string_view key, std::string_view reason) {
  return {ErrorCode::kInvalidArgument, fmt::format("{}: {}", key, reason)};
}

void SetDefaults(v1::AgentConfig& config) {
  if (config.state().empty()) config.set_state("/var/lib/vigie/agent");
  if (config.log().level().empty()) config.mutable_log()->set_level("info");
  v1::AgentConfig::Inspector& inspector = *config.mutable_inspector();
  if (inspector.processes() == 0) inspector.set_processes(2);
  if (!inspector.has_time_limit()) *inspector.mutable_time_limit() = contract::ToProto(nanoseconds(seconds(10)));
  v1::AgentConfig::Spool& spool = *config.mutable_spool();
  if (spool.byte_limit() == 0) spool.set_byte_limit(std::uint64_t{1} << 30);
  if (!spool.has_age_limit()) *spool.mutable_age_limit() = contract::ToProto(nanoseconds(std::chrono::days(60)));
  v1::AgentConfig::Sensors& sensors = *config.mutable_sensors();
  if (!sensors.has_deadline()) *sensors.mutable_deadline() = contract::ToProto(nanoseconds(seconds(2)));
  if (sensors.fail_mode() == v1::AgentConfig::FAIL_MODE_UNSPECIFIED)
    sensors.set_fail_mode(v1::AgentConfig::FAIL_MODE_OPEN);
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

HostAndPort Split(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == address.npos) return {address, {}};
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

Result<void> CheckCollector(const v1::AgentConfig::Collector& collector) {
  const HostAndPort address = Split(collector.address());
  if (address.host.empty() || !IsPort(address.port)) return Fault("collector.address", "must be host:port");
  if (!collector.insecure_loopback()) {
    if (collector.ca().empty())
      return Fault("collector.ca", "must name the certificate file of the collector's authority");
    return {};
  }
  if (IsLoopback(collector.address())) return {};
  return Fault("collector.insecure_loopback",
               "without TLS only loopback addresses are allowed (127.0.0.1, [::1], localhost)");
}

Result<void> CheckPath(std::string_view key, const std::string& path) {
  if (path.starts_with('/')) return {};
  return Fault(key, "must be an absolute path");
}

Result<void> CheckPaths(const v1::AgentConfig& config) {
  if (auto good = CheckPath("state", config.state()); !good) return good;
  for (int i = 0; i < config.watch_size(); ++i) {
    if (auto good = CheckPath(fmt::format("watch[{}]", i), config.watch(i)); !good) return good;
  }
  if (config.indexes_size() > contract::kMaxIndexes) {
    return Fault("indexes", fmt::format("more than {} elements", contract::kMaxIndexes));
  }
  for (int i = 0; i < config.indexes_size(); ++i) {
    if (config.indexes(i).file().empty()) return Fault(fmt::format("indexes[{}].file", i), "must be given");
    if (config.indexes(i).key().empty()) return Fault(fmt::format("indexes[{}].key", i), "must be given");
  }
  return {};
}

Result<void> CheckPrograms(const v1::AgentConfig::Sensors& sensors) {
  for (int i = 0; i < sensors.programs_size(); ++i) {
    const auto key = fmt::format("sensors.programs[{}].", i);
    const std::string& name = sensors.programs(i).name();
    if (name.empty() || name.find('/') != name.npos)
      return Fault(key + "name", "must be a program's name without folder");
    if (sensors.programs(i).channel() == v1::CHANNEL_UNSPECIFIED) return Fault(key + "channel", "must be given");
  }
  for (int i = 0; i < sensors.cloud_folders_size(); ++i) {
    const std::string& folder = sensors.cloud_folders(i);
    const bool good = folder.starts_with("~/") ? folder.size() > 2 : folder.starts_with('/') && folder.size() > 1;
    if (!good) return Fault(fmt::format("sensors.cloud_folders[{}]", i), "must be an absolute path or ~/Name");
  }
  for (int i = 0; i < sensors.local_mounts_size(); ++i) {
    if (auto good = CheckPath(fmt::format("sensors.local_mounts[{}]", i), sensors.local_mounts(i)); !good) return good;
  }
  return {};
}

Result<void> CheckTime(std::string_view key, const google::protobuf::Duration& value, nanoseconds longest) {
  constexpr nanoseconds kShortest = std::chrono::milliseconds(100);
  const nanoseconds time = contract::FromProto(value);
  if (time >= kShortest && time <= longest) return {};
  return Fault(key, fmt::format("must be between {} and {}", contract::FormatDuration(kShortest),
                                contract::FormatDuration(longest)));
}

Result<void> CheckSpool(const v1::AgentConfig::Spool& spool) {
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  if (spool.byte_limit() < kLeast || spool.byte_limit() > kMost) {
    return Fault("spool.byte_limit", "must be between 16777216 (16 MiB) and 1099511627776 (1 TiB)");
  }
  const nanoseconds age = contract::FromProto(spool.age_limit());
  if (age >= std::chrono::days(1) && age <= std::chrono::days(3650)) return {};
  return Fault("spool.age_limit", "must be between 1d and 3650d");
}

Result<void> CheckLimits(const v1::AgentConfig& config) {
  constexpr std::uint32_t kMaxProcesses = 64;
  if (config.inspector().processes() > kMaxProcesses) return Fault("inspector.processes", "must be at most 64");
  if (auto good = CheckTime("inspector.time_limit", config.inspector().time_limit(), seconds(600)); !good) return good;
  if (auto good = CheckSpool(config.spool()); !good) return good;
  if (auto good = CheckTime("sensors.deadline", config.sensors().deadline(), seconds(60)); !good) return good;
  if (!config.sensors().replay().empty() && !config.sensors().record().empty()) {
    return Fault("sensors.record", "cannot be combined with sensors.replay");
  }
  const auto level = base::ParseLogLevel(config.log().level());
  return level ? Result<void>() : Fault("log.level", level.error().message);
}

}  // namespace

Result<v1::AgentConfig> ReadConfig(std::string_view yaml, const std::string& file_name, bool insecure_loopback) {
  v1::AgentConfig config;
  if (const auto read = contract::ReadYaml(yaml, file_name, config); !read) return read.error();
  if (insecure_loopback) config.mutable_collector()->set_insecure_loopback(true);
  SetDefaults(config);
  for (const auto& check :
       {CheckCollector(config.collector()), CheckPaths(config), CheckPrograms(config.sensors()), CheckLimits(config)}) {
    if (!check) return check.error().Wrap(file_name);
  }
  return config;
}

Result<v1::AgentConfig> LoadConfig(platform::FileSystem& files, const std::string& path, bool insecure_loopback) {
  const auto text = files.ReadFile(path, kMaxConfigBytes);
  if (!text) return text.error().Wrap("configuration");
  return ReadConfig(*text, path, insecure_loopback);
}

bool IsLoopback(std::string_view address) {
  const std::string_view host = Split(address).host;
  if (host == "localhost" || host == "::1") return true;
  // Four numbers: "127.evil.example" is a name.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

}  // namespace vigie::agent
