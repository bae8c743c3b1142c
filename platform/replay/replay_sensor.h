#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/file_events.h"
#include "platform/file_system.h"
#include "platform/pending_answers.h"
#include "platform/replay/recording.h"
#include "platform/replay/replay.h"
#include "platform/replay/replay_media.h"
#include "platform/replay/replay_processes.h"

namespace vigie::platform {

// Plays a recording to the handler, on a thread of its own. Thread-safe.
class ReplaySensor {
 public:
  struct Parts {
    std::shared_ptr<FileSystem> files;
    std::shared_ptr<ReplayProcesses> processes;
    std::shared_ptr<ReplayMedia> media;
  };

  ReplaySensor(Recording recording, std::uint64_t after_position, Parts parts, const FileEventOptions& options);
  ~ReplaySensor();  // stops

  base::Result<void> Start(FileEventHandler& handler);
  void Stop();
  SensorCounts counts() const;
  bool finished() const { return finished_; }
  std::vector<ReplayAnswer> answers() const;

 private:
  class InFlight;
  struct Turn;  // whose it is: the sensor's, or the owner's of the event in flight
  struct AnswerLog;

  void Play(const std::stop_token& stop);
  void PlayFileEvent(const RecordedActivity& activity, std::uint64_t position);
  FileEvent MakeEvent(const RecordedActivity& activity, std::uint64_t position);
  void FillContent(FileEvent& event) const;

  const Recording recording_;
  const std::uint64_t after_position_;
  const Parts parts_;
  const std::shared_ptr<Turn> turn_;
  const std::shared_ptr<AnswerLog> log_;
  PendingAnswers answers_;
  FileEventHandler* handler_ = nullptr;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<bool> finished_{false};
  std::mutex life_;  // Start and Stop
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace vigie::platform
