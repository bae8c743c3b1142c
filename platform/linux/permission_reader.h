#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "platform/file_events.h"
#include "platform/linux/fanotify_event_parser.h"
#include "platform/linux/fanotify_group.h"
#include "platform/linux/fanotify_shared.h"
#include "platform/linux/wake_signal.h"
#include "platform/pending_answers.h"

namespace vigie::platform {

// The thread that must never wait: it reads the opens that ask and hands them on. It opens nothing, logs nothing, and
// answers our own accesses at once; otherwise it could wait for itself. Runs from its construction, so that a mark
// never finds nobody at home; until Deliver it lets everyone through.
class PermissionReader {
 public:
  PermissionReader(FanotifyGroup group, const FileEventOptions& options, FanotifyShared& shared);
  ~PermissionReader();  // stops

  void Deliver(FileEventHandler& handler) { handler_ = &handler; }
  // Removes the marks, gives the default answer to all that wait, joins.
  void Stop();
  // After Stop: whoever came to wait since is let through.
  void Close() { group_.Close(); }

  FanotifyGroup& group() { return group_; }
  std::uint64_t late() const { return answers_.late(); }

 private:
  void Run();
  bool ReadOnce();  // false if nothing was queued
  void Handle(const FanotifyEvent& event);
  void Ask(FileEvent event, FileEventHandler& handler);
  void Decline(int event_descriptor, FileEventHandler& handler);
  void ReportLoss(const std::string& reason);

  FanotifyGroup group_;
  const Answer default_answer_;
  FanotifyShared& shared_;
  PendingAnswers answers_;
  WakeSignal stop_;
  std::atomic<FileEventHandler*> handler_{nullptr};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace vigie::platform
