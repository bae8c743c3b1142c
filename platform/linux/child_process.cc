#include "platform/linux/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::FileDescriptor;
using base::Result;

constexpr int kErrorPipeNumber = kWorkerSocketNumber + 1;
constexpr int kFirstToClose = kErrorPipeNumber + 1;
constexpr int kAboveStandardNumbers = 16;  // what the child moves to 0…4 must not lie there itself
constexpr int kExecFailed = 127;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

// All that the child needs after the fork, where it may only make system calls (another thread may hold any lock).
struct ChildBlueprint {
  const char* executable = nullptr;
  char* const* arguments = nullptr;
  pid_t parent = 0;
  int null_device = -1;
  int socket = -1;
  int error_pipe = -1;
  bool behind_other_sessions = false;
};

Result<FileDescriptor> Raise(int number) {
  FileDescriptor raised(::fcntl(number, F_DUPFD_CLOEXEC, kAboveStandardNumbers));
  if (!raised) return ErrnoError(errno, "copy a descriptor");
  return raised;
}

Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return ErrnoError(errno, "make a pipe");
  Pipe pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  auto raised = Raise(pipe.write.get());
  if (!raised) return raised.error();
  pipe.write = *std::move(raised);
  return pipe;
}

void DefaultSignals() {
  struct sigaction plain = {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &plain, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool DieWithParent(pid_t parent) {
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
}

// Beside a busy one ours gets a quarter of the processor; with a tenth an inspector takes seconds to start.
void StandBehindOtherSessions() {
  constexpr std::string_view kNiceOfSession = "5";
  const int session = ::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  if (session < 0) return;  // this kernel looks at single processes only
  [[maybe_unused]] const bool set =
      ::setsid() >= 0 && ::write(session, kNiceOfSession.data(), kNiceOfSession.size()) > 0;
  ::close(session);
}

bool ArrangeDescriptors(const ChildBlueprint& child) {
  return ::dup2(child.null_device, STDIN_FILENO) >= 0 && ::dup2(child.null_device, STDOUT_FILENO) >= 0 &&
         ::dup2(child.socket, kWorkerSocketNumber) >= 0 && ::dup3(child.error_pipe, kErrorPipeNumber, O_CLOEXEC) >= 0 &&
         ::syscall(SYS_close_range, static_cast<unsigned>(kFirstToClose), ~0U, 0U) == 0;
}

[[noreturn]] void BecomeProgram(const ChildBlueprint& child) {
  char* const no_environment[] = {nullptr};
  int report = child.error_pipe;
  if (child.behind_other_sessions) StandBehindOtherSessions();
  if (DieWithParent(child.parent) && ArrangeDescriptors(child)) {
    report = kErrorPipeNumber;
    DefaultSignals();
    ::execve(child.executable, child.arguments, no_environment);
  }
  const int failure = errno;
  [[maybe_unused]] const ssize_t told = ::write(report, &failure, sizeof failure);
  ::_exit(kExecFailed);
}

// Every signal stays blocked from before the fork until the child's handlers are the default ones: a handler of ours
// must not run in it.
pid_t ForkInto(const ChildBlueprint& child) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) BecomeProgram(child);
  const int failure = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = failure;
  return pid;
}

// The errno that the child wrote, 0 if it closed the pipe by executing the program.
int AwaitExecution(const FileDescriptor& pipe) {
  int failure = 0;
  ssize_t count = -1;
  do {
    count = ::read(pipe.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  return count == sizeof failure ? failure : 0;
}

void AwaitEnd(const FileDescriptor& process, std::chrono::milliseconds patience) {
  if (!process) return;
  pollfd entry = {process.get(), POLLIN, 0};
  while (::poll(&entry, 1, static_cast<int>(patience.count())) < 0 && errno == EINTR) {
  }
}

std::vector<char*> ArgumentPointers(std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<pid_t> StartChild(const ChildPlan& plan) {
  std::vector<std::string> arguments = {plan.executable};
  arguments.insert(arguments.end(), plan.arguments.begin(), plan.arguments.end());
  const std::vector<char*> pointers = ArgumentPointers(arguments);
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return ErrnoError(errno, "open /dev/null");
  const auto null_device = Raise(null.get());
  if (!null_device) return null_device.error();
  const auto socket = Raise(plan.socket);
  if (!socket) return socket.error();
  auto errors = MakePipe();
  if (!errors) return errors.error();

  const pid_t pid = ForkInto({.executable = plan.executable.c_str(),
                              .arguments = pointers.data(),
                              .parent = ::getpid(),
                              .null_device = null_device->get(),
                              .socket = socket->get(),
                              .error_pipe = errors->write.get(),
                              .behind_other_sessions = plan.behind_other_sessions});
  if (pid < 0) return ErrnoError(errno, "start a process");
  errors->write.Close();
  if (const int failure = AwaitExecution(errors->read); failure != 0) {
    ::waitpid(pid, nullptr, 0);
    return ErrnoError(failure, "execute " + plan.executable);
  }
  return pid;
}

bool KillAndReap(pid_t pid, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (::kill(pid, SIGKILL) != 0 && errno == ESRCH) return true;
  AwaitEnd(handle, patience);
  // A process that is traced (by a debugger) has ended a moment before we may reap it.
  for (;;) {
    const pid_t reaped = ::waitpid(pid, nullptr, WNOHANG);
    if (reaped > 0 || (reaped < 0 && errno != EINTR)) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 1);
  }
}

}  // namespace vigie::platform
