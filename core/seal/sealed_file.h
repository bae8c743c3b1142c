#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// Whole files sealed with a passphrase, so that who has it opens them on any machine. The key comes out of the
// passphrase by Argon2id (RFC 9106) with a salt of the file's own; the content is sealed in chunks of 1 MiB by
// libsodium's crypto_secretstream (XChaCha20-Poly1305), which lets no chunk be changed, moved, left out or cut off.
// Layout: "VIGIESL1", passes (one byte), memory as a power of two of KiB (one byte), salt (16), the stream's header
// (24), chunks. Memory: two chunks, and while the key is made that of the cost.
namespace vigie::seal {

// What one guess costs who has the file but not the passphrase. It stands in the file; what is read there is bounded.
struct PassphraseCost {
  std::uint8_t passes = 3;      // 1 to 16
  std::uint8_t kib_power = 18;  // 3 to 20: 2^18 KiB are 256 MiB
};

// Seals the file `from` into the new file `to`, mode 0600, not yet on the disk. An error leaves no `to`;
// kDataLoss if other bytes are read than the size of `from` says.
base::Result<void> SealFile(const std::string& from, const std::string& to, std::string_view passphrase,
                            PassphraseCost cost = {});

// Opens it into the new file `to`, mode 0600. kDataLoss: another passphrase, or changed, cut off or lengthened; then,
// and with any other error, there is no `to`.
base::Result<void> OpenSealedFile(const std::string& from, const std::string& to, std::string_view passphrase);

// Whether it begins as a sealed file does; false for one that cannot be read.
bool IsSealedFile(const std::string& path);

// The content of a file that holds a passphrase, without the line end after it. kFailedPrecondition if others than its
// owner may read it or it is shorter than 12 bytes, kInvalidArgument if it is longer than 4096.
base::Result<std::string> ReadPassphrase(const std::string& path);

}  // namespace vigie::seal
