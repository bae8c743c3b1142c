#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace vigie::server::http {

// So many of something at a time, however many callers there are: connections, bytes of requests. Thread-safe; outlives
// what was taken of it.
class Budget {
 public:
  explicit Budget(std::size_t most) : most_(most) {}

  // Gives back when it goes.
  class Share {
   public:
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), amount_(other.amount_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (budget_ != nullptr) budget_->taken_ -= amount_;
    }

   private:
    friend class Budget;
    Share(Budget* budget, std::size_t amount) : budget_(budget), amount_(amount) {}
    Budget* budget_;
    std::size_t amount_;
  };

  // Nothing if there is not so much left.
  std::optional<Share> Take(std::size_t amount) {
    if (taken_.fetch_add(amount) + amount <= most_) return Share(this, amount);
    taken_ -= amount;
    return std::nullopt;
  }
  std::size_t taken() const { return taken_; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace vigie::server::http
