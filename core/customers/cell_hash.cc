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

// Four messages in the lanes of one vector. The processor's 256-bit instructions halve the time where there are any.
typedef std::uint64_t FourWords __attribute__((vector_size(32)));  // NOLINT(modernize-use-using): clang wants it so
constexpr std::size_t kLanes = 4;

[[gnu::always_inline]] inline void HashInLanes(const SipKey& key, const ShortMessages& messages,
                                               std::span<std::uint64_t> hashes) {
  for (std::size_t i = 0; i + kLanes <= hashes.size(); i += kLanes) {
    FourWords first;
    FourWords last;
    std::memcpy(&first, messages.first.data() + i, sizeof(first));
    std::memcpy(&last, messages.last.data() + i, sizeof(last));
    const SipState<FourWords> begun(key);
    SipState<FourWords> state = begun;
    state.Absorb(first);
    const FourWords is_long = (last >> 59) != 0;  // of 8 bytes or more
    state.KeepWhere(is_long, begun);
    state.Absorb(last);
    FourWords hash;
    state.Finish(hash);
    std::memcpy(hashes.data() + i, &hash, sizeof(hash));
  }
}

void HashPortably(const SipKey& key, const ShortMessages& messages, std::span<std::uint64_t> hashes) {
  HashInLanes(key, messages, hashes);
}

using HashFunction = void (*)(const SipKey&, const ShortMessages&, std::span<std::uint64_t>);

#if defined(__x86_64__)
[[gnu::target("avx2")]] void HashWithAvx2(const SipKey& key, const ShortMessages& messages,
                                          std::span<std::uint64_t> hashes) {
  HashInLanes(key, messages, hashes);
}

HashFunction BestHash() {
  return __builtin_cpu_supports("avx2") != 0 ? HashWithAvx2 : HashPortably;
}
#else
HashFunction BestHash() {
  return HashPortably;
}
#endif

// The finaliser of MurmurHash3, a bijection.
std::uint64_t Mix(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
  h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return h ^ (h >> 33);
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

void CellHasher::OfTokens(const ShortMessages& messages, std::span<std::uint64_t> hashes) const {
  static const HashFunction hash = BestHash();
  hash(token_, messages, hashes);
}

std::uint64_t CellHasher::Words(const TokenSum& sum) const {
  return Mix(Mix(sum.sum ^ words_[0]) + words_[1] * (2 * sum.tokens + 1ULL));
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
