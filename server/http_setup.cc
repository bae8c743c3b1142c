#include "server/http_setup.h"

#include <filesystem>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/collector_config.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using base::Result;

// ../share/vigie/console, seen from this program.
std::string UsualConsole() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/share/vigie/console" : (self.parent_path().parent_path() / "share/vigie/console").string();
}

Result<http::Assets> ReadConsole(const v1::CollectorConfig::Console& console, platform::FileSystem& files) {
  const bool named = !console.directory().empty();
  auto assets = http::Assets::Read(files, named ? console.directory() : UsualConsole());
  if (assets) return assets;
  if (named) return assets.error().Wrap("console.directory");
  // Not fatal: a collector that does not start watches nobody.
  if (assets.error().code != ErrorCode::kNotFound) base::LogError("no console: {}", assets.error().message);
  return http::Assets();
}

http::SessionLimits SessionLimitsOf(const v1::CollectorConfig::Http& settings) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  http::SessionLimits limits;
  if (settings.has_session_idle()) limits.idle = duration_cast<seconds>(contract::FromProto(settings.session_idle()));
  if (settings.has_session_length())
    limits.longest = duration_cast<seconds>(contract::FromProto(settings.session_length()));
  if (settings.sessions() > 0) limits.most = settings.sessions();
  return limits;
}

}  // namespace

Result<http::HttpSetup> MakeHttpSetup(const v1::CollectorConfig& config, const ListenAddress& address,
                                      platform::FileSystem& files) {
  http::HttpSetup setup;
  setup.host = address.host;
  setup.port = address.port;
  setup.sessions = SessionLimitsOf(config.http());
  auto console = ReadConsole(config.console(), files);
  if (!console) return console.error();
  setup.console = *std::move(console);
  if (config.listen().insecure_loopback()) return setup;
  auto tls = LoadTls(files, config.tls());
  if (!tls) return tls.error();
  setup.tls = http::ServerTls{std::move(tls->certificate_pem), std::move(tls->key_pem)};
  return setup;
}

}  // namespace vigie::server
