#include "server/integrations/destination.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/credentials/certificates.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Config = v1::CollectorConfig;

constexpr int kMostDestinations = 8;
constexpr int kMostRecipients = 20;
constexpr std::size_t kLongestName = 32;
constexpr std::uint64_t kMaxFileBytes = 1 << 20;
constexpr std::size_t kShortestSignatureKey = 16;
constexpr std::size_t kLongestSecret = 4096;
constexpr std::chrono::minutes kUsualAbsence{15};
constexpr std::chrono::minutes kShortestAbsence{2};  // a connection that is silent ends after 90 s
constexpr std::chrono::hours kLongestAbsence{30 * 24};

Error Wrong(std::string_view key, std::string_view reason) {
  return {ErrorCode::kInvalidArgument, std::string(key) + ": " + std::string(reason)};
}

bool IsAddress(const std::string& address) {
  const auto plain = [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != '"' && c != ','; };
  const auto at = address.find('@');
  return at != std::string::npos && at > 0 && at + 1 < address.size() && address.size() <= 254 &&
         address.find('@', at + 1) == std::string::npos && std::ranges::all_of(address, plain);
}

Result<void> CheckName(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  if (!name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, plain)) return {};
  return Wrong("name", "must be 1 to 32 small letters, digits, - and _");
}

Result<void> CheckSecret(const Config::Secret& secret, bool needed) {
  if (!secret.file().empty() && !secret.env().empty()) return Error{ErrorCode::kInvalidArgument, "is file or env"};
  if (!needed || !secret.file().empty() || !secret.env().empty()) return {};
  return Error{ErrorCode::kInvalidArgument, "file or env must be given"};
}

Result<void> CheckWebhook(const Config::Webhook& webhook) {
  if (auto endpoint = EndpointOfUrl(webhook.url()); !endpoint) return endpoint.error().Wrap("webhook.url");
  if (auto good = CheckSecret(webhook.secret(), true); !good) return good.error().Wrap("webhook.secret");
  return {};
}

Result<void> CheckSyslog(const Config::Syslog& syslog) {
  if (auto endpoint = ParseEndpoint(syslog.address(), 6514); !endpoint) return endpoint.error().Wrap("syslog.address");
  if (syslog.certificate().empty() == syslog.key().empty()) return {};
  return Wrong("syslog.certificate", "is of no use without syslog.key, nor that without it");
}

Result<void> CheckEmail(const Config::Email& email) {
  if (auto endpoint = ParseEndpoint(email.server(), 587); !endpoint) return endpoint.error().Wrap("email.server");
  const std::string& security = email.security();
  if (!security.empty() && security != "starttls" && security != "tls")
    return Wrong("email.security", "must be starttls or tls: nothing is sent in clear");
  if (!IsAddress(email.from())) return Wrong("email.from", "must be an address: collector@example.org");
  if (email.to().empty() || email.to_size() > kMostRecipients) return Wrong("email.to", "must be 1 to 20 addresses");
  if (!std::ranges::all_of(email.to(), IsAddress)) return Wrong("email.to", "must be addresses: soc@example.org");
  if (auto good = CheckSecret(email.password(), !email.user().empty()); !good)
    return good.error().Wrap("email.password");
  return {};
}

Result<void> CheckDestination(const Config::Destination& destination) {
  if (auto good = CheckName(destination.name()); !good) return good;
  const int kinds = int{destination.has_webhook()} + int{destination.has_syslog()} + int{destination.has_email()};
  if (kinds != 1) return Error{ErrorCode::kInvalidArgument, "must have one of webhook, syslog and email"};
  const auto known = [](const std::string& word) { return word == "incidents" || word == "health"; };
  if (!std::ranges::all_of(destination.about(), known)) return Wrong("about", "must be incidents or health");
  if (destination.has_webhook()) return CheckWebhook(destination.webhook());
  return destination.has_syslog() ? CheckSyslog(destination.syslog()) : CheckEmail(destination.email());
}

