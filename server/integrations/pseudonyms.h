#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::server::integrations {

// HMAC-SHA256, 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view text);
std::string Hex(std::string_view bytes);

// Names that say who is the same and not who it is: "user-" or "host-" and 64 bits of a keyed hash. Who has the key can
// test guesses. Thread-safe.
class Pseudonyms {
 public:
  // `key` has 32 bytes.
  explicit Pseudonyms(std::string key) : key_(std::move(key)) {}
  // Reads the key, or makes it (mode 0600). kDataLoss for a file that is no such key.
  static base::Result<Pseudonyms> Open(const std::string& path, platform::FileSystem& files);

  std::string OfUser(std::string_view user) const { return Of("user", user); }
  std::string OfHost(std::string_view host) const { return Of("host", host); }

 private:
  std::string Of(std::string_view kind, std::string_view name) const;
  std::string key_;
};

}  // namespace vigie::server::integrations
