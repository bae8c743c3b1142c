#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace vigie::agent::inspect {

struct DiscoveryOptions {
  std::vector<std::string> roots;
  std::vector<std::string> excluded;     // with everything below
  std::size_t max_depth = 64;            // below a root
  std::size_t max_directories = 100000;  // that wait to be listed; more are counted as skipped
};

struct DiscoveredFile {
  std::string path;
  platform::FileStatus status;
};

struct DiscoveryCounts {
  std::uint64_t files = 0;
  std::uint64_t directories = 0;
  std::uint64_t skipped = 0;  // directories too deep, too many or unreadable
};

// Walks the watched directories one step at a time, so that its caller decides how much of the machine it takes. Stays
// on each root's file system, follows no symbolic links. Not thread-safe.
class Discovery {
 public:
  Discovery(platform::FileSystem& files, DiscoveryOptions options);

  // The next regular file that is not empty; nothing at the end.
  std::optional<DiscoveredFile> Next();
  // From the start again, after events were lost.
  void Restart();
  bool done() const { return directories_.empty() && entries_.empty(); }
  const DiscoveryCounts& counts() const { return counts_; }

 private:
  struct Directory {
    std::string path;
    std::size_t depth = 0;
    std::uint64_t device = 0;
  };

  void ListNextDirectory();
  void AddDirectory(Directory directory);
  bool IsExcluded(const std::string& path) const;

  platform::FileSystem& files_;
  const DiscoveryOptions options_;
  std::vector<Directory> directories_;  // a stack
  Directory current_;                   // that holds entries_
  std::vector<std::string> entries_;    // names still to be looked at, last first
  DiscoveryCounts counts_;
};

}  // namespace vigie::agent::inspect
