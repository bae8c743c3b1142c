#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::platform {

// A process for as long as the machine runs: pids are reused, (pid, start time) is not.
struct ProcessId {
  std::int32_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot, /proc/PID/stat field 22; 0 = not known
  auto operator<=>(const ProcessId&) const = default;
};

struct ProcessDescription {
  ProcessId id;
  std::string exe;                   // absolute path; empty if it could not be read
  std::string command_line;          // arguments joined by one space, at most 4096 bytes
  std::vector<std::string> parents;  // exe of the parent, its parent, …; at most 16
  std::uint32_t uid = 0;             // real user id
  std::string user;                  // login user's name (audit login uid if set, else uid); "uid:1234" if it has none
  std::uint32_t session = 0;         // audit session, 0 = none
  std::uint64_t input_pipe = 0;      // inode of the pipe that is its standard input; 0 = none
  // The same processes as `parents`, one for one; start_time 0 = not known. Empty if the source tells exes only.
  std::vector<ProcessId> parent_ids{};
};

// How a process that is blocked in an open call opens its file.
enum class OpenMode { kRead, kWrite, kUnknown };

// A file on which a process holds a descriptor open for writing.
struct WritableFile {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::string path;
};

// Somebody who gets what another process writes.
struct OutflowReader {
  ProcessId process;
  std::uint64_t pipe = 0;  // inode of the pipe; 0 = a socket pair
};

// Where the output of a process goes, over pipes, FIFOs and socket pairs, and on over those of whoever reads it there.
struct Outflow {
  std::vector<OutflowReader> readers;  // nearest first, each process once, the asked one never; at most 64
  std::vector<std::uint64_t> pipes;    // inodes of what the asked process and those readers write into
  bool complete = true;                // false: too many processes or descriptors, or no time left; there may be more
};

struct ProcessLink {
  ProcessId process;
  ProcessId parent;
};

// Facts about running processes. Reads the operating system's tables, may block on them for a short while and may look
// a user name up: never call it on a thread that answers permission events by itself. Thread-safe.
class ProcessInfo {
 public:
  virtual ~ProcessInfo() = default;

  // kNotFound if the process has ended.
  virtual base::Result<ProcessDescription> Describe(std::int32_t pid) = 0;

  // Of the open call in which a thread of `pid` waits now. kUnknown if no thread is in one that can be read
  // (io_uring, openat2): treat that as a write.
  virtual OpenMode PendingOpenMode(std::int32_t pid) = 0;

  // Regular files that `pid` holds open for writing; a shell's `cat a > b` opens b before a.
  virtual base::Result<std::vector<WritableFile>> WritableFiles(std::int32_t pid) = 0;

  // Looks through processes of the same user or session only, within 150 ms. A pipe of which the process holds both
  // ends is its own affair (make's job server) and is left out. kNotFound if the process has ended. A source that
  // knows no pipes answers that there are none.
  virtual base::Result<Outflow> OutflowOf(std::int32_t pid) {
    (void)pid;
    return Outflow{};
  }

  // Every process that runs now, in no order; at most 65,536. Empty from a source that cannot tell.
  virtual base::Result<std::vector<ProcessLink>> Running() { return std::vector<ProcessLink>(); }
};

}  // namespace vigie::platform
