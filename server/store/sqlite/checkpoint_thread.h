#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "platform/sqlite/database.h"

namespace vigie::server {

// Takes the write-ahead log over into the file beside the writer, so that no commit waits for more than its own fsync.
// Thread-safe.
class CheckpointThread {
 public:
  // With a connection of its own.
  explicit CheckpointThread(sqlite::Database database);
  // Waits for a checkpoint that runs.
  ~CheckpointThread();

  // One more is due; returns at once.
  void Wake();

 private:
  void Work(const std::stop_token& stop);

  sqlite::Database database_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool due_ = false;
  std::jthread thread_;
};

}  // namespace vigie::server
