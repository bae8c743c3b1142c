#include "platform/linux/converter_sandbox.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "platform/converter.h"
#include "platform/linux/file_system_ban.h"
#include "platform/linux/privileges.h"
#include "platform/linux/seccomp_filter.h"
#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Result;

constexpr bool kSanitized = VIGIE_SANITIZED;
constexpr rlim_t kToolMemory = rlim_t{512} << 20;
constexpr rlim_t kToolDescriptors = 32;

// The tools and what executes them; their libraries, character tables and time zones.
constexpr std::array kGrants = {FileSystemGrant{"/usr/bin/pdftotext", true},
                                FileSystemGrant{"/usr/bin/catdoc", true},
                                FileSystemGrant{"/usr/bin/xls2csv", true},
                                FileSystemGrant{"/usr/bin/catppt", true},
                                FileSystemGrant{"/usr/bin/pdftoppm", true},
                                FileSystemGrant{"/usr/bin/tesseract", true},
                                FileSystemGrant{"/lib64/ld-linux-x86-64.so.2", true},
                                FileSystemGrant{"/lib/ld-linux-aarch64.so.1", true},
                                FileSystemGrant{"/usr", false},
                                FileSystemGrant{"/lib", false},
                                FileSystemGrant{"/lib64", false},
                                FileSystemGrant{"/etc/ld.so.cache", false},
                                FileSystemGrant{"/etc/ld.so.preload", false},
                                FileSystemGrant{"/etc/fonts", false},
                                FileSystemGrant{"/etc/localtime", false},
                                FileSystemGrant{"/etc/catdocrc", false}};

// What programs that read a document and print text need.
constexpr std::array kForTools = {SCMP_SYS(read),
                                  SCMP_SYS(readv),
                                  SCMP_SYS(pread64),
                                  SCMP_SYS(lseek),
                                  SCMP_SYS(fstat),
                                  SCMP_SYS(fadvise64),
                                  SCMP_SYS(close),
                                  SCMP_SYS(dup),
                                  SCMP_SYS(fcntl),
                                  SCMP_SYS(open),
                                  SCMP_SYS(openat),
                                  SCMP_SYS(newfstatat),
                                  SCMP_SYS(stat),
                                  SCMP_SYS(lstat),
                                  SCMP_SYS(statx),
                                  SCMP_SYS(access),
                                  SCMP_SYS(faccessat),
                                  SCMP_SYS(faccessat2),
                                  SCMP_SYS(readlink),
                                  SCMP_SYS(readlinkat),
                                  SCMP_SYS(getdents64),
                                  SCMP_SYS(getcwd),
                                  SCMP_SYS(fstatfs),
                                  SCMP_SYS(statfs),
                                  SCMP_SYS(brk),
                                  SCMP_SYS(munmap),
                                  SCMP_SYS(mremap),
                                  SCMP_SYS(madvise),
                                  SCMP_SYS(mprotect),
                                  SCMP_SYS(futex),
                                  SCMP_SYS(rt_sigaction),
                                  SCMP_SYS(rt_sigprocmask),
                                  SCMP_SYS(rt_sigreturn),
                                  SCMP_SYS(sigaltstack),
                                  SCMP_SYS(exit),
                                  SCMP_SYS(exit_group),
                                  SCMP_SYS(execve),
                                  SCMP_SYS(arch_prctl),
                                  SCMP_SYS(set_tid_address),
                                  SCMP_SYS(set_robust_list),
                                  SCMP_SYS(rseq),
                                  SCMP_SYS(getrlimit),
                                  SCMP_SYS(getrandom),
                                  SCMP_SYS(clock_gettime),
                                  SCMP_SYS(clock_getres),
                                  SCMP_SYS(gettimeofday),
                                  SCMP_SYS(time),
                                  SCMP_SYS(getpid),
                                  SCMP_SYS(gettid),
                                  SCMP_SYS(getppid),
                                  SCMP_SYS(getuid),
                                  SCMP_SYS(geteuid),
                                  SCMP_SYS(getgid),
                                  SCMP_SYS(getegid),
                                  SCMP_SYS(uname),
                                  SCMP_SYS(sysinfo),
                                  SCMP_SYS(getrusage),
                                  SCMP_SYS(sched_yield),
                                  SCMP_SYS(sched_getaffinity),
                                  SCMP_SYS(nanosleep),
                                  SCMP_SYS(clock_nanosleep),
                                  SCMP_SYS(restart_syscall),
                                  SCMP_SYS(umask)};

