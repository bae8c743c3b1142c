#pragma once

#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "platform/linux/fanotify_event_parser.h"
#include "platform/linux/open_file.h"
#include "platform/linux/watched_places.h"

namespace vigie::platform {

// Where an event took place, found from the handles in it.
struct EventLocation {
  std::string path;           // directory and name of the event; only the name if the directory is gone
  std::string previous_path;  // of a rename
  bool exists = false;        // false: the file is gone already
  OpenFile file;
  base::FileDescriptor content;  // of a regular file that still exists
};

// Opens files: not for the thread that answers. kNotFound if the file system is not mounted at its path any more.
base::Result<EventLocation> LocateEvent(const FanotifyEvent& event, const WatchedPlaces& places);

}  // namespace vigie::platform
