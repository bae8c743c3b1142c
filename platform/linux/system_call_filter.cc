#include "platform/linux/system_call_filter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "platform/linux/seccomp_filter.h"
#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Result;
using Filter = SeccompFilter;

// A sanitizer runs in the process that it watches: it writes its report to standard error and starts a thread of its
// own.
constexpr bool kSanitized = VIGIE_SANITIZED;

// To compute, and to read descriptors that were given. None of these reaches a new object of the system.
constexpr std::array kAllowed = {
    // given descriptors
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(preadv2), SCMP_SYS(lseek),
    SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(fadvise64), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    // memory: the rest is in AllowMemory
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    // waiting and time
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(restart_syscall),
    // facts about this process and the size of the machine
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(getrusage), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrandom),
    // signals to itself, and the end
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

// What libraries try and can do without: the C library reads /etc/localtime for mktime and looks for character sets,
// parsers complain on standard error.
constexpr std::array kRefusedAccess = {SCMP_SYS(open),      SCMP_SYS(openat),     SCMP_SYS(openat2),   SCMP_SYS(access),
                                       SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),      SCMP_SYS(lstat),
                                       SCMP_SYS(statx),     SCMP_SYS(readlink),   SCMP_SYS(readlinkat)};
constexpr std::array kRefusedPermission = {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(prctl)};

constexpr std::array kForSanitizers = {SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(set_robust_list),
                                       SCMP_SYS(rseq),  SCMP_SYS(ptrace), SCMP_SYS(getppid),
                                       SCMP_SYS(wait4), SCMP_SYS(pipe),   SCMP_SYS(pipe2)};

// Never executable; writable only if private, so that a file behind a mapping stays as it is.
void AllowMemory(Filter& filter) {
  const std::array read_only = {Masked(2, PROT_EXEC | PROT_WRITE, 0)};
  const std::array private_memory = {Masked(2, PROT_EXEC, 0), Masked(3, MAP_TYPE, MAP_PRIVATE)};
  const std::array not_executable = {Masked(2, PROT_EXEC, 0)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), read_only);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), private_memory);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), not_executable);
}

void AllowSocket(Filter& filter, int number) {
  const std::array socket = {IsDescriptor(0, number)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), socket);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), socket);
}

void AllowDescriptorFlags(Filter& filter) {
  for (const int command : {F_GETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC}) {
    const std::array flags = {Equal(1, static_cast<std::uint64_t>(command))};
    filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), flags);
  }
  // fstat of the C library. With a path it would tell names and sizes of files, never content.
  const std::array of_descriptor = {Masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH)};
  const std::array of_path = {Masked(3, AT_EMPTY_PATH, 0)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), of_descriptor);
  filter.Add(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), of_path);
}

void AllowItself(Filter& filter) {
  const std::array own_process = {Equal(0, static_cast<std::uint64_t>(::getpid()))};  // abort()
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), own_process);
  const std::array reading_only = {Equal(2, 0)};  // getrlimit
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), reading_only);
}

void Refuse(Filter& filter) {
  for (const int call : kRefusedAccess) filter.Add(SCMP_ACT_ERRNO(EACCES), call);
  filter.Add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl));
  for (const int call : kRefusedPermission) filter.Add(kSanitized ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM), call);
}

}  // namespace

Result<void> RestrictSystemCalls(int second_socket) {
  Filter filter(SCMP_ACT_KILL_PROCESS);
  for (const int call : kAllowed) filter.Add(SCMP_ACT_ALLOW, call);
  AllowMemory(filter);
  AllowSocket(filter, kWorkerSocketNumber);
  if (second_socket >= 0) AllowSocket(filter, second_socket);
  AllowDescriptorFlags(filter);
  AllowItself(filter);
  Refuse(filter);
  if (kSanitized) {
    for (const int call : kForSanitizers) filter.Add(SCMP_ACT_ALLOW, call);
  }
  return filter.Load(!kSanitized);
}

}  // namespace vigie::platform
