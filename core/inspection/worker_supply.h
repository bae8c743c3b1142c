#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/worker_process.h"

namespace vigie::inspection {

// Hands out workers that are set up and idle, starting them on demand, up to a number, in a thread of its own: setting
// one up may take longer than the deadline of the file that needs it, and the kernel ties a worker's life to the thread
// that started it. While workers cannot be started, attempts are spaced out and, with no worker alive, Take fails at
// once. Thread-safe.
class WorkerSupply {
 public:
  using Worker = std::unique_ptr<platform::WorkerProcess>;

  struct Options {
    std::size_t most = 1;
    std::size_t kept_ready = 0;                    // so many are kept alive before anybody asks; at most `most`
    std::function<base::Result<Worker>()> launch;  // a running process
    std::function<base::Result<void>(platform::WorkerProcess&)> set_up;     // makes it ready; may take its time
    std::chrono::nanoseconds first_delay = std::chrono::milliseconds(250);  // after a failed start; then doubled
    std::chrono::nanoseconds longest_delay = std::chrono::seconds(30);
  };

  explicit WorkerSupply(Options options);
  // Kills every worker; all that were taken must be back.
  ~WorkerSupply();

  // From now on Take fails with kCancelled and nothing is started. Thread-safe.
  void Stop();

  // An idle worker, which comes back through GiveBack or Discard. kDeadlineExceeded if none was free in time; else the
  // error for which none can be started.
  base::Result<Worker> Take(base::Deadline deadline);
  void GiveBack(Worker worker);
  // It will be killed, and another started when needed. Does not wait for its end: somebody waits for an answer.
  void Discard(Worker worker);

 private:
  struct State {
    std::vector<Worker> idle;
    std::vector<Worker> discarded;
    std::size_t taken = 0;    // those that are discarded, too, until they have ended: never more processes than agreed
    std::size_t waiting = 0;  // callers in Take
    platform::WorkerProcess* setting_up = nullptr;  // to be killed if we stop meanwhile
    bool starting = false;
    base::Error last_error;
    bool failed = false;  // the last start did
    std::chrono::nanoseconds delay{};
    base::SteadyTime next_start;  // not before
    bool stopping = false;
  };

  void Run(const std::stop_token& stop);
  void EndDiscarded(std::unique_lock<std::mutex>& lock);
  bool NeedsWorker() const;  // these three hold the lock
  bool CannotStart() const;
  void NoteStart(base::Result<Worker> started);
  base::Result<Worker> Start();  // tried again at once while the new worker dies, a few times
  base::Result<Worker> StartOnce();

  const Options options_;
  std::mutex mutex_;
  // Two, for a wake of another thread costs as much as a small file's inspection.
  std::condition_variable_any starter_has_work_;
  std::condition_variable_any taker_may_go_on_;
  State state_;
  std::jthread starter_;  // last: everything it uses is above
};

}  // namespace vigie::inspection
