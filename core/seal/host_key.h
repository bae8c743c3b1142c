#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::seal {

// The workstation's own key, with which the agent seals what it keeps on the disk: XChaCha20-Poly1305-IETF by libsodium
// (draft-irtf-cfrg-xchacha), a random nonce of 24 bytes for each text. It protects a disk or a copy of the state
// without the key file; who is root on the running host reads both. Thread-safe.
class HostKey {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kOverhead = 24 + 16;  // nonce and tag

  struct Loaded;

  // The key in this file, mode 0600; a new one, on the disk before this returns, if there is none. A file that is no
  // key is set aside as PATH.damaged and replaced: what it sealed is lost, but the agent starts. One that
  // others may read is made private, with a warning; one of another user than this process's or root
  // (kPermissionDenied) and what is no regular file (kFailedPrecondition) are refused.
  static base::Result<Loaded> LoadOrMake(const std::string& path);
  // For what ends with this process.
  static base::Result<HostKey> Make();

  HostKey(const HostKey&) = default;
  HostKey& operator=(const HostKey&) = default;
  ~HostKey();

  // `associated` is not stored: opening needs the same. Sealing one text twice gives two different results.
  std::string Seal(std::string_view text, std::string_view associated) const;
  // Nothing if it was sealed with another key, for something else, or was changed since.
  std::optional<std::string> Open(std::string_view sealed, std::string_view associated) const;

  // BLAKE2b by a key that is derived for `purpose`: the same for the same text, and nobody without the key can say what
  // that is for a text he has.
  using Digest = std::array<std::uint64_t, 4>;
  Digest DigestOf(std::string_view text, std::string_view purpose) const;

 private:
  HostKey() = default;
  std::array<unsigned char, kBytes> key_{};
};

struct HostKey::Loaded {
  HostKey key;
  bool made = false;  // now: there was none, or none that could be used
};

}  // namespace vigie::seal
