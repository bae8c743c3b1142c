#include "core/content/scan_budget.h"

#include <algorithm>

namespace vigie::content {

v1::InspectionBudget DefaultBudget() {
  v1::InspectionBudget budget;
  budget.set_bytes(std::uint64_t{512} << 20);
  budget.set_depth(8);
  budget.set_entries(10'000);
  budget.set_milliseconds(10'000);
  return budget;
}

v1::InspectionBudget WithDefaults(v1::InspectionBudget budget) {
  const auto defaults = DefaultBudget();
  if (budget.bytes() == 0) budget.set_bytes(defaults.bytes());
  if (budget.depth() == 0) budget.set_depth(defaults.depth());
  if (budget.entries() == 0) budget.set_entries(defaults.entries());
  if (budget.milliseconds() == 0) budget.set_milliseconds(defaults.milliseconds());
  return budget;
}

ScanBudget::ScanBudget(const v1::InspectionBudget& limits, const base::Clock& clock, const base::MemoryGauge* memory)
    : clock_(clock),
      ends_at_(clock.SteadyNow() + std::chrono::milliseconds(limits.milliseconds())),
      bytes_left_(limits.bytes()),
      depth_left_(limits.depth()),
      entries_left_(limits.entries()),
      memory_(memory),
      private_bytes_at_start_(PrivateBytes()) {
}

std::uint64_t ScanBudget::TakeBytes(std::uint64_t wanted) {
  const auto granted = std::min(wanted, bytes_left_);
  bytes_left_ -= granted;
  if (granted < wanted) {
    RunOut(v1::REASON_TOO_LARGE);
    has_bytes_ = false;
  }
  return granted;
}

bool ScanBudget::TakeEntry() {
  if (entries_left_ == 0) return RunOut(v1::REASON_TOO_MANY_ENTRIES);
  --entries_left_;
  return true;
}

bool ScanBudget::Enter() {
  if (depth_left_ == 0) return RunOut(v1::REASON_TOO_DEEP);
  --depth_left_;
  return true;
}

bool ScanBudget::Keep(std::uint64_t bytes) {
  if (bytes > kMostKept - kept_) return RunOut(v1::REASON_TOO_LARGE);
  kept_ += bytes;
  return true;
}

std::uint64_t ScanBudget::PrivateBytes() const {
  if (memory_ == nullptr) return 0;
  const auto bytes = memory_->PrivateBytes();
  return bytes ? *bytes : 0;
}

std::chrono::nanoseconds ScanBudget::TimeLeft() const {
  return std::max(ends_at_ - clock_.SteadyNow(), base::SteadyTime::duration::zero());
}

bool ScanBudget::HasMemory() {
  if (!has_grown_) has_grown_ = PrivateBytes() > private_bytes_at_start_ + kMostGrowth;
  return has_grown_ ? RunOut(v1::REASON_TOO_LARGE) : true;
}

bool ScanBudget::HasTime() {
  if (has_grown_) return false;
  if (clock_.SteadyNow() >= ends_at_) return RunOut(v1::REASON_TIMED_OUT);
  return true;
}

bool ScanBudget::MayContinue() {
  // Too deep is no reason to stop, and neither is one part that cannot be kept: what lies beside is worth reading.
  return HasTime() && has_bytes_ && !HasRunOut(v1::REASON_TOO_MANY_ENTRIES);
}

bool ScanBudget::RunOut(v1::Reason reason) {
  if (!HasRunOut(reason)) exhausted_.push_back(reason);
  return false;
}

bool ScanBudget::HasRunOut(v1::Reason reason) const {
  return std::ranges::find(exhausted_, reason) != exhausted_.end();
}

}  // namespace vigie::content
