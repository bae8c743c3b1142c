#include "platform/linux/process_identity.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

namespace vigie::platform {

// Older C libraries that we build with have no wrapper.
static base::FileDescriptor OpenPidfd(std::int32_t pid) {
  return base::FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool PidfdHandle::Alive() const {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

ExemptProcesses::ExemptProcesses() : own_pid_(::getpid()) {
}

void ExemptProcesses::Add(std::int32_t pid) {
  auto pidfd = OpenPidfd(pid);
  if (!pidfd) return;
  auto others = others_.Lock();
  std::erase_if(*others, [](const auto& entry) { return !entry.second->Alive(); });
  (*others)[pid] = std::make_unique<PidfdHandle>(std::move(pidfd));
}

bool ExemptProcesses::Contains(std::int32_t pid) const {
  if (pid == own_pid_) return true;
  auto others = others_.Lock();
  const auto found = others->find(pid);
  return found != others->end() && found->second->Alive();
}

}  // namespace vigie::platform
