#include "core/customers/sip_lanes.h"

#include <cstring>
#include <utility>

namespace vigie::customers {
namespace {

typedef std::uint64_t EightWords __attribute__((vector_size(64)));  // NOLINT(modernize-use-using): clang wants it so
using EightBlocks = std::array<std::uint64_t, SipLanes::kLanes>;
static_assert(sizeof(EightWords) == sizeof(EightBlocks));

struct Messages {
  std::span<const EightBlocks> blocks;  // as many as the longest has
  std::size_t shortest = 0;             // in blocks
  const EightBlocks& counts;
};

[[gnu::always_inline]] inline void HashInLanes(const SipKey& key, const Messages& messages, EightBlocks& hashes) {
  EightWords counts;
  std::memcpy(&counts, &messages.counts, sizeof(counts));
  SipState<EightWords> state(key);
  for (std::size_t i = 0; i < messages.blocks.size(); ++i) {
    EightWords block;
    std::memcpy(&block, &messages.blocks[i], sizeof(block));
    if (i < messages.shortest) {
      state.Absorb(block);
      continue;
    }
    const SipState<EightWords> before = state;
    state.Absorb(block);
    const EightWords goes_on = counts > (EightWords{} + std::uint64_t{i});
    state.KeepWhere(goes_on, before);
  }
  EightWords hash;
  state.Finish(hash);
  std::memcpy(&hashes, &hash, sizeof(hash));
}

void HashPortably(const SipKey& key, const Messages& messages, EightBlocks& hashes) {
  HashInLanes(key, messages, hashes);
}

using HashFunction = void (*)(const SipKey&, const Messages&, EightBlocks&);

#if defined(__x86_64__)
[[gnu::target("avx2")]] void HashWithAvx2(const SipKey& key, const Messages& messages, EightBlocks& hashes) {
  HashInLanes(key, messages, hashes);
}

[[gnu::target("avx512f")]] void HashWithAvx512(const SipKey& key, const Messages& messages, EightBlocks& hashes) {
  HashInLanes(key, messages, hashes);
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
#endif

}  // namespace

std::span<const std::uint64_t> SipLanes::Finish() {
  static const HashFunction best = HashWith(Instructions::kBest);
  const HashFunction hash = instructions_ == Instructions::kBest ? best : HashWith(instructions_);
  // Lanes without a message hash what is left in them.
  if (size_ > 0) hash(key_, {{blocks_.data(), longest_}, shortest_, counts_}, hashes_);
  shortest_ = kMostBlocks;
  longest_ = 0;
  return {hashes_.data(), std::exchange(size_, 0)};
}

}  // namespace vigie::customers
