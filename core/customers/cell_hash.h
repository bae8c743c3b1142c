#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/customers/index_key.h"
#include "core/customers/normalise.h"
#include "core/customers/sip_hash.h"
#include "core/customers/sip_lanes.h"
#include "core/customers/word_hashes.h"

namespace vigie::customers {

using IndexId = std::array<std::byte, 16>;

// A set of tokens that forgets their order: the sum of their keyed hashes (mod 2^64).
struct TokenSum {
  std::uint64_t sum = 0;
  std::uint32_t tokens = 0;

  void Add(std::uint64_t token) {
    sum += token;
    ++tokens;
  }
};

// Turns cells into what an index stores: SipHash-2-4 (Aumasson, Bernstein 2012) under keys that BLAKE2b derives from
// the tenant's key and the id of the index, one for each purpose. Two builds of one directory have nothing in common.
// Immutable and thread-safe.
class CellHasher {
 public:
  CellHasher(const IndexKey& key, const IndexId& index);

  // A normalised key, e-mail, phone or IBAN.
  std::uint64_t Strong(CellKind kind, std::string_view normalised) const;
  // For many of one kind: the same hashes, eight at once.
  SipLanes LanesOf(CellKind kind) const { return SipLanes(strong_[static_cast<std::size_t>(kind)]); }
  // One folded token.
  std::uint64_t OfToken(std::string_view folded) const { return SipHash(token_, folded); }
  // The same of many words of ASCII, eight at once.
  void OfWords(const WrittenWords& words, const HashedWords& hashed,
               Instructions instructions = Instructions::kBest) const {
    HashWords(token_, words, hashed, instructions);
  }
  // A name or text from the sum of its tokens: what nobody without the key can know is mixed once more under the key.
  std::uint64_t Words(const TokenSum& sum) const {
    return Mix(Mix(sum.sum ^ words_[0]) + words_[1] * (2 * sum.tokens + 1ULL));
  }
  // A name together with a text, of one record.
  std::uint64_t Pair(std::uint64_t name, std::uint64_t text) const;
  // The same of many, eight at once.
  void Pairs(const NamesAndTexts& cells, std::span<std::uint64_t> hashes,
             Instructions instructions = Instructions::kBest) const {
    HashPairs(pair_, cells, hashes, instructions);
  }
  // Proves that header and key belong together (a MAC of the header).
  std::array<std::byte, 32> Seal(std::string_view header) const;

 private:
  // The finaliser of MurmurHash3, a bijection.
  static std::uint64_t Mix(std::uint64_t h) {
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
    return h ^ (h >> 33);
  }

  std::array<SipKey, 6> strong_{};  // by kind
  SipKey token_{};
  SipKey words_{};
  SipKey pair_{};
  std::array<unsigned char, 32> seal_{};
};

// BLAKE2b-256 without a key.
std::array<std::byte, 32> Checksum(std::string_view bytes);

}  // namespace vigie::customers
