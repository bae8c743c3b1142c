#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace vigie::threshold {

// A vector from whose front elements are taken. Those that are left are moved only when half of it is gone, so each is
// moved about once. Not thread-safe.
template <typename T>
class FrontTrimmed {
 public:
  bool empty() const { return begin_ == values_.size(); }
  std::size_t size() const { return values_.size() - begin_; }
  std::span<T> all() { return std::span(values_).subspan(begin_); }
  std::span<const T> all() const { return std::span(values_).subspan(begin_); }

  T& PushBack(T value) { return values_.emplace_back(std::move(value)); }
  void Append(std::span<const T> more) { values_.insert(values_.end(), more.begin(), more.end()); }
  // Before the element at `index`.
  T& Insert(std::size_t index, T value) {
    return *values_.insert(values_.begin() + static_cast<std::ptrdiff_t>(begin_ + index), std::move(value));
  }
  // No more than there are.
  void TakeFront(std::size_t count) {
    begin_ += count;
    if (begin_ < kFewGone || 2 * begin_ < values_.size()) return;
    values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    if (8 * values_.size() < values_.capacity() && values_.capacity() > kFewKept) values_.shrink_to_fit();
  }

 private:
  static constexpr std::size_t kFewGone = 8;
  static constexpr std::size_t kFewKept = 64;

  std::vector<T> values_;
  std::size_t begin_ = 0;  // those before it are gone
};

}  // namespace vigie::threshold
