#include "server/collector_config.h"

#include <chrono>

#include "core/credentials/certificates.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/yaml_reader.h"
#include "server/integrations/destination.h"
#include "server/listen_address.h"
#include "server/retention_plan.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMaxFileBytes = 1 << 20;
constexpr std::chrono::minutes kShortestSession{1};
constexpr std::chrono::hours kLongestSession{7 * 24};
constexpr std::uint32_t kMostSessions = 65'536;
constexpr int kMostIndexes = 8;
constexpr std::chrono::seconds kLongestInspection{50};  // a call takes 60 s at most

Error Wrong(std::string_view key, std::string_view reason) {
  return {ErrorCode::kInvalidArgument, std::string(key) + ": " + std::string(reason)};
}

void FillIn(v1::CollectorConfig& config, bool insecure_loopback) {
  if (insecure_loopback) config.mutable_listen()->set_insecure_loopback(true);
  if (config.store().kind().empty()) config.mutable_store()->set_kind("sqlite");
  if (config.log().level().empty()) config.mutable_log()->set_level("info");
}

Result<void> CheckHttp(const v1::CollectorConfig::Listen& listen) {
  if (listen.http().empty()) return {};
  const auto address = ParseListenAddress(listen.http());
  if (!address) return address.error().Wrap("listen.http");
  if (listen.insecure_loopback() && !address->is_loopback()) {
    return Wrong("listen.http", "without TLS only a loopback address may be listened on (127.0.0.1, ::1, localhost)");
  }
  return {};
}

Result<void> CheckSessions(const v1::CollectorConfig::Http& http) {
  const auto good = [](const google::protobuf::Duration& time) {
    const auto given = contract::FromProto(time);
    return given >= kShortestSession && given <= kLongestSession;
  };
  if (http.has_session_idle() && !good(http.session_idle())) return Wrong("http.session_idle", "must be 1m to 7d");
  if (http.has_session_length() && !good(http.session_length()))
    return Wrong("http.session_length", "must be 1m to 7d");
  if (http.sessions() > kMostSessions) return Wrong("http.sessions", "must be at most 65536");
  return {};
}

Result<void> CheckInspection(const v1::CollectorConfig& config) {
  if (config.indexes_size() > kMostIndexes) return Wrong("indexes", "must be at most 8");
  for (const auto& index : config.indexes()) {
    if (index.file().empty()) return Wrong("indexes.file", "must be given");
    if (index.key().empty()) return Wrong("indexes.key", "must be given: the index is of no use without its key");
  }
  if (!config.inspector().has_time_limit()) return {};
  const auto limit = contract::FromProto(config.inspector().time_limit());
  if (limit >= std::chrono::seconds(1) && limit <= kLongestInspection) return {};
  return Wrong("inspector.time_limit", "must be 1s to 50s");
}

Result<void> CheckListen(const v1::CollectorConfig::Listen& listen) {
  if (listen.grpc().empty()) return Wrong("listen.grpc", "must be given");
  const auto address = ParseListenAddress(listen.grpc());
  if (!address) return address.error().Wrap("listen.grpc");
  if (listen.insecure_loopback() && !address->is_loopback()) {
    return Wrong("listen.grpc", "without TLS only a loopback address may be listened on (127.0.0.1, ::1, localhost)");
  }
  return CheckHttp(listen);
}

Result<void> CheckTls(const v1::CollectorConfig& config) {
  if (config.listen().insecure_loopback()) return {};
  const auto& tls = config.tls();
  if (tls.certificate().empty()) return Wrong("tls.certificate", "must be given: vigie-collector init makes one");
  if (tls.key().empty()) return Wrong("tls.key", "must be given");
  if (tls.client_ca().empty()) return Wrong("tls.client_ca", "must be given: agents are known by their certificates");
  return {};
}

Result<void> CheckDates(const std::string& certificate_pem) {
  const auto expiry = credentials::ExpiryOf(certificate_pem);
  if (!expiry) return expiry.error();
  if (*expiry > std::chrono::system_clock::now()) return {};
  return Error{ErrorCode::kFailedPrecondition, "has expired: make a new one"};
}

}  // namespace

Result<void> CheckConfig(const v1::CollectorConfig& config) {
  if (auto good = CheckListen(config.listen()); !good) return good;
  if (auto good = CheckSessions(config.http()); !good) return good;
  if (auto good = CheckInspection(config); !good) return good;
  if (config.state().empty()) return Wrong("state", "must be given");
  if (config.store().kind() != "sqlite") return Wrong("store.kind", "must be sqlite");
  if (auto level = base::ParseLogLevel(config.log().level()); !level) return level.error().Wrap("log.level");
  if (auto plan = RetentionPlan::Make(config.retention()); !plan) return plan.error();
  if (auto good = integrations::CheckIntegrations(config.integrations()); !good) return good;
  return CheckTls(config);
}

Result<v1::CollectorConfig> LoadConfig(platform::FileSystem& files, const std::string& path, bool insecure_loopback) {
  const auto text = files.ReadFile(path, kMaxFileBytes);
  if (!text) return text.error().Wrap("configuration");
  v1::CollectorConfig config;
  if (auto read = contract::ReadYaml(*text, path, config); !read) return read.error();
  FillIn(config, insecure_loopback);
  if (auto good = CheckConfig(config); !good) return good.error().Wrap(path);
  return config;
}

Result<TlsFiles> LoadTls(platform::FileSystem& files, const v1::CollectorConfig::Tls& tls) {
  const auto certificate = files.ReadFile(tls.certificate(), kMaxFileBytes);
  if (!certificate) return certificate.error().Wrap("tls.certificate");
  const auto key = files.ReadFile(tls.key(), kMaxFileBytes);
  if (!key) return key.error().Wrap("tls.key");
  const auto client_ca = files.ReadFile(tls.client_ca(), kMaxFileBytes);
  if (!client_ca) return client_ca.error().Wrap("tls.client_ca");
  if (auto pair = credentials::CheckPair({*key, *certificate}); !pair) {
    return pair.error().Wrap("tls.certificate " + tls.certificate() + " with tls.key " + tls.key());
  }
  if (auto good = CheckDates(*certificate); !good) return good.error().Wrap("tls.certificate " + tls.certificate());
  if (auto good = CheckDates(*client_ca); !good) return good.error().Wrap("tls.client_ca " + tls.client_ca());
  return TlsFiles{*certificate, *key, *client_ca};
}

}  // namespace vigie::server
