#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "platform/worker_process.h"

namespace vigie::platform {

inline constexpr int kWorkerSocketNumber = 3;  // descriptor of the socket in the worker

// Messages over a stream socket, since a message-keeping one (SOCK_SEQPACKET) is limited by its buffers: a header of 12
// bytes in the machine's order {magic, bytes, descriptors, each 32 bits}, to whose first byte the descriptors are
// attached (SCM_RIGHTS), then the bytes. The other end is not trusted: what breaks the protocol is kDataLoss, and the
// socket is unusable afterwards, as it is after a deadline in the middle of a message. Uses no system calls but poll,
// sendmsg and recvmsg.
class StreamWorkerSocket final : public WorkerSocket {
 public:
  explicit StreamWorkerSocket(base::FileDescriptor socket) : socket_(std::move(socket)) {}

  base::Result<void> Send(const WorkerMessage& message, base::Deadline deadline) override;
  base::Result<WorkerMessage> Receive(base::Deadline deadline) override;

  // Ends both directions: a call that waits, here or at the other end, returns kUnavailable. From any thread.
  void Shutdown();
  int number() const { return socket_.get(); }
  base::FileDescriptor TakeDescriptor() && { return std::move(socket_); }

 private:
  base::Result<void> SendParts(const WorkerMessage& message, base::Deadline deadline);
  base::Result<WorkerMessage> ReceiveParts(base::Deadline deadline, bool& begun);

  base::FileDescriptor socket_;
  std::atomic<bool> send_broken_ = false;
  std::atomic<bool> receive_broken_ = false;
};

// The two ends of one connection. Both are closed when a program is executed.
base::Result<std::pair<base::FileDescriptor, base::FileDescriptor>> MakeSocketPair();

}  // namespace vigie::platform
