#include "server/initialize.h"

#include <vector>

#include "core/credentials/certificates.h"
#include "core/credentials/passwords.h"
#include "platform/base/clock.h"
#include "proto/contract/yaml_reader.h"
#include "server/api/people.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_store.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kAdminToken = "admin";
constexpr std::uint32_t kSecret = 0600;
constexpr std::uint32_t kPublic = 0644;
constexpr std::uint32_t kDirectory = 0755;  // analysts need ca.crt; every secret has its own mode

struct NewFile {
  std::string path;
  std::string content;
  std::uint32_t mode;
};

v1::CollectorConfig ConfigFor(const StateFiles& state) {
  v1::CollectorConfig config;
  config.mutable_listen()->set_grpc("127.0.0.1:7443");
  config.set_state(state.directory());
  config.mutable_store()->set_kind("sqlite");
  config.mutable_tls()->set_certificate(state.server_certificate());
  config.mutable_tls()->set_key(state.server_key());
  config.mutable_tls()->set_client_ca(state.authority_certificate());
  config.mutable_log()->set_level("info");
  return config;
}

Result<void> CheckAdmin(const std::string& name) {
  if (name.empty()) return {};
  if (!SameName(name, kAdminToken)) return api::CheckName(name);
  return Error{ErrorCode::kInvalidArgument, "name: the first API token is called so, choose the person's own"};
}

// With a password for once, which is given back.
Result<std::string> KeepAdmin(const std::string& name, Store& store) {
  const std::string password = credentials::CreateOneTimePassword();
  auto hash = credentials::HashPassword(password);
  if (!hash) return hash.error();
  const base::SystemTime now = base::SystemClock().Now();
  const User user{.name = name,
                  .role = "admin",
                  .password_hash = *std::move(hash),
                  .stamp = credentials::TokenHash(credentials::CreateToken()),
                  .one_time_password = true,
                  .created_at = now,
                  .password_set_at = now};
  auto kept = store.Write([&](StoreTransaction& transaction) -> Result<void> {
    auto removed = transaction.RemoveUser(name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
    return transaction.AddUser(user);
  });
  if (!kept) return kept.error();
  return password;
}

Result<std::string> KeepAccess(const StateFiles& state, const std::string& token, const std::string& admin) {
  auto store = SqliteStore::Open(state.store());
  if (!store) return store.error();
  auto kept = (*store)->Write([&](StoreTransaction& transaction) -> Result<void> {
    // Of an attempt that was cut short; nobody has it.
    auto removed = transaction.RemoveApiToken(kAdminToken);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
    return transaction.AddApiToken({.hash = credentials::TokenHash(token), .name = kAdminToken});
  });
  if (!kept) return kept.error();
  return admin.empty() ? std::string() : KeepAdmin(admin, **store);
}

Result<std::vector<NewFile>> MakeFiles(const StateFiles& state, const std::string& name, const std::string& token) {
  const auto authority = credentials::CreateAuthority("Vigie authority");
  if (!authority) return authority.error();
  const auto server = credentials::CreateServerCertificate(*authority, {name, "localhost", "127.0.0.1", "::1"});
  if (!server) return server.error();
  return std::vector<NewFile>{{state.authority_certificate(), authority->certificate_pem, kPublic},
                              {state.server_key(), server->key_pem, kSecret},
                              {state.server_certificate(), server->certificate_pem, kPublic},
                              {state.admin_token(), token + "\n", kSecret},
                              {state.authority_key(), authority->key_pem, kSecret}};
}

// ca.key may be kept elsewhere, off the machine: the certificate alone shows that agents trust this site.
Result<void> RefuseOldSite(const StateFiles& state, platform::FileSystem& files) {
  for (const std::string& file : {state.authority_key(), state.authority_certificate()}) {
    if (!files.StatusOf(file)) continue;
    return Error{ErrorCode::kAlreadyExists, "there is an authority already: " + file +
                                                " (all agents trust it; empty the directory only to begin anew)"};
  }
  return {};
}

}  // namespace

Result<std::string> Initialize(const InitializeOptions& options, platform::FileSystem& files) {
  const StateFiles state(options.state);
  if (auto good = CheckAdmin(options.admin); !good) return good.error().Wrap("--admin");
  if (auto fresh = RefuseOldSite(state, files); !fresh) return fresh.error();
  const std::string token = credentials::CreateToken();
  const auto made = MakeFiles(state, options.name, token);
  if (!made) return made.error();
  if (auto directory = files.MakeDirectories(state.directory(), kDirectory); !directory) return directory.error();
  auto password = KeepAccess(state, token, options.admin);
  if (!password) return password;
  if (!files.StatusOf(state.config())) {
    const std::string config = "# Written by vigie-collector init.\n" + contract::WriteYaml(ConfigFor(state));
    if (auto written = files.WriteFileDurably(state.config(), config, kPublic); !written) return written.error();
  }
  for (const NewFile& file : *made) {
    if (auto written = files.WriteFileDurably(file.path, file.content, file.mode); !written) return written.error();
  }
  return password;
}

}  // namespace vigie::server
