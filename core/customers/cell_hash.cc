#include "core/customers/cell_hash.h"

#include <sodium.h>

#include <bit>
#include <cstring>

namespace vigie::customers {
namespace {

static_assert(std::endian::native == std::endian::little, "the index is read in place: little-endian machines only");

void DeriveBytes(const IndexKey& key, const IndexId& index, std::string_view purpose, std::span<unsigned char> out) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size(), out.size());
  constexpr std::string_view kDomain = "vigie customer index 2";
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(kDomain.data()), kDomain.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(index.data()), index.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size());
  crypto_generichash_final(&state, out.data(), out.size());
}

SipKey DeriveKey(const IndexKey& key, const IndexId& index, std::string_view purpose) {
  std::array<unsigned char, sizeof(SipKey)> bytes{};
  DeriveBytes(key, index, purpose, bytes);
  SipKey derived{};
  std::memcpy(derived.data(), bytes.data(), bytes.size());
  return derived;
}

}  // namespace

CellHasher::CellHasher(const IndexKey& key, const IndexId& index) {
  for (const CellKind kind : {CellKind::kKey, CellKind::kEmail, CellKind::kPhone, CellKind::kIban}) {
    strong_[static_cast<std::size_t>(kind)] = DeriveKey(key, index, CellKindName(kind));
  }
  token_ = DeriveKey(key, index, "token");
  words_ = DeriveKey(key, index, "words");
  pair_ = DeriveKey(key, index, "pair");
  DeriveBytes(key, index, "seal", seal_);
}

std::uint64_t CellHasher::Strong(CellKind kind, std::string_view normalised) const {
  return SipHash(strong_[static_cast<std::size_t>(kind)], normalised);
}

std::uint64_t CellHasher::Pair(std::uint64_t name, std::uint64_t text) const {
  SipState<std::uint64_t> state(pair_);
  state.Absorb(name);
  state.Absorb(text);
  std::uint64_t hash = 0;
  state.Finish(hash);
  return hash;
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
