#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/customers/normalise.h"
#include "core/customers/token_scanner.h"

namespace vigie::customers {

struct KeyShape {
  std::uint16_t token_counts = 0;  // bit n: a key of n tokens exists
  std::size_t min_bytes = 0;
  std::size_t max_bytes = 0;
};

// Puts the tokens of a text together again where at most one character parts them (CUST-0001, a UUID) and offers what
// has the shape of a key. Not thread-safe.
class KeyCandidates {
 public:
  explicit KeyCandidates(const KeyShape& shape) : shape_(shape) {}

  void Add(const Token& token, const std::function<void(std::string_view)>& take);

 private:
  KeyShape shape_;
  std::string joined_;                               // of the last tokens
  std::array<std::size_t, kMaxKeyTokens> begins_{};  // of each of them in joined_
  std::size_t count_ = 0;
  std::size_t previous_end_ = 0;
};

}  // namespace vigie::customers
