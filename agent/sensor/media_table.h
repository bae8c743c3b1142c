#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"

namespace vigie::agent::sensor {

// The removable media that are mounted now. Thread-safe.
class MediaTable {
 public:
  // `device` is the file system's number, 0 if it could not be read.
  void Add(platform::Medium medium, std::uint64_t device);
  void Remove(const std::string& mount_point);
  bool empty() const;

  // The medium that holds `path`; the innermost mount wins.
  std::optional<platform::Medium> Holding(std::string_view path) const;

  struct HeldFile {
    platform::WritableFile file;
    platform::Medium medium;
  };
  // The first of these files that lies on a medium.
  std::optional<HeldFile> FirstHeld(const std::vector<platform::WritableFile>& files) const;

 private:
  struct Entry {
    platform::Medium medium;
    std::uint64_t device = 0;
  };
  base::Guarded<std::vector<Entry>> entries_;
};

}  // namespace vigie::agent::sensor
