#include "core/customers/cell_hash.h"

#include <sodium.h>

#include <bit>
#include <cstring>
#include <span>

namespace vigie::customers {
namespace {

static_assert(std::endian::native == std::endian::little, "the index is read in place: little-endian machines only");

void DeriveKey(const IndexKey& key, const IndexId& index, std::string_view purpose, std::span<unsigned char> out) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size(), out.size());
  constexpr std::string_view kDomain = "vigie customer index 1";
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(kDomain.data()), kDomain.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(index.data()), index.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size());
  crypto_generichash_final(&state, out.data(), out.size());
}

std::uint64_t ShortHash(const std::array<unsigned char, 16>& key, const void* data, std::size_t size) {
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), static_cast<const unsigned char*>(data), size, key.data());
  return hash;
}

}  // namespace

void TokenSum::Add(const TokenSum& other) {
  const std::uint64_t before = low;
  low += other.low;
  high += other.high + (low < before ? 1 : 0);
  tokens += other.tokens;
}

CellHasher::CellHasher(const IndexKey& key, const IndexId& index) {
  for (const CellKind kind : {CellKind::kKey, CellKind::kEmail, CellKind::kPhone, CellKind::kIban}) {
    DeriveKey(key, index, CellKindName(kind), strong_[static_cast<std::size_t>(kind)]);
  }
  DeriveKey(key, index, "token", token_);
  DeriveKey(key, index, "words", words_);
  DeriveKey(key, index, "pair", pair_);
  DeriveKey(key, index, "seal", seal_);
}

std::uint64_t CellHasher::Strong(CellKind kind, std::string_view normalised) const {
  return ShortHash(strong_[static_cast<std::size_t>(kind)], normalised.data(), normalised.size());
}

TokenSum CellHasher::OfToken(std::string_view folded) const {
  std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> hash{};
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(folded.data()), folded.size(),
                              token_.data());
  TokenSum sum;
  std::memcpy(&sum.low, hash.data(), 8);
  std::memcpy(&sum.high, hash.data() + 8, 8);
  sum.tokens = 1;
  return sum;
}

std::uint64_t CellHasher::Words(const TokenSum& sum) const {
  const std::uint64_t parts[3] = {sum.low, sum.high, sum.tokens};
  return ShortHash(words_, parts, sizeof(parts));
}

std::uint64_t CellHasher::Pair(std::uint64_t name, std::uint64_t text) const {
  const std::uint64_t parts[2] = {name, text};
  return ShortHash(pair_, parts, sizeof(parts));
}

std::array<std::byte, 32> CellHasher::Seal(std::string_view header) const {
  std::array<std::byte, 32> seal{};
  crypto_generichash(reinterpret_cast<unsigned char*>(seal.data()), seal.size(),
                     reinterpret_cast<const unsigned char*>(header.data()), header.size(), seal_.data(), seal_.size());
  return seal;
}

std::array<std::byte, 32> Checksum(std::string_view bytes) {
  std::array<std::byte, 32> sum{};
  crypto_generichash(reinterpret_cast<unsigned char*>(sum.data()), sum.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  return sum;
}

}  // namespace vigie::customers
