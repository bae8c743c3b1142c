#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "platform/base/guarded.h"
#include "platform/base/result.h"

namespace vigie::platform {

// What stat(2) and statfs(2) say of the file system that holds a path.
struct FileSystemIdentity {
  std::uint64_t device = 0;  // st_dev of its files
  std::uint64_t id = 0;      // f_fsid: how fanotify names it
};

// kNotFound and the like, naming the path.
base::Result<FileSystemIdentity> IdentifyFileSystem(const std::string& path);

// Which file systems are watched and where media are mounted. Keeps paths and no descriptors: an open descriptor would
// keep everybody from unmounting. Thread-safe; does not block.
class WatchedPlaces {
 public:
  // False: it was there already and is as it was.
  bool AddWatched(const FileSystemIdentity& file_system, const std::string& path);
  void RemoveWatched(const FileSystemIdentity& file_system);
  bool IsWatched(std::uint64_t device) const;
  // The events of this watched file system that tell of its closes name the files.
  void NoteClosesNamed(std::uint64_t device);
  bool AreClosesNamed(std::uint64_t device) const;
  // A path on the watched file system of this id.
  std::optional<std::string> PathOn(std::uint64_t id) const;

  void AddMedium(const std::string& mount_point, std::uint64_t device);
  // The device of the medium that was there.
  std::optional<std::uint64_t> RemoveMedium(const std::string& mount_point);
  bool IsMedium(std::uint64_t device) const;

 private:
  struct Watched {
    std::string path;
    std::uint64_t device = 0;
    bool closes_named = false;
  };
  struct Places {
    std::map<std::uint64_t, Watched> watched;    // by id
    std::map<std::string, std::uint64_t> media;  // device by mount point
  };
  base::Guarded<Places> places_;
};

}  // namespace vigie::platform
