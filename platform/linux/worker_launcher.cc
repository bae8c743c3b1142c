#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "platform/base/bounded_queue.h"
#include "platform/base/logging.h"
#include "platform/linux/child_process.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::milliseconds kKillPatience{5000};
constexpr std::chrono::seconds kLaunchPatience{10};
constexpr std::size_t kMaxLaunchesWaiting = 64;

class LinuxWorkerProcess final : public WorkerProcess {
 public:
  LinuxWorkerProcess(pid_t pid, base::FileDescriptor socket) : pid_(pid), socket_(std::move(socket)) {}
  ~LinuxWorkerProcess() override { Kill(); }

  std::int32_t pid() const override { return pid_; }
  WorkerSocket& socket() override { return socket_; }

  void Kill() override {
    if (killed_.exchange(true)) return;
    socket_.Shutdown();
    if (!KillAndReap(pid_, kKillPatience)) base::LogError("worker {} does not die", pid_);
  }

 private:
  const pid_t pid_;
  StreamWorkerSocket socket_;
  std::atomic<bool> killed_ = false;
};

Result<std::unique_ptr<WorkerProcess>> Start(ThreadPriority priority, const std::string& executable,
                                             const std::vector<std::string>& arguments) {
  auto sockets = MakeSocketPair();
  if (!sockets) return sockets.error();
  auto& [ours, theirs] = *sockets;
  const auto pid = StartChild({.executable = executable,
                               .arguments = arguments,
                               .socket = theirs.get(),
                               .behind_other_sessions = priority == ThreadPriority::kSpare});
  if (!pid) return pid.error();
  return std::unique_ptr<WorkerProcess>(std::make_unique<LinuxWorkerProcess>(*pid, std::move(ours)));
}

// PR_SET_PDEATHSIG fires when the *thread* that forked ends, so one thread, which lives as long as this object, forks
// them all.
class LinuxWorkerLauncher final : public WorkerLauncher {
 public:
  explicit LinuxWorkerLauncher(ThreadPriority priority)
      : priority_(priority), thread_([this](const std::stop_token& stop) {
          const auto set = SetThreadPriority(priority_);
          if (!set) base::LogWarning("workers: {}", set.error().message);
          RunLaunches(stop);
        }) {}

  Result<std::unique_ptr<WorkerProcess>> Launch(const std::string& executable,
                                                const std::vector<std::string>& arguments) override {
    Task task([priority = priority_, executable, arguments] { return Start(priority, executable, arguments); });
    auto worker = task.get_future();
    if (!launches_.Push(std::move(task))) {
      return Error{ErrorCode::kResourceExhausted, "too many workers are being started at once"};
    }
    if (worker.wait_for(kLaunchPatience) != std::future_status::ready) {
      return Error{ErrorCode::kDeadlineExceeded, "start " + executable + ": not done in time"};
    }
    return worker.get();
  }

 private:
  using Task = std::packaged_task<Result<std::unique_ptr<WorkerProcess>>()>;

  void RunLaunches(const std::stop_token& stop) {
    while (auto task = launches_.Pop(stop)) (*task)();
  }

  const ThreadPriority priority_;
  base::BoundedQueue<Task> launches_{kMaxLaunchesWaiting, base::OverflowPolicy::kReject};
  std::jthread thread_;  // last: it uses the queue
};

}  // namespace

std::unique_ptr<WorkerLauncher> MakeWorkerLauncher(ThreadPriority priority) {
  return std::make_unique<LinuxWorkerLauncher>(priority);
}

}  // namespace vigie::platform
