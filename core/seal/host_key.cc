#include "core/seal/host_key.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <filesystem>

#include "platform/base/logging.h"
#include "platform/base/private_file.h"

namespace vigie::seal {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

static_assert(HostKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(HostKey::kOverhead ==
              crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES);
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Result<void> SetAside(const std::string& path) {
  std::error_code error;
  std::filesystem::rename(path, path + ".damaged", error);
  if (error) return base::ErrnoError(error.value(), "set " + path + " aside");
  base::LogError("{} is no key: set aside, and a new one made; what it sealed cannot be opened", path);
  return {};
}

}  // namespace

HostKey::~HostKey() {
  sodium_memzero(key_.data(), key_.size());
}

Result<HostKey> HostKey::Make() {
  if (sodium_init() < 0) return Error{ErrorCode::kInternal, "libsodium cannot be initialised"};
  HostKey made;
  randombytes_buf(made.key_.data(), made.key_.size());
  return made;
}

Result<HostKey::Loaded> HostKey::LoadOrMake(const std::string& path) {
  auto made = Make();
  if (!made) return made.error();
  const auto open_to_others = base::TightenPrivateFile(path);
  if (!open_to_others && open_to_others.error().code != ErrorCode::kNotFound)
    return open_to_others.error().Wrap("the host's key");
  if (open_to_others && *open_to_others)
    base::LogWarning("{} could be read by others, and is private now: whoever copied it opens a copied spool", path);
  auto kept = base::ReadPrivateFile(path, kBytes + 1);
  if (kept && kept->size() == kBytes) {
    std::ranges::copy(*kept, made->key_.begin());
    sodium_memzero(kept->data(), kept->size());
    return Loaded{*std::move(made), false};
  }
  if (!kept && kept.error().code != ErrorCode::kNotFound) return kept.error().Wrap("the host's key");
  if (kept) {
    if (auto aside = SetAside(path); !aside) return aside.error();
  }
  const std::string_view bytes(reinterpret_cast<const char*>(made->key_.data()), kBytes);
  if (auto written = base::WritePrivateFile(path, bytes); !written) return written.error().Wrap("the host's key");
  return Loaded{*std::move(made), true};
}

std::string HostKey::Seal(std::string_view text, std::string_view associated) const {
  std::string sealed(text.size() + kOverhead, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonceBytes, &size, Bytes(text), text.size(),
                                             Bytes(associated), associated.size(), nullptr, Bytes(sealed), key_.data());
  sealed.resize(kNonceBytes + size);
  return sealed;
}

std::optional<std::string> HostKey::Open(std::string_view sealed, std::string_view associated) const {
  if (sealed.size() < kOverhead) return std::nullopt;
  std::string text(sealed.size() - kOverhead, '\0');
  unsigned long long size = 0;
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      Bytes(text), &size, nullptr, Bytes(sealed) + kNonceBytes, sealed.size() - kNonceBytes, Bytes(associated),
      associated.size(), Bytes(sealed), key_.data());
  if (opened != 0) return std::nullopt;
  return text;
}

HostKey::Digest HostKey::DigestOf(std::string_view text, std::string_view purpose) const {
  std::array<unsigned char, kBytes> derived{};
  crypto_generichash(derived.data(), derived.size(), Bytes(purpose), purpose.size(), key_.data(), key_.size());
  std::array<unsigned char, sizeof(Digest)> digest{};
  crypto_generichash(digest.data(), digest.size(), Bytes(text), text.size(), derived.data(), derived.size());
  sodium_memzero(derived.data(), derived.size());
  return std::bit_cast<Digest>(digest);
}

}  // namespace vigie::seal
