#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/process_info.h"

// The seam to the refusal of writes inside the kernel: what carriers (processes that have read customer data) may not
// write to outgoing places, whatever they have open there already. Nobody is asked and nothing waits; what was refused
// is told. Of all other processes nothing is told.
namespace vigie::platform {

enum class WriteOperation {
  kOpen,       // for writing
  kWrite,      // to what it has open, or to the disk itself
  kCreate,     // a file, a folder, a symbolic link, a device node
  kRename,     // onto the place, or on it
  kLink,       // the same
  kMap,        // into memory, shared and writable
  kAttribute,  // an extended one
};

// It was refused, with EPERM. The same one over and over is told once a second.
struct RefusedWrite {
  ProcessId process;
  std::uint32_t uid = 0;
  WriteOperation operation = WriteOperation::kWrite;
  std::uint64_t device = 0;  // of SetPlaces
  std::uint64_t inode = 0;   // 0 = there is none yet
  // From the root of its file system: "/a/b.csv". Of a file that lies deep its last parts only: "a/b.csv".
  std::string path{};
  base::SystemTime at{};
};

// Receives on the sensor's own thread: must not block, log, resolve names or open files.
class WriteHandler {
 public:
  virtual ~WriteHandler() = default;
  virtual void OnRefusedWrite(RefusedWrite refused) = 0;
  virtual void OnWriteGap(FileEventGap gap) = 0;  // some refusals are not told
};

// A set of places: bit i is the place i of SetPlaces.
using PlaceSet = std::uint32_t;
inline constexpr std::size_t kMaxPlaces = 32;

// Thread-safe. Start once, Stop once; carriers and places may be given before and after Start. After Stop nothing is
// told, and what was refused still is until this object ends.
//
// Not refused: what a mapping takes that was shared and writable before, and what another process writes for a carrier.
class WriteGuard {
 public:
  virtual ~WriteGuard() = default;

  // kUnsupported or kPermissionDenied with the reason if this machine cannot do it. `handler` must outlive Stop.
  virtual base::Result<void> Start(WriteHandler& handler) = 0;
  virtual void Stop() = 0;

  // The file systems (st_dev; 0 = no such place) of all places, instead of those before. kResourceExhausted, and the
  // old ones stay, if there are more than kMaxPlaces.
  virtual base::Result<void> SetPlaces(const std::vector<std::uint64_t>& devices) = 0;

  // Where the process must not write, instead of what was said before. Holds from the return of this call on, for all
  // its threads and every process that it makes or that reads its standard output from a pipe. Does not block: it may
  // be called while the process waits for an answer. kNotFound if it has ended.
  virtual base::Result<void> Refuse(ProcessId process, PlaceSet places) = 0;

  virtual SensorCounts counts() const = 0;

  // What it cannot do, one sentence each, for health. Empty: all of the above.
  virtual std::vector<std::string> degradations() const { return {}; }
};

}  // namespace vigie::platform
