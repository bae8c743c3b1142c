#include "agent/enroll/identity.h"

#include <algorithm>
#include <utility>

#include "core/credentials/certificates.h"

namespace vigie::agent::enroll {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMaxFileBytes = 65536;
constexpr std::uint32_t kPrivate = 0600;
constexpr std::uint32_t kPublic = 0644;

std::string WithoutSpaceAtEnd(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

Result<void> CheckTogether(const Identity& identity) {
  const auto certified = credentials::AgentIdOf(identity.certificate_pem);
  if (!certified) return certified.error().Wrap("agent.crt");
  if (*certified != identity.agent_id) {
    return Error{ErrorCode::kFailedPrecondition,
                 "agent.crt is for another agent than agent.id says: enrol again with --force"};
  }
  return {};
}

}  // namespace

Result<std::optional<Identity>> LoadIdentity(platform::FileSystem& files, const std::string& state_directory) {
  const auto id = files.ReadFile(state_directory + "/agent.id", kMaxFileBytes);
  if (!id && id.error().code == ErrorCode::kNotFound) return std::optional<Identity>();
  if (!id) return id.error();
  auto certificate = files.ReadFile(state_directory + "/agent.crt", kMaxFileBytes);
  if (!certificate) return certificate.error();
  auto key = files.ReadFile(state_directory + "/agent.key", kMaxFileBytes);
  if (!key) return key.error();
  Identity identity{WithoutSpaceAtEnd(*id), *std::move(certificate), *std::move(key)};
  if (const auto fits = CheckTogether(identity); !fits) return fits.error();
  return std::optional<Identity>(std::move(identity));
}

Result<void> StoreIdentity(platform::FileSystem& files, const std::string& state_directory, const Identity& identity) {
  if (auto made = files.MakeDirectories(state_directory, 0700); !made) return made;
  // An old identity must not be taken for the new one while both lie mixed.
  const auto removed = files.Remove(state_directory + "/agent.id");
  if (!removed && removed.error().code != ErrorCode::kNotFound) return removed.error();
  if (auto kept = files.WriteFileDurably(state_directory + "/agent.key", identity.key_pem, kPrivate); !kept)
    return kept;
  if (auto kept = files.WriteFileDurably(state_directory + "/agent.crt", identity.certificate_pem, kPublic); !kept)
    return kept;
  return files.WriteFileDurably(state_directory + "/agent.id", identity.agent_id + "\n", kPublic);
}

std::string AgentIdOfHost(const std::string& host) {
  constexpr std::size_t kMaxLength = 64;
  std::string id;
  for (const char character : host.substr(0, kMaxLength)) {
    const char lower = character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
    const bool fits = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-';
    id += fits ? lower : '-';
  }
  return id.empty() ? "host" : id;
}

}  // namespace vigie::agent::enroll
