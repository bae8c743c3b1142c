#include "platform/linux/worker_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace vigie::platform {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr std::uint32_t kMagic = 0x31574756;  // "VGW1"
constexpr std::size_t kMaxDescriptors = 8;
constexpr std::size_t kReceiveChunk = std::size_t{256} << 10;

struct Header {
  std::uint32_t magic = kMagic;
  std::uint32_t bytes = 0;
  std::uint32_t descriptors = 0;
};

// Room for the control message that carries descriptors, aligned as the kernel wants it.
struct ControlBuffer {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxDescriptors * sizeof(int))> bytes{};
};

Error Gone() {
  return {ErrorCode::kUnavailable, "the other end of the worker socket is gone"};
}

Error Broken(std::string_view reason) {
  return {ErrorCode::kDataLoss, "the other end of the worker socket broke the protocol: " + std::string(reason)};
}

Error SocketError(int error_number, std::string_view context) {
  if (error_number == EPIPE || error_number == ECONNRESET) return Gone();
  return base::ErrnoError(error_number, context);
}

Result<void> Await(int socket, short events, Deadline deadline) {
  for (;;) {
    // Rounded up: a wait of less than a millisecond must not become a busy loop.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining()).count();
    pollfd entry = {socket, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return {};  // also after a hang-up: the next call tells
    if (ready < 0 && errno != EINTR) return base::ErrnoError(errno, "wait for the worker socket");
    if (deadline.expired()) return Error{ErrorCode::kDeadlineExceeded, "the other end of the worker socket is silent"};
  }
}

// Sends some of the parts and takes what was sent off their front.
Result<void> SendSome(int socket, msghdr& message, Deadline deadline) {
  for (;;) {
    const ssize_t sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      auto left = static_cast<std::size_t>(sent);
      while (message.msg_iovlen > 0 && left >= message.msg_iov->iov_len) {
        left -= message.msg_iov->iov_len;
        ++message.msg_iov;
        --message.msg_iovlen;
      }
      if (message.msg_iovlen > 0) {
        message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + left;
        message.msg_iov->iov_len -= left;
      }
      return {};
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return SocketError(errno, "send to the worker socket");
    if (auto ready = Await(socket, POLLOUT, deadline); !ready) return ready;
  }
}

void Attach(const std::vector<FileDescriptor>& descriptors, ControlBuffer& control, msghdr& message) {
  if (descriptors.empty()) return;
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
  std::array<int, kMaxDescriptors> numbers{};
  std::ranges::transform(descriptors, numbers.begin(), &FileDescriptor::get);
  std::memcpy(CMSG_DATA(part), numbers.data(), descriptors.size() * sizeof(int));
}

// Owns what arrived, before anything else is checked: nothing that a worker sends may stay open in us.
void TakeDescriptors(msghdr& message, std::vector<FileDescriptor>& descriptors) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
      descriptors.emplace_back(number);
    }
  }
}

// Receives at least one byte into [data, data + size); how many. `descriptors` null: any that come are dropped by the
// kernel.
Result<std::size_t> ReceiveSome(int socket, iovec part, Deadline deadline, std::vector<FileDescriptor>* descriptors) {
  for (;;) {
    ControlBuffer control;
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptors != nullptr) {
      message.msg_control = control.bytes.data();
      message.msg_controllen = control.bytes.size();
    }
    const ssize_t received = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (received == 0) return Gone();
    if (received > 0) {
      if (descriptors != nullptr) TakeDescriptors(message, *descriptors);
      if ((message.msg_flags & MSG_CTRUNC) != 0) return Broken("descriptors in the wrong place, or too many");
      return static_cast<std::size_t>(received);
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return SocketError(errno, "receive from the worker socket");
    if (auto ready = Await(socket, POLLIN, deadline); !ready) return ready.error();
  }
}

Result<void> Check(const Header& header, std::size_t descriptors) {
  if (header.magic != kMagic) return Broken("a message does not begin as one");
  if (header.bytes > kMaxWorkerMessage) return Broken("a message of " + std::to_string(header.bytes) + " bytes");
  if (header.descriptors != descriptors || descriptors > kMaxDescriptors)
    return Broken("a wrong number of descriptors");
  return {};
}

}  // namespace