// What executing, feeding and ending them needs as well.
constexpr std::array kForConverter = {
    SCMP_SYS(write),      SCMP_SYS(writev),    SCMP_SYS(pwrite64),  SCMP_SYS(clone),        SCMP_SYS(fork),
    SCMP_SYS(vfork),      SCMP_SYS(wait4),     SCMP_SYS(waitid),    SCMP_SYS(kill),         SCMP_SYS(tgkill),
    SCMP_SYS(pidfd_open), SCMP_SYS(poll),      SCMP_SYS(ppoll),     SCMP_SYS(sendmsg),      SCMP_SYS(recvmsg),
    SCMP_SYS(pipe2),      SCMP_SYS(dup2),      SCMP_SYS(dup3),      SCMP_SYS(memfd_create), SCMP_SYS(prctl),
    SCMP_SYS(seccomp),    SCMP_SYS(setrlimit), SCMP_SYS(prlimit64), SCMP_SYS(close_range)};

// A file behind a descriptor must not be changed through a mapping.
void AllowMappings(SeccompFilter& filter) {
  const std::array read_only = {Masked(2, PROT_WRITE, 0)};
  const std::array private_memory = {Masked(3, MAP_TYPE, MAP_PRIVATE)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), read_only);
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), private_memory);
}

bool Limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
  rlimit current = {};
  if (::getrlimit(resource, &current) != 0) return false;
  const rlimit wanted = {std::min(value, current.rlim_max), std::min(value, current.rlim_max)};
  return ::setrlimit(resource, &wanted) == 0;
}

bool RestrictTool() {
  SeccompFilter filter(SCMP_ACT_ERRNO(EPERM));
  for (const int call : kForTools) filter.Add(SCMP_ACT_ALLOW, call);
  AllowMappings(filter);
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    const std::array output = {IsDescriptor(0, number)};
    filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(write), output);
    filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(writev), output);
  }
  const std::array reading_only = {Equal(2, 0)};
  filter.Add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), reading_only);
  return static_cast<bool>(filter.Load(false));
}

}  // namespace

Result<void> ConfineConverter() {
  if (!Limit(RLIMIT_CORE, 0) || !Limit(RLIMIT_FSIZE, kLargestConverterInput) || !Limit(RLIMIT_MEMLOCK, 0)) {
    return base::ErrnoError(errno, "limit the converter");
  }
  if (auto dropped = DropPrivileges(); !dropped) return dropped;
  if (auto banned = BanFileSystemBut(kGrants); !banned) return banned;
  if (kSanitized) return {};
  SeccompFilter filter(SCMP_ACT_ERRNO(EPERM));
  for (const int call : kForTools) filter.Add(SCMP_ACT_ALLOW, call);
  for (const int call : kForConverter) filter.Add(SCMP_ACT_ALLOW, call);
  AllowMappings(filter);
  return filter.Load(true);
}

ToolConfinement::ToolConfinement(std::uint32_t milliseconds) : cpu_seconds_(milliseconds / 1000 + 1) {
}

bool ToolConfinement::Enter() const {
  return Limit(RLIMIT_AS, kToolMemory) && Limit(RLIMIT_CPU, cpu_seconds_) && Limit(RLIMIT_FSIZE, 0) &&
         Limit(RLIMIT_NOFILE, kToolDescriptors) && RestrictTool();
}

}  // namespace vigie::platform
