#include "server/store/sqlite/checkpoint_thread.h"

#include <utility>

#include "platform/base/logging.h"

namespace vigie::server {

CheckpointThread::CheckpointThread(sqlite::Database database)
    : database_(std::move(database)), thread_([this](const std::stop_token& stop) { Work(stop); }) {
}

CheckpointThread::~CheckpointThread() {
  thread_.request_stop();
  thread_.join();
}

void CheckpointThread::Wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  changed_.notify_one();
}

void CheckpointThread::Work(const std::stop_token& stop) {
  bool failed_before = false;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return due_; })) return;
      due_ = false;
    }
    const auto taken = database_.Checkpoint();
    if (!taken && !failed_before) base::LogWarning("store: {}; the log grows meanwhile", taken.error().message);
    failed_before = !taken;
  }
}

}  // namespace vigie::server
