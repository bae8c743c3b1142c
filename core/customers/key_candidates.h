#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "core/customers/normalise.h"
#include "core/customers/text_tokens.h"

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
  using Take = std::function<void(std::string_view)>;

  explicit KeyCandidates(const KeyShape& shape);

  struct Batch {
    std::string_view text;
    std::span<const TextToken> tokens;       // the next ones
    std::span<const std::uint32_t> numbers;  // places of those with digits
  };
  // What `take` gets is normalised and valid during the call.
  void Add(const Batch& batch, const Take& take);
  // The most tokens of a key.
  std::size_t longest() const { return longest_; }

 private:
  void AddSingles(const Take& take) const;
  void OfferUntil(std::size_t end, const Take& take);
  void OfferEndingAt(std::size_t last, const Take& take) const;
  void Offer(std::size_t first, std::size_t last, const Take& take) const;
  void KeepLast();
  // Counted from the oldest that is kept of the tokens before.
  const TextToken& At(std::size_t place) const {
    return place < kept_count_ ? kept_[place] : batch_.tokens[place - kept_count_];
  }

  KeyShape shape_;
  std::size_t longest_ = 0;  // in tokens
  Batch batch_;
  std::size_t next_ = 0;                         // of the batch
  std::array<TextToken, kMaxKeyTokens> kept_{};  // the last ones of the tokens before
  std::size_t kept_count_ = 0;
  std::size_t since_digit_ = kMaxKeyTokens;
};

}  // namespace vigie::customers
