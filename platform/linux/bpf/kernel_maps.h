#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "platform/base/result.h"
#include "platform/linux/bpf/records.h"
#include "platform/network_guard.h"

struct vigie_watch;

namespace vigie::platform {

// What becomes of who reads from a pipe.
struct PipeWatch {
  std::optional<CarrierMode> mode{};  // none: its connections are not watched
  std::uint32_t places = 0;           // where it may not write: bits
};

// What the agent writes into and reads from the tables of the programs. Each call is one or a few system calls that do
// not block. Not thread-safe but for counts.
class KernelMaps {
 public:
  // `skeleton` must be loaded and outlive this.
  explicit KernelMaps(vigie_watch& skeleton) : skeleton_(skeleton) {}

  // The mode of the process's connections as the kernel has it.
  std::optional<CarrierMode> CarrierModeOf(ProcessId process) const;
  base::Result<void> SetCarrier(ProcessId process, CarrierMode mode);
  // Where it may not write, instead of what was said before.
  base::Result<void> SetPlaces(ProcessId process, std::uint32_t places);
  void RemoveCarrier(ProcessId process);

  base::Result<void> AddPipe(std::uint64_t inode, PipeWatch watch);
  bool HasPipes() const;
  // Those that the walk of this generation has not met.
  void RemovePipesBefore(std::uint32_t generation);

  // Instead of those that were there.
  base::Result<void> SetDestinations(const std::vector<AddressRange>& ranges);

  using Counts = std::array<std::uint64_t, VIGIE_COUNTS>;
  Counts counts() const;

 private:
  std::optional<vigie_carrier> CarrierOf(ProcessId process) const;
  base::Result<void> Put(ProcessId process, const vigie_carrier& carrier);

  vigie_watch& skeleton_;
  std::set<AddressRange> destinations_;
};

}  // namespace vigie::platform
