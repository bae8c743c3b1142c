#include "server/state_setup.h"

#include "platform/base/logging.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint64_t kMinFreeBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxKeyBytes = 1 << 20;

}  // namespace

Result<void> PrepareState(const StateFiles& state, platform::FileSystem& files) {
  if (auto made = files.MakeDirectories(state.directory(), 0755); !made) return made.error().Wrap("state");
  const auto free = files.FreeBytes(state.directory());
  if (!free) return free.error().Wrap("state");
  if (*free >= kMinFreeBytes) return {};
  return Error{ErrorCode::kResourceExhausted,
               "state " + state.directory() + ": less than 64 MiB are free on its disk: make room first"};
}

Result<std::optional<credentials::KeyAndCertificate>> LoadAuthority(const StateFiles& state,
                                                                    platform::FileSystem& files) {
  if (!files.StatusOf(state.authority_key())) {
    base::LogWarning("{} is missing: no agent can be enrolled here", state.authority_key());
    return std::optional<credentials::KeyAndCertificate>();
  }
  auto key = files.ReadFile(state.authority_key(), kMaxKeyBytes);
  if (!key) return key.error();
  auto certificate = files.ReadFile(state.authority_certificate(), kMaxKeyBytes);
  if (!certificate) return certificate.error();
  credentials::KeyAndCertificate authority{std::move(*key), std::move(*certificate)};
  if (auto good = credentials::CheckPair(authority); !good) return good.error().Wrap(state.authority_key());
  return std::optional(std::move(authority));
}

Result<std::string> OpenSecretKey(const std::string& path, platform::FileSystem& files) {
  auto key = files.ReadFile(path, kMaxKeyBytes);
  const std::string fresh = credentials::CreateToken();
  if (key && key->size() == fresh.size()) return key;
  if (key) return Error{ErrorCode::kDataLoss, path + " is no key: remove it, and what was approved by its ids ends"};
  if (key.error().code != ErrorCode::kNotFound) return key.error();
  if (auto written = files.WriteFileDurably(path, fresh, 0600); !written) return written.error();
  return fresh;
}

}  // namespace vigie::server
