#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/customers/index_key.h"
#include "core/customers/normalise.h"

namespace vigie::customers {

using IndexId = std::array<std::byte, 16>;

// A set of tokens that forgets their order: the sum of their keyed hashes (mod 2^128).
struct TokenSum {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint32_t tokens = 0;

  void Add(const TokenSum& other);
};

// Turns cells into what an index stores: SipHash-2-4 (Aumasson, Bernstein 2012) under keys that BLAKE2b derives from
// the tenant's key and the id of the index, one for each purpose. Two builds of one directory have nothing in common.
// Immutable and thread-safe.
class CellHasher {
 public:
  CellHasher(const IndexKey& key, const IndexId& index);

  // A normalised key, e-mail, phone or IBAN.
  std::uint64_t Strong(CellKind kind, std::string_view normalised) const;
  // One folded token; `low` alone is its hash as a token.
  TokenSum OfToken(std::string_view folded) const;
  // A name or text from the sum of its tokens.
  std::uint64_t Words(const TokenSum& sum) const;
  // A name together with a text, of one record.
  std::uint64_t Pair(std::uint64_t name, std::uint64_t text) const;
  // Proves that header and key belong together (a MAC of the header).
  std::array<std::byte, 32> Seal(std::string_view header) const;

 private:
  using Key = std::array<unsigned char, 16>;
  std::array<Key, 6> strong_{};  // by kind
  Key token_{};
  Key words_{};
  Key pair_{};
  std::array<unsigned char, 32> seal_{};
};

// BLAKE2b-256 without a key.
std::array<std::byte, 32> Checksum(std::string_view bytes);

}  // namespace vigie::customers
