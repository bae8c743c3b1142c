#include "platform/linux/system_call_filter.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

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

// Rules for one call; the first failure is kept.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {}

  void Add(std::uint32_t action, int call, std::span<const scmp_arg_cmp> conditions = {}) {
    if (failure_ != 0) return;
    failure_ = context_ == nullptr
                   ? -ENOMEM
                   : seccomp_rule_add_array(context_.get(), action, call, static_cast<unsigned>(conditions.size()),
                                            conditions.data());
    // An architecture may lack a call of the table (open on arm64): nothing to allow then.
    if (failure_ == -EDOM) failure_ = 0;
  }

  Result<void> Load() {
    if (failure_ == 0) failure_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, kSanitized ? 0 : 1);
    if (failure_ == 0) failure_ = seccomp_load(context_.get());
    if (failure_ == 0) return {};
    if (failure_ == -EINVAL || failure_ == -EOPNOTSUPP) {
      return Error{ErrorCode::kUnsupported, "this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)"};
    }
    return base::ErrnoError(-failure_, "restrict the system calls");
  }

 private:
  struct Release {
    void operator()(void* context) const { seccomp_release(context); }
  };
  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release> context_;
  int failure_ = 0;
};

scmp_arg_cmp Masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp Equal(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

// Descriptors are 32 bits wide; what stands in the upper half of their register means nothing.
scmp_arg_cmp IsDescriptor(unsigned argument, int number) {
  return Masked(argument, 0xffffffff, static_cast<std::uint64_t>(number));
}

// Never executable; writable only if private, so that a file behind a mapping stays as it is.
void AllowMemory(Filter& filter) {
  const std::array read_only = {Masked(2, PROT_EXEC | PROT_WRITE, 0)};
  const std::array private_memory = {Masked(2, PROT_EXEC, 0), Masked(3, MAP_TYPE, MAP_PRIVATE)};
  const std::array not_executable = {Masked(2, PROT_EXEC, 0)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), read_only);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), private_memory);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), not_executable);
}

void AllowWorkerSocket(Filter& filter) {
  const std::array socket = {IsDescriptor(0, kWorkerSocketNumber)};
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

Result<void> RestrictSystemCalls() {
  Filter filter;
  for (const int call : kAllowed) filter.Add(SCMP_ACT_ALLOW, call);
  AllowMemory(filter);
  AllowWorkerSocket(filter);
  AllowDescriptorFlags(filter);
  AllowItself(filter);
  Refuse(filter);
  if (kSanitized) {
    for (const int call : kForSanitizers) filter.Add(SCMP_ACT_ALLOW, call);
  }
  return filter.Load();
}

}  // namespace vigie::platform
