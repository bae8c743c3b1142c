#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/customers/instructions.h"
#include "core/customers/sip_hash.h"

namespace vigie::customers {

// Words of a text, as they are written there: as many of each. What lies behind a word is not looked at.
struct WrittenWords {
  std::span<const std::uint64_t> first;   // eight bytes of each
  std::span<const std::uint64_t> second;  // the next eight
  std::span<const std::uint64_t> sizes;   // in bytes, at least 1
};
inline constexpr std::size_t kShortWord = 16;  // words of that size and above get no hash that means anything

// As many, and a multiple of kWordLanes. What WordHashes leaves in `marks` of a word:
struct HashedWords {
  std::span<std::uint64_t> hashes;  // SipHash of the word in small letters, if it is ASCII
  std::span<std::uint64_t> marks;   // see IsForeign, HasDigit
};
inline constexpr std::size_t kWordLanes = 8;

// The word is not all ASCII.
constexpr bool IsForeign(std::uint64_t marks) {
  return (marks & 0x8080808080808080ULL) != 0;
}
// Of words of ASCII letters and digits only.
constexpr bool HasDigit(std::uint64_t marks) {
  return (marks & 0x4040404040404040ULL) != 0;
}

// Folds and hashes words eight at once, in the lanes of vectors. Room for a multiple of kWordLanes; thread-safe.
void HashWords(const SipKey& key, const WrittenWords& words, const HashedWords& hashed,
               Instructions instructions = Instructions::kBest);

// Two blocks each, without a size: what CellHasher::Pair says of names[i] and texts[i]. As many of all three, a
// multiple of kWordLanes.
struct NamesAndTexts {
  std::span<const std::uint64_t> names, texts;
};
void HashPairs(const SipKey& key, const NamesAndTexts& cells, std::span<std::uint64_t> hashes,
               Instructions instructions = Instructions::kBest);

}  // namespace vigie::customers
