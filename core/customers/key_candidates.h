#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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

  explicit KeyCandidates(const KeyShape& shape) : shape_(shape) {}

  // The tokens of `text`, one after the other. What `take` gets is normalised and valid during the call.
  void Add(std::string_view text, const TextToken& token, const Take& take) {
    count_ = token.line == last_.line && token.begin - last_.end <= 1 ? count_ + 1 : 1;
    since_digit_ = token.has_digit ? 0 : since_digit_ + 1;
    last_ = token;
    recent_[next_++ % recent_.size()] = token;
    if (since_digit_ < kMaxKeyTokens) OfferRecent(text, take);  // a key has a digit
  }

 private:
  void OfferRecent(std::string_view text, const Take& take) const;
  void Offer(std::string_view text, std::size_t tokens, const Take& take) const;
  const TextToken& Recent(std::size_t before) const { return recent_[(next_ - 1 - before) % recent_.size()]; }

  KeyShape shape_;
  std::array<TextToken, 8> recent_{};
  TextToken last_;
  std::size_t next_ = 0;   // place in recent_, modulo its size
  std::size_t count_ = 0;  // of tokens in the row of joined ones
  std::size_t since_digit_ = kMaxKeyTokens;
};

}  // namespace vigie::customers
