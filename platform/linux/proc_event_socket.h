#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

enum class ProcEventKind { kForked, kExecuted, kEnded };

struct ProcEvent {
  ProcEventKind kind = ProcEventKind::kForked;
  std::int32_t pid = 0;
  std::int32_t parent = 0;  // kForked only
};

// The events of processes, without those of their other threads, in a message of the proc connector. Pure; what is none
// is left out.
std::vector<ProcEvent> ParseProcEvents(std::span<const std::byte> message);

// A socket that the kernel tells of processes on. Not thread-safe.
class ProcEventSocket {
 public:
  static base::Result<ProcEventSocket> Open();

  int descriptor() const { return socket_.get(); }
  // The next message, without waiting; nothing if there is none. kDataLoss if the kernel dropped some: more may be
  // there.
  base::Result<std::optional<std::vector<ProcEvent>>> Read();

 private:
  explicit ProcEventSocket(base::FileDescriptor socket) : socket_(std::move(socket)) {}

  base::FileDescriptor socket_;
};

}  // namespace vigie::platform
