#include "core/customers/word_hashes.h"

#include <cstring>

namespace vigie::customers {
namespace {

typedef std::uint64_t EightWords __attribute__((vector_size(64)));  // NOLINT(modernize-use-using): clang wants it so
static_assert(sizeof(EightWords) == kWordLanes * sizeof(std::uint64_t));

constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;
constexpr std::uint64_t kForeign = 0x80 * kEveryByte;
constexpr std::uint64_t kLetter = 0x40 * kEveryByte;     // of the bytes of a run of ASCII, digits lack it
constexpr std::uint64_t kLowerCase = 0x20 * kEveryByte;  // digits have it anyway

[[gnu::always_inline]] inline void Load(EightWords& words, const std::uint64_t* from) {
  std::memcpy(&words, from, sizeof(words));
}

[[gnu::always_inline]] inline void HashEight(const SipKey& key, const WrittenWords& words, const HashedWords& hashed,
                                             std::size_t place) {
  EightWords first;
  EightWords second;
  EightWords size;
  Load(first, words.first.data() + place);
  Load(second, words.second.data() + place);
  Load(size, words.sizes.data() + place);
  const EightWords every = EightWords{} + ~std::uint64_t{0};
  const EightWords is_long = size > (EightWords{} + std::uint64_t{7});  // all ones where it is so
  const EightWords beyond = (std::uint64_t{16} - size) * 8 & 63;        // bits of `second`, if it has any
  const EightWords kept_first = (every >> ((std::uint64_t{8} - size) * 8 & 63)) | is_long;
  const EightWords kept_second = (every >> beyond) & (size > (EightWords{} + std::uint64_t{8}));
  const EightWords marks = ((first & kept_first) | (second & kept_second)) & kForeign;
  const EightWords digits = ((~first & kept_first) | (~second & kept_second)) & kLetter;
  const EightWords lower_first = (first | kLowerCase) & kept_first;
  const EightWords lower_second = (second | kLowerCase) & kept_second;
  const EightWords last = (lower_second & is_long) | (lower_first & ~is_long) | size << 56;
  const SipState<EightWords> begun(key);
  SipState<EightWords> state = begun;
  state.Absorb(lower_first);
  state.KeepWhere(is_long, begun);
  state.Absorb(last);
  EightWords hash;
  state.Finish(hash);
  const EightWords all_marks = marks | digits;
  std::memcpy(hashed.hashes.data() + place, &hash, sizeof(hash));
  std::memcpy(hashed.marks.data() + place, &all_marks, sizeof(all_marks));
}

[[gnu::always_inline]] inline void HashInLanes(const SipKey& key, const WrittenWords& words,
                                               const HashedWords& hashed) {
  for (std::size_t i = 0; i + kWordLanes <= hashed.hashes.size(); i += kWordLanes) HashEight(key, words, hashed, i);
}

[[gnu::always_inline]] inline void HashPairsInLanes(const SipKey& key, const NamesAndTexts& cells,
                                                    std::span<std::uint64_t> hashes) {
  for (std::size_t i = 0; i + kWordLanes <= hashes.size(); i += kWordLanes) {
    EightWords name;
    EightWords text;
    EightWords hash;
    Load(name, cells.names.data() + i);
    Load(text, cells.texts.data() + i);
    SipState<EightWords> state(key);
    state.Absorb(name);
    state.Absorb(text);
    state.Finish(hash);
    std::memcpy(hashes.data() + i, &hash, sizeof(hash));
  }
}

void HashPortably(const SipKey& key, const WrittenWords& words, const HashedWords& hashed) {
  HashInLanes(key, words, hashed);
}

void HashPairsPortably(const SipKey& key, const NamesAndTexts& cells, std::span<std::uint64_t> hashes) {
  HashPairsInLanes(key, cells, hashes);
}

using HashFunction = void (*)(const SipKey&, const WrittenWords&, const HashedWords&);
using PairFunction = void (*)(const SipKey&, const NamesAndTexts&, std::span<std::uint64_t>);

#if defined(__x86_64__)
[[gnu::target("avx2")]] void HashWithAvx2(const SipKey& key, const WrittenWords& words, const HashedWords& hashed) {
  HashInLanes(key, words, hashed);
}

[[gnu::target("avx512f")]] void HashWithAvx512(const SipKey& key, const WrittenWords& words,
                                               const HashedWords& hashed) {
  HashInLanes(key, words, hashed);
}

[[gnu::target("avx2")]] void HashPairsWithAvx2(const SipKey& key, const NamesAndTexts& cells,
                                               std::span<std::uint64_t> hashes) {
  HashPairsInLanes(key, cells, hashes);
}

[[gnu::target("avx512f")]] void HashPairsWithAvx512(const SipKey& key, const NamesAndTexts& cells,
                                                    std::span<std::uint64_t> hashes) {
  HashPairsInLanes(key, cells, hashes);
}

PairFunction HashPairsWith(Instructions most) {
  if (most >= Instructions::kAvx512 && __builtin_cpu_supports("avx512f") != 0) return HashPairsWithAvx512;
  if (most >= Instructions::kAvx2 && __builtin_cpu_supports("avx2") != 0) return HashPairsWithAvx2;
  return HashPairsPortably;
}

HashFunction HashWith(Instructions most) {
  if (most >= Instructions::kAvx512 && __builtin_cpu_supports("avx512f") != 0) return HashWithAvx512;
  if (most >= Instructions::kAvx2 && __builtin_cpu_supports("avx2") != 0) return HashWithAvx2;
  return HashPortably;
}
#else
HashFunction HashWith(Instructions) {
  return HashPortably;
}
PairFunction HashPairsWith(Instructions) {
  return HashPairsPortably;
}
#endif

}  // namespace

void HashWords(const SipKey& key, const WrittenWords& words, const HashedWords& hashed, Instructions instructions) {
  static const HashFunction best = HashWith(Instructions::kBest);
  const HashFunction hash = instructions == Instructions::kBest ? best : HashWith(instructions);
  hash(key, words, hashed);
}

void HashPairs(const SipKey& key, const NamesAndTexts& cells, std::span<std::uint64_t> hashes,
               Instructions instructions) {
  static const PairFunction best = HashPairsWith(Instructions::kBest);
  const PairFunction hash = instructions == Instructions::kBest ? best : HashPairsWith(instructions);
  hash(key, cells, hashes);
}

}  // namespace vigie::customers
