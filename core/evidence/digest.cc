#include "core/evidence/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

namespace vigie::evidence {
namespace {

// Fails only without memory: a digest that is wrong would be worse than none.
void Demand(bool done) {
  if (!done) std::abort();
}

// Looked up once: OpenSSL 3 asks its providers each time for EVP_sha256().
const EVP_MD* Sha256() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Demand(algorithm != nullptr);
  return algorithm;
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); })>;

// The context that this thread needed last: a new one costs a quarter of a short digest.
Context& Spare() {
  thread_local Context spare;
  return spare;
}

}  // namespace

std::string_view Bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<Digest> ToDigest(std::string_view bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) return std::nullopt;
  std::ranges::transform(bytes, digest.begin(), [](char byte) { return static_cast<unsigned char>(byte); });
  return digest;
}

std::string Hex(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

void Hasher::Free::operator()(evp_md_ctx_st* context) const {
  Spare().reset(context);
}

Hasher::Hasher(std::string_view domain) : context_(Spare().release()) {
  if (!context_) context_.reset(EVP_MD_CTX_new());
  Demand(context_ && EVP_DigestInit_ex2(context_.get(), Sha256(), nullptr) == 1);
  AddRest(domain).AddRest(std::string_view("", 1));
}
Hasher::~Hasher() = default;

Hasher& Hasher::Add(std::uint64_t number) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes.at(i) = static_cast<char>(number >> (8 * i) & 0xff);
  return AddRest({bytes.data(), bytes.size()});
}

Hasher& Hasher::AddText(std::string_view text) {
  return Add(std::uint64_t{text.size()}).AddRest(text);
}

Hasher& Hasher::AddRest(std::string_view bytes) {
  Demand(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Hasher& Hasher::Add(const Digest& digest) {
  return AddRest(Bytes(digest));
}

Digest Hasher::Finish() {
  Digest digest{};
  unsigned int size = 0;
  Demand(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1 && size == digest.size());
  return digest;
}

}  // namespace vigie::evidence
