#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/customers/instructions.h"
#include "core/customers/sip_hash.h"

namespace vigie::customers {

// Messages under one key that wait until they can be hashed eight at once: in the lanes of one vector (of two or
// four without AVX-512), which cost little more than one message alone. Not thread-safe.
class SipLanes {
 public:
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kLongest = 63;  // bytes of a message

  SipLanes() = default;
  explicit SipLanes(const SipKey& key, Instructions instructions = Instructions::kBest)
      : key_(key), instructions_(instructions) {}

  // False: the message is longer than kLongest, or there are kLanes already; it was not added.
  [[nodiscard]] bool Add(std::string_view message);
  bool full() const { return size_ == kLanes; }
  std::size_t size() const { return size_; }
  // SipHash of each message in the order in which they came; afterwards none waits. Valid until the next Finish.
  std::span<const std::uint64_t> Finish();

 private:
  static constexpr std::size_t kMostBlocks = kLongest / 8 + 1;

  SipKey key_{};
  Instructions instructions_ = Instructions::kBest;
  std::size_t size_ = 0;
  std::size_t shortest_ = kMostBlocks;  // of the messages, in blocks
  std::size_t longest_ = 0;
  std::array<std::uint64_t, kLanes> counts_{};  // blocks of each
  std::array<std::array<std::uint64_t, kLanes>, kMostBlocks> blocks_{};
  std::array<std::uint64_t, kLanes> hashes_{};
};

inline bool SipLanes::Add(std::string_view message) {
  if (message.size() > kLongest || full()) [[unlikely]]
    return false;
  std::size_t block = 0;
  for (; 8 * block + 8 <= message.size(); ++block) {
    __builtin_memcpy(&blocks_[block][size_], message.data() + 8 * block, 8);
  }
  const std::size_t left = message.size() - 8 * block;
  blocks_[block][size_] = LastSipBlock(SipTail(message, left), left, message.size());
  ++block;
  counts_[size_++] = block;
  shortest_ = block < shortest_ ? block : shortest_;
  longest_ = block > longest_ ? block : longest_;
  return true;
}

}  // namespace vigie::customers
