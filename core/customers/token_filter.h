#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/customers/instructions.h"
#include "platform/base/result.h"

namespace vigie::customers {

// Whether a token may be part of any name or text: a Bloom filter whose four bits for a token lie in one 64-bit word
// (Putze, Sanders, Singler 2007), so a test is one load and the filter of a large directory stays in the second-level
// cache. In the memory of someone else; thread-safe.
class TokenFilter {
 public:
  TokenFilter() = default;  // knows nothing

  // kDataLoss if the section cannot be one.
  static base::Result<TokenFilter> Open(std::string_view section);

  bool MayHave(std::uint64_t token) const {
    const std::uint64_t bits = BitsOf(token);
    return (words_[WordOf(token, word_count_)] & bits) == bits;
  }
  // may_have[i] becomes 1 if the filter may have tokens[i], and stays what it was if not. As many.
  void AddAll(std::span<const std::uint64_t> tokens, std::span<std::uint8_t> may_have,
              Instructions instructions = Instructions::kBest) const;

 private:
  std::size_t AddInLanes(std::span<const std::uint64_t> tokens, std::span<std::uint8_t> may_have) const;
  friend std::string BuildTokenFilter(std::span<const std::uint64_t> tokens);

  static std::uint64_t BitsOf(std::uint64_t token) {
    return 1ULL << (token & 63) | 1ULL << (token >> 6 & 63) | 1ULL << (token >> 12 & 63) | 1ULL << (token >> 18 & 63);
  }
  static std::uint64_t WordOf(std::uint64_t token, std::uint64_t words) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(token) * words) >> 64);
  }

  static constexpr std::uint64_t kNothing[1] = {0};
  const std::uint64_t* words_ = kNothing;
  std::uint64_t word_count_ = 1;
};

// The section that TokenFilter::Open reads: twelve bits for each distinct token, of which one in about eighty foreign
// ones finds all four set. "" for no tokens.
std::string BuildTokenFilter(std::span<const std::uint64_t> tokens);

}  // namespace vigie::customers
