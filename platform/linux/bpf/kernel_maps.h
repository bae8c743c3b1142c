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

// What the agent writes into and reads from the tables of the programs. Each call is one or a few system calls that do
// not block. Not thread-safe but for counts.
class KernelMaps {
 public:
  // `skeleton` must be loaded and outlive this.
  explicit KernelMaps(vigie_watch& skeleton) : skeleton_(skeleton) {}

  // The mode of the process as the kernel has it.
  std::optional<CarrierMode> CarrierModeOf(ProcessId process) const;
  base::Result<void> SetCarrier(ProcessId process, CarrierMode mode);
  void RemoveCarrier(ProcessId process);

  base::Result<void> AddPipe(std::uint64_t inode, CarrierMode mode);
  bool HasPipes() const;
  // Those that the walk of this generation has not met.
  void RemovePipesBefore(std::uint32_t generation);

  // Instead of those that were there.
  base::Result<void> SetDestinations(const std::vector<AddressRange>& ranges);

  using Counts = std::array<std::uint64_t, VIGIE_COUNTS>;
  Counts counts() const;

 private:
  vigie_watch& skeleton_;
  std::set<AddressRange> destinations_;
};

}  // namespace vigie::platform
