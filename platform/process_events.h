#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/process_info.h"

// The seam to what the operating system says of the life of processes. Kernels differ in what they tell: `coverage`
// says what is missing, and why.
namespace vigie::platform {

struct ProcessForked {
  ProcessId parent;
  ProcessId child;
  base::SystemTime at{};  // 0: the source does not say
};

// A process runs another program from now on; its identity stays the same.
struct ProcessExecuted {
  ProcessId process;
  ProcessId parent{};
  std::string exe;                       // absolute path
  std::vector<std::string> arguments{};  // as far as the source tells: at most 4096 bytes together
  std::uint32_t uid = 0;
  std::uint32_t login_uid = 0;    // audit login uid; 4294967295 = not set
  std::uint32_t session = 0;      // audit session; 0 = none
  std::uint64_t cgroup = 0;       // id of its cgroup (v2); 0 = not known
  std::uint64_t input_pipe = 0;   // inode of the pipe that is its standard input; 0 = none
  std::uint64_t output_pipe = 0;  // the same of its standard output
  base::SystemTime at{};
};

struct ProcessEnded {
  ProcessId process;
};

// Receives events on the sensor's own thread, each process's in order: must not block, log, resolve names or open
// files.
class ProcessEventHandler {
 public:
  virtual ~ProcessEventHandler() = default;
  virtual void OnForked(const ProcessForked& event) = 0;
  virtual void OnExecuted(ProcessExecuted event) = 0;
  virtual void OnEnded(const ProcessEnded& event) = 0;
  virtual void OnProcessGap(FileEventGap gap) = 0;  // events were lost
};

// Thread-safe. Start once, Stop once.
class ProcessEvents {
 public:
  virtual ~ProcessEvents() = default;

  // kUnsupported or kPermissionDenied with the reason if this machine tells nothing. `handler` must outlive Stop.
  virtual base::Result<void> Start(ProcessEventHandler& handler) = 0;
  virtual void Stop() = 0;

  // Gives `forked` the forks until now that the handler has not heard of yet, on the caller's thread; the handler will
  // hear of them in their turn. False: it cannot be sure that these are all. Does not block.
  using ForkedFunction = std::function<void(const ProcessForked&)>;
  virtual bool CatchUp(const ForkedFunction& /*forked*/) { return false; }

  virtual SensorCounts counts() const = 0;

  // How it watches: "bpf", "proc connector".
  virtual std::string source() const = 0;
  // What it cannot tell, one sentence each, for health. Empty: all of the above.
  virtual std::vector<std::string> degradations() const { return {}; }
};

}  // namespace vigie::platform
