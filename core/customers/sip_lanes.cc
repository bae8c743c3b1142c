#include "core/customers/sip_lanes.h"

#include <cstring>
#include <utility>

namespace vigie::customers {
namespace {

typedef std::uint64_t FourWords __attribute__((vector_size(32)));  // NOLINT(modernize-use-using): clang wants it so
using FourBlocks = std::array<std::uint64_t, SipLanes::kLanes>;
static_assert(sizeof(FourWords) == sizeof(FourBlocks));

struct Messages {
  std::span<const FourBlocks> blocks;  // as many as the longest has
  std::size_t shortest = 0;            // in blocks
  const FourBlocks& counts;
};

[[gnu::always_inline]] inline void HashInLanes(const SipKey& key, const Messages& messages, FourBlocks& hashes) {
  FourWords counts;
  std::memcpy(&counts, &messages.counts, sizeof(counts));
  SipState<FourWords> state(key);
  for (std::size_t i = 0; i < messages.blocks.size(); ++i) {
    FourWords block;
    std::memcpy(&block, &messages.blocks[i], sizeof(block));
    if (i < messages.shortest) {
      state.Absorb(block);
      continue;
    }
    const SipState<FourWords> before = state;
    state.Absorb(block);
    const FourWords goes_on = counts > (FourWords{} + std::uint64_t{i});
    state.KeepWhere(goes_on, before);
  }
  FourWords hash;
  state.Finish(hash);
  std::memcpy(&hashes, &hash, sizeof(hash));
}

void HashPortably(const SipKey& key, const Messages& messages, FourBlocks& hashes) {
  HashInLanes(key, messages, hashes);
}

using HashFunction = void (*)(const SipKey&, const Messages&, FourBlocks&);

#if defined(__x86_64__)
[[gnu::target("avx2")]] void HashWithAvx2(const SipKey& key, const Messages& messages, FourBlocks& hashes) {
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

}  // namespace

std::span<const std::uint64_t> SipLanes::Finish() {
  static const HashFunction best = BestHash();
  const HashFunction hash = instructions_ == SipInstructions::kPortable ? HashPortably : best;
  // Lanes without a message hash what is left in them.
  if (size_ > 0) hash(key_, {{blocks_.data(), longest_}, shortest_, counts_}, hashes_);
  shortest_ = kMostBlocks;
  longest_ = 0;
  return {hashes_.data(), std::exchange(size_, 0)};
}

}  // namespace vigie::customers
