#include "server/integrations/pseudonyms.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace vigie::server::integrations {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kShownBytes = 8;

unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string HmacSha256(std::string_view key, std::string_view text) {
  std::string code(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), Bytes(code), &size);
  code.resize(size);
  return code;
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

Result<Pseudonyms> Pseudonyms::Open(const std::string& path, platform::FileSystem& files) {
  auto key = files.ReadFile(path, kKeyBytes);
  if (key && key->size() == kKeyBytes) return Pseudonyms(*std::move(key));
  if (key || key.error().code == ErrorCode::kResourceExhausted) {
    return Error{ErrorCode::kDataLoss, path + " is no key of pseudonyms: remove it, and users and hosts get new ones"};
  }
  if (key.error().code != ErrorCode::kNotFound) return key.error();
  std::string fresh(kKeyBytes, '\0');
  if (RAND_bytes(Bytes(fresh), static_cast<int>(fresh.size())) != 1)
    return Error{ErrorCode::kInternal, "no random bytes for the key of pseudonyms"};
  if (auto written = files.WriteFileDurably(path, fresh, 0600); !written) return written.error();
  return Pseudonyms(std::move(fresh));
}

std::string Pseudonyms::Of(std::string_view kind, std::string_view name) const {
  std::string text(kind);
  text += '\0';
  text += name;
  return std::string(kind) + "-" + Hex(HmacSha256(key_, text).substr(0, kShownBytes));
}

}  // namespace vigie::server::integrations
