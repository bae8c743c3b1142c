#include "core/customers/key_candidates.h"

#include <algorithm>
#include <bit>
#include <cstring>

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
  std::size_t done = 0;
  for (std::uint64_t word = 0; written.size() - done >= sizeof(word); done += sizeof(word)) {
    std::memcpy(&word, written.data() + done, sizeof(word));
    word = LowerAsciiWord(word);
    std::memcpy(key.data() + size + done, &word, sizeof(word));
  }
  for (; done < written.size(); ++done) key[size + done] = LowerAscii(written[done]);
  size += written.size();
  return true;
}

}  // namespace

KeyCandidates::KeyCandidates(const KeyShape& shape)
    : shape_(shape),
      longest_(std::min<std::size_t>(std::bit_width(std::size_t{shape.token_counts} >> 1), kMaxKeyTokens)) {
}

void KeyCandidates::Add(const Batch& batch, const Take& take) {
  batch_ = batch;
  if (longest_ == 1) return AddSingles(take);
  next_ = 0;
  for (const std::uint32_t number : batch.numbers) {
    OfferUntil(number, take);
    since_digit_ = 0;
    OfferUntil(number + 1, take);
  }
  OfferUntil(batch.tokens.size(), take);
  KeepLast();
}

// As OfferEndingAt does where no key has a second token: nothing before matters.
void KeyCandidates::AddSingles(const Take& take) const {
  for (const std::uint32_t number : batch_.numbers) {
    const TextToken& token = batch_.tokens[number];
    const std::size_t bytes = token.end - token.begin;
    if (bytes >= shape_.min_bytes && (bytes <= shape_.max_bytes || token.is_foreign)) Offer(number, number, take);
  }
}

// A key has a digit: what is too far behind the last one is left out.
void KeyCandidates::OfferUntil(std::size_t end, const Take& take) {
  for (; next_ < end && since_digit_ < longest_; ++next_, ++since_digit_) OfferEndingAt(kept_count_ + next_, take);
  next_ = end;
}

void KeyCandidates::KeepLast() {
  std::array<TextToken, kMaxKeyTokens> last{};
  const std::size_t all = kept_count_ + batch_.tokens.size();
  const std::size_t count = std::min(all, last.size());
  for (std::size_t i = 0; i < count; ++i) last[i] = At(all - count + i);
  kept_ = last;
  kept_count_ = count;
}

void KeyCandidates::OfferEndingAt(std::size_t last, const Take& take) const {
  bool has_digit = false;
  bool is_foreign = false;
  std::size_t bytes = 0;
  for (std::size_t count = 1; count <= std::min(last + 1, longest_); ++count) {
    const TextToken& first = At(last + 1 - count);
    if (count > 1) {
      const TextToken& next = At(last + 2 - count);
      if (next.line != first.line || next.begin - first.end > 1) return;
    }
    has_digit = has_digit || first.has_digit;
    is_foreign = is_foreign || first.is_foreign;
    bytes += first.end - first.begin;
    if (bytes > shape_.max_bytes && !is_foreign) return;  // folding changes the length of foreign letters only
    const bool has_shape = (shape_.token_counts >> count & 1) != 0 && bytes >= shape_.min_bytes;
    if (has_digit && has_shape) Offer(last + 1 - count, last, take);
  }
}

void KeyCandidates::Offer(std::size_t first, std::size_t last, const Take& take) const {
  Key key;
  std::size_t size = 0;
  for (std::size_t i = first; i <= last; ++i) {
    if (!Append(batch_.text, At(i), key, size)) return;
  }
  if (size < shape_.min_bytes || size > shape_.max_bytes) return;
  if (IsDistinctiveKey({key.data(), size})) take({key.data(), size});
}

}  // namespace vigie::customers
