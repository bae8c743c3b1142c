#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "platform/file_events.h"
#include "platform/linux/fanotify_event_parser.h"
#include "platform/linux/open_file.h"
#include "platform/linux/process_identity.h"
#include "platform/linux/sensor_counters.h"
#include "platform/linux/watched_places.h"

namespace vigie::platform {

// What the two reader threads share. Thread-safe.
struct FanotifyShared {
  ExemptProcesses exempt;
  WatchedPlaces places;
  SensorCounters counters;
  std::atomic<bool> marks_refused = false;  // the last mark was: the limit is reached
};

// The descriptors that came with an event, so that none is forgotten.
struct EventDescriptors {
  explicit EventDescriptors(const FanotifyEvent& event);
  explicit EventDescriptors(std::shared_ptr<const ProcessHandle> handle) : process(std::move(handle)) {}

  base::FileDescriptor content;
  std::shared_ptr<const ProcessHandle> process;
};

// The event now, about an open file: identity, owner, path, process. Opens nothing and does not block.
struct FileEventParts {
  FileEventKind kind;
  std::int32_t pid;
  const OpenFile& file;
};
FileEvent MakeFileEvent(const FileEventParts& parts, EventDescriptors descriptors, const WatchedPlaces& places);

}  // namespace vigie::platform
