#pragma once

#include <optional>
#include <string>
#include <thread>

#include "platform/file_events.h"
#include "platform/linux/event_location.h"
#include "platform/linux/fanotify_event_parser.h"
#include "platform/linux/fanotify_group.h"
#include "platform/linux/fanotify_shared.h"
#include "platform/linux/observation_pace.h"
#include "platform/linux/wake_signal.h"

namespace vigie::platform {

// The thread that reads what nobody waits for: closes after writing, new files, renames. It may open files (by handle);
// an open of its own that asks is answered by the thread of PermissionReader. A new regular file gets its mark here.
class ObservationReader {
 public:
  // `asking` is the group whose marks make opens ask.
  ObservationReader(FanotifyGroup writes, FanotifyGroup names, FanotifyGroup& asking, FanotifyShared& shared);
  ~ObservationReader();  // stops

  // Events wait in the kernel until then.
  void Start(FileEventHandler& handler);
  void Stop();

  FanotifyGroup& writes() { return writes_; }
  FanotifyGroup& names() { return names_; }

 private:
  using Process = std::shared_ptr<const ProcessHandle>;

  void Run();
  void Read(FanotifyGroup& group);
  void Handle(const FanotifyEvent& event, EventLocator& locator);
  void HandleWrite(const FanotifyEvent& event, EventDescriptors descriptors);
  void HandleNamed(const FanotifyEvent& event, const Process& process, EventLocator& locator);
  void MarkIfNew(const EventLocation& location, std::uint64_t mask);
  FileEvent Named(const FileEventParts& parts, const Process& process, const EventLocation& location) const;
  void Deliver(FileEvent event);
  void ReportLoss(const std::string& reason);
  void ReportGone();

  FanotifyGroup writes_;
  FanotifyGroup names_;
  FanotifyGroup& asking_;
  FanotifyShared& shared_;
  FileEventHandler* handler_ = nullptr;
  ObservationPace pace_;
  WakeSignal stop_;
  std::thread thread_;
};

}  // namespace vigie::platform
