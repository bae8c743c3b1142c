#pragma once

#include <string>
#include <utility>

#include "platform/base/guarded.h"
#include "platform/host_info.h"

namespace vigie::platform {

// A host that a test describes. Thread-safe.
class FakeHostInfo final : public HostInfo {
 public:
  FakeHostInfo()
      : FakeHostInfo({.name = "workstation-1",
                      .machine_id = "machine-1",
                      .boot_id = "boot-1",
                      .booted_at = base::SystemTime(std::chrono::hours(24)),
                      .operating_system = "Debian GNU/Linux 12 (bookworm)",
                      .kernel = "Linux 6.1.0"}) {}
  explicit FakeHostInfo(HostDescription host) : host_(std::move(host)) {}

  base::Result<HostDescription> Describe() override { return *host_.Lock(); }

  double Pressure() const override { return *pressure_.Lock(); }
  void SetPressure(double share) { *pressure_.Lock() = share; }

  // As after a reboot.
  void SetBootId(std::string boot_id) { host_.Lock()->boot_id = std::move(boot_id); }

 private:
  base::Guarded<HostDescription> host_;
  base::Guarded<double> pressure_{0};
};

}  // namespace vigie::platform
