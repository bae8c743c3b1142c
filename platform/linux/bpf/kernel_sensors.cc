#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/linux/bpf/bpf_network_guard.h"
#include "platform/linux/bpf/bpf_process_events.h"
#include "platform/linux/bpf/bpf_write_guard.h"
#include "platform/linux/bpf/kernel_programs.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/missing_write_guard.h"
#include "platform/linux/proc_connector.h"

namespace vigie::platform {

std::shared_ptr<KernelPrograms> LoadKernelPrograms() {
  return std::make_shared<KernelPrograms>(LoadPrograms());
}

std::unique_ptr<ProcessEvents> MakeProcessEvents(const std::shared_ptr<KernelPrograms>& programs) {
  const auto reason = BpfProcessEvents::WhyNot(*programs);
  if (!reason) return std::make_unique<BpfProcessEvents>(programs);
  return MakeProcConnector(reason->message);
}

std::unique_ptr<NetworkGuard> MakeNetworkGuard(const std::shared_ptr<KernelPrograms>& programs) {
  const auto reason = BpfNetworkGuard::WhyNot(*programs);
  if (!reason) return std::make_unique<BpfNetworkGuard>(programs);
  return MakeMissingNetworkGuard(*reason);
}

std::unique_ptr<WriteGuard> MakeWriteGuard(const std::shared_ptr<KernelPrograms>& programs) {
  if (const auto reason = BpfWriteGuard::WhyNot(*programs)) return MakeMissingWriteGuard(*reason);
  auto guard = LoadGuard(programs->watch());
  if (const auto reason = BpfWriteGuard::WhyNot(guard)) return MakeMissingWriteGuard(*reason);
  return std::make_unique<BpfWriteGuard>(programs, std::move(guard));
}

}  // namespace vigie::platform
