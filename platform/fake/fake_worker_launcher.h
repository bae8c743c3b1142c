#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/worker_process.h"

namespace vigie::platform {

// What a worker does: it talks over its socket and returns to "die" (the other end then finds the socket closed).
// `killed` is requested by Kill, which waits for the return: whatever a body waits for must end with it (Receive does;
// see HangingWorker).
using WorkerBody = std::function<void(WorkerSocket& socket, const std::stop_token& killed)>;

WorkerBody HangingWorker();                     // takes nothing, answers nothing, until it is killed
WorkerBody DyingWorker(int messages_first);     // takes so many messages without an answer, then dies
WorkerBody AnsweringWorker(std::string bytes);  // answers each message with these bytes, good or garbage

// Workers as threads of this process, over a real socket pair. Thread-safe; must outlive its workers.
class FakeWorkerLauncher final : public WorkerLauncher {
 public:
  // What each worker does unless it was scripted otherwise.
  explicit FakeWorkerLauncher(WorkerBody usual_body);

  base::Result<std::unique_ptr<WorkerProcess>> Launch(const std::string& executable,
                                                      const std::vector<std::string>& arguments) override;

  // The next worker that is not scripted yet does this instead, or cannot be launched.
  void ScriptNext(WorkerBody body);
  void FailNext(base::Error error);

  struct LaunchRecord {
    std::string executable;
    std::vector<std::string> arguments;
    std::int32_t pid = 0;  // invented, larger than any real one
  };
  std::vector<LaunchRecord> launches() const;

 private:
  struct Script {
    WorkerBody body;
    std::optional<base::Error> failure;
  };
  struct State {
    std::deque<Script> scripts;
    std::vector<LaunchRecord> launches;
  };
  const WorkerBody usual_body_;
  base::Guarded<State> state_;
};

}  // namespace vigie::platform
