#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "platform/base/clock.h"
#include "platform/file_events.h"

namespace vigie::platform {

// The accesses that wait for an answer, and the deadline thread. Each access gets exactly one answer: the first of its
// owner's, the default one when its deadline passes, and the default one of Stop. Shared by the bodies of FileEvents,
// real and fake. Thread-safe. A PendingAccess may outlive this object; its answer is then too late.
class PendingAnswers {
 public:
  // Carries one answer to the operating system. Called once per access, with a lock held: must not block.
  using Reply = std::function<void(Answer)>;

  explicit PendingAnswers(const FileEventOptions& options);
  PendingAnswers(const PendingAnswers&) = delete;
  PendingAnswers& operator=(const PendingAnswers&) = delete;
  ~PendingAnswers();  // stops

  // The deadline runs from here. After Stop the default answer is given at once.
  PendingAccess Hold(FileEvent event, Reply reply);

  // Gives the default answer to all that wait and joins the thread.
  void Stop();

  std::size_t waiting() const;
  std::uint64_t late() const;  // answered because their deadline passed

 private:
  class Table;

  const FileEventOptions options_;
  const std::shared_ptr<Table> table_;
  std::jthread deadline_thread_;  // owns nothing; sleeps until the oldest deadline
};

}  // namespace vigie::platform
