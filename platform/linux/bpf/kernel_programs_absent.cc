#include "platform/linux/linux_platform.h"
#include "platform/linux/missing_write_guard.h"
#include "platform/linux/proc_connector.h"

namespace vigie::platform {
namespace {

constexpr const char* kReason = "this build has no BPF programs";

}  // namespace

class KernelPrograms {};

std::shared_ptr<KernelPrograms> LoadKernelPrograms() {
  return std::make_shared<KernelPrograms>();
}

std::unique_ptr<ProcessEvents> MakeProcessEvents(const std::shared_ptr<KernelPrograms>&) {
  return MakeProcConnector(kReason);
}

std::unique_ptr<NetworkGuard> MakeNetworkGuard(const std::shared_ptr<KernelPrograms>&) {
  return MakeMissingNetworkGuard({base::ErrorCode::kUnsupported, kReason});
}

std::unique_ptr<WriteGuard> MakeWriteGuard(const std::shared_ptr<KernelPrograms>&) {
  return MakeMissingWriteGuard({base::ErrorCode::kUnsupported, kReason});
}

}  // namespace vigie::platform
