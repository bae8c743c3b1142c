#include "core/inspection/worker_supply.h"

#include <algorithm>
#include <utility>

namespace vigie::inspection {
namespace {

// Somebody may kill a worker that is being set up (the kernel when memory is short, a hand): that says nothing about
// the next one.
constexpr int kDeathsOfAStart = 5;

bool Died(const base::Result<WorkerSupply::Worker>& started) {
  return !started && started.error().code == base::ErrorCode::kUnavailable;
}

base::SteadyTime Now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

WorkerSupply::WorkerSupply(Options options)
    : options_(std::move(options)), starter_([this](const std::stop_token& stop) { Run(stop); }) {
}

WorkerSupply::~WorkerSupply() {
  starter_.request_stop();
  Stop();
  starter_.join();
}

void WorkerSupply::Stop() {
  {
    const std::lock_guard lock(mutex_);
    state_.stopping = true;
    if (state_.setting_up != nullptr) state_.setting_up->Kill();
  }
  starter_has_work_.notify_all();
  taker_may_go_on_.notify_all();
}

base::Result<WorkerSupply::Worker> WorkerSupply::Take(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  ++state_.waiting;
  if (NeedsWorker()) starter_has_work_.notify_one();
  const bool decided = taker_may_go_on_.wait_until(
      lock, deadline.at(), [this] { return state_.stopping || !state_.idle.empty() || CannotStart(); });
  --state_.waiting;
  if (state_.stopping) return base::Error{base::ErrorCode::kCancelled, "stopping"};
  if (!decided) return base::Error{base::ErrorCode::kDeadlineExceeded, "no inspector was free in time"};
  if (state_.idle.empty()) return state_.last_error;
  Worker worker = std::move(state_.idle.back());
  state_.idle.pop_back();
  ++state_.taken;
  if (NeedsWorker()) starter_has_work_.notify_one();  // for others who wait: while this one was idle they needed none
  return worker;
}

void WorkerSupply::GiveBack(Worker worker) {
  {
    const std::lock_guard lock(mutex_);
    state_.idle.push_back(std::move(worker));
    --state_.taken;
  }
  taker_may_go_on_.notify_one();
}

void WorkerSupply::Discard(Worker worker) {
  {
    const std::lock_guard lock(mutex_);
    state_.discarded.push_back(std::move(worker));
  }
  starter_has_work_.notify_one();
}

void WorkerSupply::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!starter_has_work_.wait(lock, stop, [this] { return !state_.discarded.empty() || NeedsWorker(); })) return;
    if (!state_.discarded.empty()) {
      EndDiscarded(lock);
      continue;
    }
    if (Now() < state_.next_start) {
      starter_has_work_.wait_until(lock, stop, state_.next_start, [this] { return !state_.discarded.empty(); });
      continue;
    }
    state_.starting = true;
    lock.unlock();
    auto started = Start();
    lock.lock();
    NoteStart(std::move(started));
    taker_may_go_on_.notify_all();
  }
}

// Without the lock: a process that has mapped much takes its time.
void WorkerSupply::EndDiscarded(std::unique_lock<std::mutex>& lock) {
  std::vector<Worker> ending = std::exchange(state_.discarded, {});
  const std::size_t count = ending.size();
  lock.unlock();
  for (const Worker& worker : ending) worker->Kill();
  ending.clear();
  lock.lock();
  state_.taken -= count;
  taker_may_go_on_.notify_all();
}

bool WorkerSupply::NeedsWorker() const {
  if (state_.stopping) return false;
  if (state_.taken + state_.idle.size() < options_.kept_ready) return true;
  return state_.waiting > 0 && state_.idle.empty() && state_.taken < options_.most;
}

bool WorkerSupply::CannotStart() const {
  return state_.failed && state_.taken == 0 && !state_.starting && Now() < state_.next_start;
}

void WorkerSupply::NoteStart(base::Result<Worker> started) {
  state_.starting = false;
  state_.failed = !started;
  if (started) {
    state_.delay = {};
    state_.idle.push_back(*std::move(started));
    return;
  }
  state_.last_error = started.error();
  state_.delay = state_.delay.count() == 0 ? options_.first_delay : std::min(state_.delay * 2, options_.longest_delay);
  state_.next_start = Now() + state_.delay;
}

base::Result<WorkerSupply::Worker> WorkerSupply::Start() {
  auto started = StartOnce();
  for (int deaths = 1; deaths < kDeathsOfAStart && Died(started); ++deaths) started = StartOnce();
  return started;
}

base::Result<WorkerSupply::Worker> WorkerSupply::StartOnce() {
  auto worker = options_.launch();
  if (!worker) return worker;
  {
    const std::lock_guard lock(mutex_);
    if (state_.stopping) return base::Error{base::ErrorCode::kCancelled, "stopping"};
    state_.setting_up = worker->get();
  }
  const auto ready = options_.set_up(**worker);
  const std::lock_guard lock(mutex_);
  state_.setting_up = nullptr;
  if (!ready) return ready.error();
  return worker;
}

}  // namespace vigie::inspection
