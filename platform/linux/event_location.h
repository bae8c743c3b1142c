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
  base::FileDescriptor found;  // the file, if it exists; O_PATH
};

// Finds the places of the events that were read together: most of them are in one directory, which is opened once.
// Holds descriptors of the file system, so it must not live longer than that. Not thread-safe.
class EventLocator {
 public:
  explicit EventLocator(const WatchedPlaces& places) : places_(places) {}

  // Opens files: not for the thread that answers. kNotFound if the file system is not mounted at its path any more.
  // A file that is gone is no failure.
  base::Result<EventLocation> Locate(const FanotifyEvent& event);

 private:
  struct Directory {
    std::string handle;  // its bytes
    base::FileDescriptor opened;
    std::string path;
  };

  base::Result<void> OpenMount(std::uint64_t file_system);
  const Directory& OpenDirectory(const FanotifyHandle& directory);
  base::FileDescriptor FindFile(const FanotifyEvent& event);

  const WatchedPlaces& places_;
  std::uint64_t file_system_ = 0;
  base::FileDescriptor mount_;
  Directory last_;
};

}  // namespace vigie::platform