Result<void> StreamWorkerSocket::SendParts(const WorkerMessage& message, Deadline deadline) {
  Header header;
  header.bytes = static_cast<std::uint32_t>(message.bytes.size());
  header.descriptors = static_cast<std::uint32_t>(message.descriptors.size());
  // sendmsg does not write through its parts.
  std::array<iovec, 2> parts = {iovec{&header, sizeof header},
                                iovec{const_cast<char*>(message.bytes.data()), message.bytes.size()}};
  ControlBuffer control;
  msghdr call = {};
  call.msg_iov = parts.data();
  call.msg_iovlen = parts.size();
  Attach(message.descriptors, control, call);
  while (call.msg_iovlen > 0) {
    if (auto sent = SendSome(socket_.get(), call, deadline); !sent) return sent;
    call.msg_control = nullptr;  // the descriptors went with the first byte
    call.msg_controllen = 0;
  }
  return {};
}

Result<void> StreamWorkerSocket::Send(const WorkerMessage& message, Deadline deadline) {
  if (send_broken_) return Error{ErrorCode::kFailedPrecondition, "the worker socket broke off in an earlier message"};
  if (message.bytes.size() > kMaxWorkerMessage || message.descriptors.size() > kMaxDescriptors) {
    return Error{ErrorCode::kInvalidArgument, "a worker message holds at most 16 MiB and 8 descriptors"};
  }
  auto sent = SendParts(message, deadline);
  if (!sent) send_broken_ = true;
  return sent;
}

Result<WorkerMessage> StreamWorkerSocket::ReceiveParts(Deadline deadline, bool& begun) {
  WorkerMessage message;
  std::array<char, sizeof(Header)> raw{};
  for (std::size_t filled = 0; filled < raw.size();) {
    const iovec rest = {raw.data() + filled, raw.size() - filled};
    const auto count = ReceiveSome(socket_.get(), rest, deadline, &message.descriptors);
    if (!count) return count.error();
    begun = true;
    filled += *count;
  }
  Header header;
  std::memcpy(&header, raw.data(), sizeof header);
  if (auto good = Check(header, message.descriptors.size()); !good) return good.error();
  // The buffer grows with what arrives, not with what was announced.
  while (message.bytes.size() < header.bytes) {
    const std::size_t before = message.bytes.size();
    const std::size_t room = std::min(kReceiveChunk, header.bytes - before);
    message.bytes.resize(before + room);
    const auto count = ReceiveSome(socket_.get(), {message.bytes.data() + before, room}, deadline, nullptr);
    if (!count) return count.error();
    message.bytes.resize(before + *count);
  }
  return message;
}

Result<WorkerMessage> StreamWorkerSocket::Receive(Deadline deadline) {
  if (receive_broken_) return Error{ErrorCode::kDataLoss, "the worker socket broke off in an earlier message"};
  bool begun = false;
  auto message = ReceiveParts(deadline, begun);
  // Silence between two messages harms nothing.
  if (!message && (begun || message.error().code == ErrorCode::kDataLoss)) receive_broken_ = true;
  return message;
}

void StreamWorkerSocket::Shutdown() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

Result<std::pair<FileDescriptor, FileDescriptor>> MakeSocketPair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return base::ErrnoError(errno, "make a worker socket");
  }
  return std::pair(FileDescriptor(ends[0]), FileDescriptor(ends[1]));
}

Result<std::unique_ptr<WorkerSocket>> InheritedWorkerSocket() {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof(int);
  const bool is_socket = ::getsockopt(kWorkerSocketNumber, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
                         ::getsockopt(kWorkerSocketNumber, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  if (!is_socket || domain != AF_UNIX || type != SOCK_STREAM) {
    return Error{ErrorCode::kFailedPrecondition,
                 "this program is started by another one, as its worker: descriptor 3 is not the socket to it"};
  }
  if (::fcntl(kWorkerSocketNumber, F_SETFD, FD_CLOEXEC) != 0) return base::ErrnoError(errno, "keep the worker socket");
  return std::unique_ptr<WorkerSocket>(std::make_unique<StreamWorkerSocket>(FileDescriptor(kWorkerSocketNumber)));
}

}  // namespace vigie::platform
