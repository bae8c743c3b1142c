#include "core/customers/key_candidates.h"

#include <algorithm>

namespace vigie::customers {

void KeyCandidates::Add(const Token& token, const std::function<void(std::string_view)>& take) {
  if (shape_.token_counts == 0) return;
  const bool joins = count_ > 0 && !token.after_line_break && token.begin - previous_end_ <= 1;
  if (!joins) {
    count_ = 0;
    joined_.clear();
  }
  if (count_ == begins_.size()) {
    const std::size_t dropped = begins_[1];
    joined_.erase(0, dropped);
    std::transform(begins_.begin() + 1, begins_.end(), begins_.begin(),
                   [&](std::size_t begin) { return begin - dropped; });
    --count_;
  }
  begins_[count_++] = joined_.size();
  joined_.append(token.folded);
  previous_end_ = token.end;
  for (std::size_t tokens = 1; tokens <= count_; ++tokens) {
    if ((shape_.token_counts >> tokens & 1) == 0) continue;
    const std::string_view candidate = std::string_view(joined_).substr(begins_[count_ - tokens]);
    if (candidate.size() < shape_.min_bytes || candidate.size() > shape_.max_bytes) continue;
    if (IsDistinctiveKey(candidate)) take(candidate);
  }
}

}  // namespace vigie::customers
