#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

#include "core/credentials/certificates.h"

namespace vigie::credentials {
namespace {

constexpr std::size_t kTokenBytes = 32;

// RFC 4648, section 5, without padding.
std::string UrlSafeBase64(const std::array<unsigned char, kTokenBytes>& bytes) {
  std::array<unsigned char, kTokenBytes * 2> text{};
  const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  std::string token(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size));
  for (char& c : token) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return token.substr(0, token.find('='));
}

}  // namespace

std::string CreateToken() {
  std::array<unsigned char, kTokenBytes> bytes{};
  // A machine without randomness must not hand out tokens; OpenSSL 3 seeds itself from the kernel, so this is no
  // ordinary failure.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  return UrlSafeBase64(bytes);
}

std::string TokenHash(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) std::abort();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex.push_back(kDigits[digest[i] >> 4]);
    hex.push_back(kDigits[digest[i] & 15]);
  }
  return hex;
}

}  // namespace vigie::credentials
