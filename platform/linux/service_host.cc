#include "platform/service_host.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>

#include "platform/base/file_descriptor.h"
#include "platform/base/logging.h"
#include "platform/linux/descriptor_limit.h"
#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

using base::FileDescriptor;

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// sd_notify does nothing, successfully, without a service manager.
class LinuxServiceHost final : public ServiceHost {
 public:
  LinuxServiceHost() {
    const sigset_t signals = StopSignals();
    ::pthread_sigmask(SIG_BLOCK, &signals, &mask_before_);
    signals_ = FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    std::uint64_t period = 0;
    watched_ = ::sd_watchdog_enabled(0, &period) > 0;
    if (signals_ && wake_) {
      thread_ = std::jthread([this](const std::stop_token& stop) { AwaitSignals(stop); });
    } else {
      // A program that cannot be stopped properly is worse than one that is stopped roughly.
      base::LogError("signals cannot be received: {}", base::ErrnoError(errno, "signalfd").message);
      ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    }
  }

  ~LinuxServiceHost() override {
    thread_.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t woken = ::write(wake_.get(), &one, sizeof one);
    if (thread_.joinable()) thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  std::stop_token stop_token() const override { return stop_.get_token(); }

  void AwaitStop() override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop_.get_token(), [] { return false; });
  }

  void Ready(std::string_view status) override { ::sd_notify(0, ("READY=1\nSTATUS=" + OneLine(status)).c_str()); }
  void Stopping() override { ::sd_notify(0, "STOPPING=1"); }
  std::uint64_t AllowDescriptors(std::uint64_t wanted) override { return RaiseDescriptorLimit(wanted); }
  void Alive() override {
    if (watched_) ::sd_notify(0, "WATCHDOG=1");
  }

 private:
  // A line break would begin another assignment of the protocol.
  static std::string OneLine(std::string_view text) {
    std::string line(text);
    for (char& character : line) {
      if (character == '\n') character = ' ';
    }
    return line;
  }

  void AwaitSignals(const std::stop_token& stop) {
    std::array<pollfd, 2> sources = {{{signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    while (!stop.stop_requested()) {
      if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) return;
      signalfd_siginfo signal = {};
      if (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) stop_.request_stop();
    }
  }

  sigset_t mask_before_{};
  FileDescriptor signals_;
  FileDescriptor wake_;
  bool watched_ = false;
  std::stop_source stop_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace

void IgnoreBrokenPipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

std::unique_ptr<ServiceHost> MakeServiceHost() {
  return std::make_unique<LinuxServiceHost>();
}

}  // namespace vigie::platform
