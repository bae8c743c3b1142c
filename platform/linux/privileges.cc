#include "platform/linux/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned kNobody = 65534;  // also nogroup; a look-up by name would load plug-ins of the C library

// Our own parent may have died while the signal was off.
Result<void> RestoreParentDeathSignal(int signal_number, pid_t parent) {
  if (signal_number == 0) return {};
  if (::prctl(PR_SET_PDEATHSIG, signal_number) != 0) return ErrnoError(errno, "ask to die with the parent");
  if (::getppid() != parent) return Error{ErrorCode::kCancelled, "the parent process has ended"};
  return {};
}

// The kernel forgets the parent-death signal when user or group change (prctl(2)).
Result<void> BecomeNobody() {
  if (::geteuid() != 0) return {};
  int death_signal = 0;
  const pid_t parent = ::getppid();
  ::prctl(PR_GET_PDEATHSIG, &death_signal);
  if (::setgroups(0, nullptr) != 0) return ErrnoError(errno, "leave all groups (needs CAP_SETGID)");
  if (::setresgid(kNobody, kNobody, kNobody) != 0) return ErrnoError(errno, "become group nogroup (needs CAP_SETGID)");
  if (::setresuid(kNobody, kNobody, kNobody) != 0) return ErrnoError(errno, "become user nobody (needs CAP_SETUID)");
  return RestoreParentDeathSignal(death_signal, parent);
}

// EPERM: we have no CAP_SETPCAP; then no_new_privs alone keeps capabilities from coming back.
void EmptyBoundingSet() {
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

Result<void> DropCapabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return ErrnoError(errno, "drop all capabilities");
  return {};
}

Result<void> CheckThatNobodyIsLeft() {
  uid_t real = 0;
  uid_t effective = 0;
  uid_t saved = 0;
  if (::getresuid(&real, &effective, &saved) != 0) return ErrnoError(errno, "ask for the user");
  if (real != 0 && effective != 0 && saved != 0) return {};
  return Error{ErrorCode::kInternal, "the process is still root"};
}

}  // namespace

Result<void> DropPrivileges() {
  EmptyBoundingSet();
  if (auto nobody = BecomeNobody(); !nobody) return nobody;
  if (auto dropped = DropCapabilities(); !dropped) return dropped;
  if (auto checked = CheckThatNobodyIsLeft(); !checked) return checked;
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return ErrnoError(errno, "forbid memory dumps");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return ErrnoError(errno, "forbid new privileges");
  return {};
}

}  // namespace vigie::platform
