#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/memory_gauge.h"
#include "vigie/v1/finding.pb.h"
#include "vigie/v1/inspector.pb.h"

namespace vigie::content {

// 512 MiB, 8 containers deep, 10,000 entries, 10 s.
v1::InspectionBudget DefaultBudget();
// Zero fields filled in from DefaultBudget().
v1::InspectionBudget WithDefaults(v1::InspectionBudget budget);

// What one inspection may spend. Running out of anything is remembered as the reason that the finding will name: a bomb
// ends as an answer. Not thread-safe.
class ScanBudget {
 public:
  // What an inspection may make the process grow by: dictionaries of decompressors, tables of contents. The largest
  // dictionary of common tools (64 MiB) fits.
  static constexpr std::uint64_t kMostGrowth = std::uint64_t{112} << 20;
  // What extractors may keep unpacked at one time, of all depths together.
  static constexpr std::uint64_t kMostKept = std::uint64_t{48} << 20;

  // Without a gauge the process's growth is not watched.
  ScanBudget(const v1::InspectionBudget& limits, const base::Clock& clock, const base::MemoryGauge* memory = nullptr);

  // How many of `wanted` bytes may be used: fewer than wanted = too_large.
  std::uint64_t TakeBytes(std::uint64_t wanted);
  // Bytes that TakeBytes would still grant.
  std::uint64_t bytes_left() const { return bytes_left_; }
  // Room to keep so many bytes; false = too_large, and no Return is due. Other parts may still go on.
  bool Keep(std::uint64_t bytes);
  void Return(std::uint64_t bytes) { kept_ -= bytes; }
  std::uint32_t entries_left() const { return entries_left_; }
  // One more part of a container; false = too_many_entries.
  bool TakeEntry();
  // Into a container and out of it; false = too_deep, and no Leave is due.
  bool Enter();
  void Leave() { ++depth_left_; }
  // False = timed_out, or too_large because the process grew too much.
  bool HasTime();
  // False = too_large: the process grew too much. Costs a system call.
  bool HasMemory();
  // False once bytes, entries or time are used up: stop whatever loop this is.
  bool MayContinue();

  // Until timed_out; zero after it.
  std::chrono::nanoseconds TimeLeft() const;

  // The reasons of everything that ran out so far.
  const std::vector<v1::Reason>& exhausted() const { return exhausted_; }

 private:
  bool RunOut(v1::Reason reason);  // always false
  bool HasRunOut(v1::Reason reason) const;
  std::uint64_t PrivateBytes() const;

  const base::Clock& clock_;
  base::SteadyTime ends_at_;
  std::uint64_t bytes_left_;
  std::uint32_t depth_left_;
  std::uint32_t entries_left_;
  std::vector<v1::Reason> exhausted_;
  const base::MemoryGauge* memory_;
  std::uint64_t private_bytes_at_start_;
  std::uint64_t kept_ = 0;
  bool has_grown_ = false;
  bool has_bytes_ = true;
};

}  // namespace vigie::content
