#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vigie::customers {

using SipKey = std::array<std::uint64_t, 2>;

// SipHash-2-4 (Aumasson, Bernstein 2012; little-endian), written out because a call into libsodium for each word of a
// text costs more than the hash. `Word` is std::uint64_t, or a vector of them: then each lane is a message of its own.
// Words are passed by reference, since how vectors are passed by value depends on the processor compiled for. Constants
// are of the lanes' own type: clang adds no other to a vector.
template <typename Word>
class SipState {
 public:
  explicit SipState(const SipKey& key) {
    v0_ += key[0] ^ std::uint64_t{0x736F6D6570736575};
    v1_ += key[1] ^ std::uint64_t{0x646F72616E646F6D};
    v2_ += key[0] ^ std::uint64_t{0x6C7967656E657261};
    v3_ += key[1] ^ std::uint64_t{0x7465646279746573};
  }

  [[gnu::always_inline]] void Absorb(const Word& block) {
    v3_ ^= block;
    Round();
    Round();
    v0_ ^= block;
  }

  // For vectors: lanes of `mask` are all ones, which keeps them, or zero, which goes back to `other`.
  [[gnu::always_inline]] void KeepWhere(const Word& mask, const SipState& other) {
    v0_ = (v0_ & mask) | (other.v0_ & ~mask);
    v1_ = (v1_ & mask) | (other.v1_ & ~mask);
    v2_ = (v2_ & mask) | (other.v2_ & ~mask);
    v3_ = (v3_ & mask) | (other.v3_ & ~mask);
  }

  [[gnu::always_inline]] void Finish(Word& hash) {
    v2_ ^= Word{} + std::uint64_t{0xFF};
    for (int i = 0; i < 4; ++i) Round();
    hash = v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  [[gnu::always_inline]] static void Rotate(Word& word, int bits) { word = (word << bits) | (word >> (64 - bits)); }

  [[gnu::always_inline]] void Round() {
    v0_ += v1_;
    v2_ += v3_;
    Rotate(v1_, 13);
    Rotate(v3_, 16);
    v1_ ^= v0_;
    v3_ ^= v2_;
    Rotate(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    Rotate(v1_, 17);
    Rotate(v3_, 21);
    v1_ ^= v2_;
    v3_ ^= v0_;
    Rotate(v2_, 32);
  }

  Word v0_{}, v1_{}, v2_{}, v3_{};
};

// Of the first `size` (< 8) bytes, with the length of the whole message above them: how every message ends.
inline std::uint64_t LastSipBlock(std::uint64_t bytes, std::size_t size, std::size_t message_bytes) {
  const std::uint64_t kept = bytes & ((std::uint64_t{1} << (8 * size)) - 1);
  return kept | std::uint64_t{message_bytes & 0xFF} << 56;
}

// The last `left` (< 8) bytes of a message, in the low ones of a word. A copy of a size that the compiler does not know
// would be a call.
inline std::uint64_t SipTail(std::string_view message, std::size_t left) {
  std::uint64_t block = 0;
  if (message.size() >= 8) {
    std::memcpy(&block, message.data() + message.size() - 8, 8);
    return block >> 8 * (7 - left) >> 8;
  }
  for (std::size_t i = left; i-- > 0;) block = block << 8 | static_cast<unsigned char>(message[i]);
  return block;
}

inline std::uint64_t SipHash(const SipKey& key, std::string_view message) {
  SipState<std::uint64_t> state(key);
  std::size_t position = 0;
  for (; position + 8 <= message.size(); position += 8) {
    std::uint64_t block = 0;
    std::memcpy(&block, message.data() + position, 8);
    state.Absorb(block);
  }
  const std::size_t left = message.size() - position;
  state.Absorb(LastSipBlock(SipTail(message, left), left, message.size()));
  std::uint64_t hash = 0;
  state.Finish(hash);
  return hash;
}

}  // namespace vigie::customers
