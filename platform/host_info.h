#pragma once

#include <string>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::platform {

struct HostDescription {
  std::string name;              // host name
  std::string machine_id;        // stable over reboots; empty if the machine has none
  std::string boot_id;           // new at each boot
  base::SystemTime booted_at;    // by the clock of today: it moves when somebody sets that
  std::string operating_system;  // "Debian GNU/Linux 12 (bookworm)"
  std::string kernel;            // "Linux 6.1.0"
};

class HostInfo {
 public:
  virtual ~HostInfo() = default;
  virtual base::Result<HostDescription> Describe() = 0;
  // Share of the last ten seconds, 0 to 1, in which somebody waited for the disk or for memory (pressure stall
  // information, https://docs.kernel.org/accounting/psi.html). 0 where the system does not say. Cheap, does not block.
  virtual double Pressure() const = 0;
};

}  // namespace vigie::platform
