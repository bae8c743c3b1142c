// usage: vigie_test_worker [report]
// As a worker: what scripted_worker.h says. "report": sends one message about the process that it finds itself in.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/contract/platform/scripted_worker.h"

namespace {

using vigie::base::Deadline;
using vigie::platform::WorkerSocket;

bool IsNullDevice(int number) {
  struct stat given = {};
  struct stat null = {};
  return ::fstat(number, &given) == 0 && ::stat("/dev/null", &null) == 0 && given.st_rdev == null.st_rdev;
}

std::string OpenDescriptors() {
  constexpr int kFarEnough = 1024;
  std::string numbers;
  for (int number = 0; number < kFarEnough; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) numbers += std::to_string(number) + " ";
  }
  return numbers;
}

bool HasBlockedOrIgnoredSignals() {
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  struct sigaction action = {};
  ::sigaction(SIGPIPE, nullptr, &action);
  return sigismember(&blocked, SIGTERM) == 1 || action.sa_handler == SIG_IGN;
}

std::string Report(int count, char** arguments) {
  std::string report = "descriptors " + OpenDescriptors();
  report += IsNullDevice(STDIN_FILENO) && IsNullDevice(STDOUT_FILENO) ? "null " : "not-null ";
  report += environ == nullptr || *environ == nullptr ? "no-environment " : "environment ";
  report += HasBlockedOrIgnoredSignals() ? "signals-blocked" : "signals-free";
  for (int i = 1; i < count; ++i) report += std::string(" <") + arguments[i] + ">";
  return report;
}

}  // namespace

int main(int count, char** arguments) {
  const auto socket = vigie::platform::InheritedWorkerSocket();
  if (!socket) {
    std::fprintf(stderr, "%s\n", socket.error().message.c_str());
    return 2;
  }
  if (count > 1 && std::string_view(arguments[1]) == "report") {
    return (*socket)->Send({Report(count, arguments), {}}, Deadline::After(std::chrono::seconds(20))) ? 0 : 1;
  }
  vigie::platform::RunScriptedWorker(**socket, std::stop_token());
  return 0;
}