std::string WithoutLineEnd(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<std::string> ReadSecret(const Config::Secret& secret, platform::FileSystem& files) {
  std::string value;
  if (!secret.file().empty()) {
    auto read = files.ReadFile(secret.file(), kLongestSecret);
    if (!read) return read.error();
    value = WithoutLineEnd(*std::move(read));
  } else if (const char* given = std::getenv(secret.env().c_str()); given != nullptr) {
    value = given;
  }
  if (!value.empty()) return value;
  const std::string where = secret.file().empty() ? "the environment's " + secret.env() : secret.file();
  return Error{ErrorCode::kNotFound, where + " is empty, or not there"};
}

Result<void> ReadPem(const std::string& path, platform::FileSystem& files, std::string& pem) {
  if (path.empty()) return {};
  auto read = files.ReadFile(path, kMaxFileBytes);
  if (!read) return read.error();
  pem = *std::move(read);
  return {};
}

Result<void> LoadSecret(Destination& destination, platform::FileSystem& files) {
  const Config::Destination& config = destination.config;
  if (config.has_syslog() || (config.has_email() && config.email().user().empty())) return {};
  const std::string key = config.has_webhook() ? "webhook.secret" : "email.password";
  auto secret = ReadSecret(config.has_webhook() ? config.webhook().secret() : config.email().password(), files);
  if (!secret) return secret.error().Wrap(key);
  if (config.has_webhook() && secret->size() < kShortestSignatureKey) return Wrong(key, "must have at least 16 bytes");
  destination.secret = *std::move(secret);
  return {};
}

Result<void> LoadCertificates(Destination& destination, platform::FileSystem& files) {
  const Config::Destination& config = destination.config;
  if (auto read = ReadPem(config.ca(), files, destination.ca_pem); !read) return read.error().Wrap("ca");
  if (!config.ca().empty()) {
    if (auto good = credentials::ExpiryOf(destination.ca_pem); !good) return good.error().Wrap("ca");
  }
  if (auto read = ReadPem(config.syslog().certificate(), files, destination.certificate_pem); !read)
    return read.error().Wrap("syslog.certificate");
  if (auto read = ReadPem(config.syslog().key(), files, destination.key_pem); !read)
    return read.error().Wrap("syslog.key");
  if (destination.key_pem.empty()) return {};
  auto pair = credentials::CheckPair({destination.key_pem, destination.certificate_pem});
  return pair ? pair : Result<void>(pair.error().Wrap("syslog.certificate"));
}

Result<Destination> Load(const Config::Destination& config, platform::FileSystem& files) {
  Destination destination;
  destination.config = config;
  auto endpoint = config.has_webhook()  ? EndpointOfUrl(config.webhook().url())
                  : config.has_syslog() ? ParseEndpoint(config.syslog().address(), 6514)
                                        : ParseEndpoint(config.email().server(), 587);
  if (!endpoint) return endpoint.error();
  destination.endpoint = *std::move(endpoint);
  destination.kind = config.has_webhook() ? Kind::kWebhook : config.has_syslog() ? Kind::kSyslog : Kind::kEmail;
  if (auto loaded = LoadSecret(destination, files); !loaded) return loaded.error();
  if (auto loaded = LoadCertificates(destination, files); !loaded) return loaded.error();
  return destination;
}

std::string KeyOf(int number) {
  return "integrations.destinations[" + std::to_string(number) + "]";
}

bool IsAbout(const Config::Destination& config, std::string_view word) {
  return config.about().empty() || std::ranges::find(config.about(), word) != config.about().end();
}

}  // namespace

std::string KindName(Kind kind) {
  switch (kind) {
    case Kind::kWebhook:
      return "webhook";
    case Kind::kSyslog:
      return "syslog";
    case Kind::kEmail:
      return "email";
  }
  return "";
}

bool Destination::WantsIncidents() const {
  return IsAbout(config, "incidents");
}

bool Destination::WantsHealth() const {
  return IsAbout(config, "health");
}

Result<void> CheckIntegrations(const Config::Integrations& config) {
  if (config.destinations_size() > kMostDestinations) return Wrong("integrations.destinations", "must be at most 8");
  std::set<std::string> names;
  for (int i = 0; i < config.destinations_size(); ++i) {
    const Config::Destination& destination = config.destinations(i);
    if (auto good = CheckDestination(destination); !good) return good.error().Wrap(KeyOf(i));
    if (!names.insert(destination.name()).second) return Wrong(KeyOf(i) + ".name", "is the name of another one");
  }
  const auto absence = UnreachableAfter(config);
  if (absence >= kShortestAbsence && absence <= kLongestAbsence) return {};
  return Wrong("integrations.unreachable_after", "must be 2m to 30d");
}

std::chrono::nanoseconds UnreachableAfter(const Config::Integrations& config) {
  return config.has_unreachable_after() ? contract::FromProto(config.unreachable_after()) : kUsualAbsence;
}

Result<std::vector<Destination>> LoadDestinations(const Config::Integrations& config, platform::FileSystem& files) {
  std::vector<Destination> destinations;
  for (int i = 0; i < config.destinations_size(); ++i) {
    auto loaded = Load(config.destinations(i), files);
    if (!loaded) return loaded.error().Wrap(KeyOf(i));
    destinations.push_back(*std::move(loaded));
  }
  return destinations;
}

}  // namespace vigie::server::integrations
