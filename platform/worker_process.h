#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

// One message over the socket between a process and its worker: bytes and open descriptors (SCM_RIGHTS).
struct WorkerMessage {
  std::string bytes;                              // at most kMaxWorkerMessage
  std::vector<base::FileDescriptor> descriptors;  // at most 8
};
inline constexpr std::size_t kMaxWorkerMessage = std::size_t{16} << 20;

// One end of a private, connected, message-keeping socket. One sender and one receiver at a time.
class WorkerSocket {
 public:
  virtual ~WorkerSocket() = default;
  virtual base::Result<void> Send(const WorkerMessage& message, base::Deadline deadline) = 0;
  // kUnavailable once the other end is gone; kDeadlineExceeded when it stays silent; kDataLoss if it does not speak the
  // protocol.
  virtual base::Result<WorkerMessage> Receive(base::Deadline deadline) = 0;
};

// A child process of ours and the socket to it. The destructor kills and reaps it.
class WorkerProcess {
 public:
  virtual ~WorkerProcess() = default;
  virtual std::int32_t pid() const = 0;
  virtual WorkerSocket& socket() = 0;
  // Ends it now and reaps it; a Send or Receive that waits returns kUnavailable. From any thread, as often as one
  // likes.
  virtual void Kill() = 0;
};

// Starts workers and must outlive them. Thread-safe.
class WorkerLauncher {
 public:
  virtual ~WorkerLauncher() = default;
  // Starts `executable arguments…` with an empty environment, the socket as descriptor 3, standard input and output on
  // /dev/null, standard error ours, nothing else open, and dying with us (PR_SET_PDEATHSIG).
  // kNotFound if there is no such file.
  virtual base::Result<std::unique_ptr<WorkerProcess>> Launch(const std::string& executable,
                                                              const std::vector<std::string>& arguments) = 0;
};

// The worker's side: the socket at descriptor 3. kFailedPrecondition if this process was not started by a
// WorkerLauncher.
base::Result<std::unique_ptr<WorkerSocket>> InheritedWorkerSocket();

}  // namespace vigie::platform
