#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/bpf/kernel_programs.h"
#include "platform/network_guard.h"

namespace vigie::platform {

// The network guard by programs on the root control group. Carriers, their children and the readers of their pipes are
// kept in the kernel: nothing waits for this process, and a carrier's child is one before it runs.
//
// Not seen: what goes over sockets of other families than IPv4 and IPv6 (unix, vsock, packet), over the network by the
// kernel itself for a carrier (a network file system), and through a process that is no carrier (a daemon, a shell that
// reads its child's output).
class BpfNetworkGuard final : public NetworkGuard {
 public:
  static std::optional<base::Error> WhyNot(const KernelPrograms& programs);

  explicit BpfNetworkGuard(std::shared_ptr<KernelPrograms> programs) : programs_(std::move(programs)) {}
  ~BpfNetworkGuard() override { Stop(); }

  base::Result<void> Start(NetworkHandler& handler) override { return programs_->stream().Listen(handler); }
  void Stop() override { programs_->stream().StopNetworkEvents(); }
  base::Result<void> Watch(ProcessId process, CarrierMode mode) override;
  void Release(ProcessId process) override { programs_->Release(process); }
  base::Result<void> WatchPipe(std::uint64_t pipe_inode, CarrierMode mode) override;
  base::Result<void> AllowDestinations(const std::vector<AddressRange>& ranges) override;
  SensorCounts counts() const override { return programs_->stream().network_counts(); }
  std::vector<std::string> degradations() const override;

 private:
  const std::shared_ptr<KernelPrograms> programs_;
};

}  // namespace vigie::platform
