#include "core/customers/key_candidates.h"

#include <algorithm>

namespace vigie::customers {
namespace {

using Key = std::array<char, kMaxKeyBytes>;

// False if there is no more room: then it is no key.
bool Append(std::string_view text, const TextToken& token, Key& key, std::size_t& size) {
  const std::string_view written = text.substr(token.begin, token.end - token.begin);
  if (token.is_foreign) {
    TokenScanner scanner(written);
    Token found;
    if (!scanner.Next(found) || size + found.folded.size() > key.size()) return false;
    std::copy(found.folded.begin(), found.folded.end(), key.begin() + static_cast<std::ptrdiff_t>(size));
    size += found.folded.size();
    return true;
  }
  if (size + written.size() > key.size()) return false;
  std::transform(written.begin(), written.end(), key.begin() + static_cast<std::ptrdiff_t>(size), LowerAscii);
  size += written.size();
  return true;
}

}  // namespace

void KeyCandidates::OfferRecent(std::string_view text, const Take& take) const {
  bool has_digit = false;
  std::size_t bytes = 0;
  for (std::size_t tokens = 1; tokens <= std::min(count_, kMaxKeyTokens); ++tokens) {
    const TextToken& first = Recent(tokens - 1);
    has_digit = has_digit || first.has_digit;
    bytes += first.end - first.begin;
    if (has_digit && (shape_.token_counts >> tokens & 1) != 0 && bytes >= shape_.min_bytes) Offer(text, tokens, take);
  }
}

void KeyCandidates::Offer(std::string_view text, std::size_t tokens, const Take& take) const {
  Key key;
  std::size_t size = 0;
  for (std::size_t i = tokens; i-- > 0;) {
    if (!Append(text, Recent(i), key, size)) return;
  }
  if (size < shape_.min_bytes || size > shape_.max_bytes) return;
  if (IsDistinctiveKey({key.data(), size})) take({key.data(), size});
}

}  // namespace vigie::customers
