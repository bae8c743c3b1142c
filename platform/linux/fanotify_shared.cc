#include "platform/linux/fanotify_shared.h"

#include <chrono>
#include <utility>

namespace vigie::platform {

EventDescriptors::EventDescriptors(const FanotifyEvent& event) : content(event.descriptor) {
  if (event.process_descriptor < 0) return;
  process = std::make_shared<PidfdHandle>(base::FileDescriptor(event.process_descriptor));
}

FileEvent MakeFileEvent(const FileEventParts& parts, EventDescriptors descriptors, const WatchedPlaces& places) {
  FileEvent event;
  event.kind = parts.kind;
  event.file = parts.file.identity;
  event.owner_uid = parts.file.owner_uid;
  event.born_at = parts.file.born_at;
  if (descriptors.content) event.path = PathOf(descriptors.content);
  event.process.pid = parts.pid;
  event.process_handle = std::move(descriptors.process);
  event.at = std::chrono::system_clock::now();
  event.steady_at = std::chrono::steady_clock::now();
  event.on_medium = places.IsMedium(parts.file.identity.device);
  event.content = std::move(descriptors.content);
  return event;
}

}  // namespace vigie::platform
