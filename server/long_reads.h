#pragma once

#include <atomic>
#include <optional>

namespace vigie::server {

// So many long reads at a time, not more: they cost memory and a processor each. Thread-safe.
class LongReads {
 public:
  explicit LongReads(int most) : free_(most) {}

  // Held while one runs.
  class Place {
   public:
    explicit Place(std::atomic<int>& free) : free_(&free) {}
    Place(Place&& other) noexcept : free_(other.free_) { other.free_ = nullptr; }
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (free_ != nullptr) free_->fetch_add(1);
    }

   private:
    std::atomic<int>* free_;
  };

  // Nothing if all places are taken.
  std::optional<Place> Take() {
    if (free_.fetch_sub(1) > 0) return Place(free_);
    free_.fetch_add(1);
    return std::nullopt;
  }

 private:
  std::atomic<int> free_;
};

}  // namespace vigie::server
