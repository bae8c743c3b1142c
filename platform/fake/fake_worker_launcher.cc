#include "platform/fake/fake_worker_launcher.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::Result;

constexpr std::int32_t kFirstPid = 0x40000000;  // above the kernel's largest pid_max, 2^22
constexpr std::chrono::hours kLong{1};

class FakeWorkerProcess final : public WorkerProcess {
 public:
  FakeWorkerProcess(std::int32_t pid, base::FileDescriptor ours, base::FileDescriptor theirs, WorkerBody body)
      : pid_(pid), socket_(std::move(ours)) {
    thread_ = std::jthread([theirs = std::move(theirs), body = std::move(body)](const std::stop_token& killed) mutable {
      StreamWorkerSocket socket(std::move(theirs));
      body(socket, killed);
    });
  }
  ~FakeWorkerProcess() override { Kill(); }

  std::int32_t pid() const override { return pid_; }
  WorkerSocket& socket() override { return socket_; }

  void Kill() override {
    const std::lock_guard lock(killing_);
    thread_.request_stop();
    socket_.Shutdown();
    if (thread_.joinable()) thread_.join();
  }

 private:
  const std::int32_t pid_;
  StreamWorkerSocket socket_;
  std::mutex killing_;
  std::jthread thread_;
};

}  // namespace

WorkerBody HangingWorker() {
  return [](WorkerSocket&, const std::stop_token& killed) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, killed, [] { return false; });
  };
}

WorkerBody DyingWorker(int messages_first) {
  return [messages_first](WorkerSocket& socket, const std::stop_token&) {
    for (int i = 0; i < messages_first; ++i) {
      if (!socket.Receive(Deadline::After(kLong))) return;
    }
  };
}

WorkerBody AnsweringWorker(std::string bytes) {
  return [bytes = std::move(bytes)](WorkerSocket& socket, const std::stop_token&) {
    while (socket.Receive(Deadline::After(kLong))) {
      if (!socket.Send({bytes, {}}, Deadline::After(kLong))) return;
    }
  };
}

FakeWorkerLauncher::FakeWorkerLauncher(WorkerBody usual_body) : usual_body_(std::move(usual_body)) {
}

Result<std::unique_ptr<WorkerProcess>> FakeWorkerLauncher::Launch(const std::string& executable,
                                                                  const std::vector<std::string>& arguments) {
  Script script{usual_body_, std::nullopt};
  std::int32_t pid = kFirstPid;
  {
    auto state = state_.Lock();
    if (!state->scripts.empty()) {
      script = std::move(state->scripts.front());
      state->scripts.pop_front();
    }
    pid += static_cast<std::int32_t>(state->launches.size());
    state->launches.push_back({executable, arguments, pid});
  }
  if (script.failure) return *script.failure;
  auto sockets = MakeSocketPair();
  if (!sockets) return sockets.error();
  return std::unique_ptr<WorkerProcess>(std::make_unique<FakeWorkerProcess>(
      pid, std::move(sockets->first), std::move(sockets->second), std::move(script.body)));
}

void FakeWorkerLauncher::ScriptNext(WorkerBody body) {
  state_.Lock()->scripts.push_back({std::move(body), std::nullopt});
}

void FakeWorkerLauncher::FailNext(base::Error error) {
  state_.Lock()->scripts.push_back({nullptr, std::move(error)});
}

std::vector<FakeWorkerLauncher::LaunchRecord> FakeWorkerLauncher::launches() const {
  return state_.Lock()->launches;
}

}  // namespace vigie::platform
