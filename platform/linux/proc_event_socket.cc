#include "platform/linux/proc_event_socket.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kQueueBytes = 4 << 20;  // about 20,000 events
constexpr std::size_t kMessageBytes = 8192;
// An event begins behind both headers and has at least the part that every kind has in common.
constexpr std::size_t kEventOffset = sizeof(nlmsghdr) + sizeof(cn_msg);
constexpr std::size_t kEventBytes = offsetof(proc_event, event_data) + sizeof(proc_event::event_data.fork);

std::optional<ProcEvent> Translate(const proc_event& event) {
  const auto& forked = event.event_data.fork;
  const auto& executed = event.event_data.exec;
  const auto& ended = event.event_data.exit;
  switch (event.what) {
    case proc_event::PROC_EVENT_FORK:
      if (forked.child_pid != forked.child_tgid) return std::nullopt;
      return ProcEvent{ProcEventKind::kForked, forked.child_tgid, forked.parent_tgid};
    case proc_event::PROC_EVENT_EXEC:
      return ProcEvent{ProcEventKind::kExecuted, executed.process_tgid, 0};
    case proc_event::PROC_EVENT_EXIT:
      if (ended.process_pid != ended.process_tgid) return std::nullopt;
      return ProcEvent{ProcEventKind::kEnded, ended.process_tgid, 0};
    default:
      return std::nullopt;
  }
}

Result<void> Subscribe(int socket) {
  std::array<std::byte, kEventOffset + sizeof(proc_cn_mcast_op)> message{};
  nlmsghdr header = {};
  header.nlmsg_len = message.size();
  header.nlmsg_type = NLMSG_DONE;
  cn_msg request = {};
  request.id = {CN_IDX_PROC, CN_VAL_PROC};
  request.len = sizeof(proc_cn_mcast_op);
  const proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + sizeof header, &request, sizeof request);
  std::memcpy(message.data() + kEventOffset, &operation, sizeof operation);
  if (::send(socket, message.data(), message.size(), 0) < 0) return ErrnoError(errno, "ask the proc connector");
  return {};
}

}  // namespace

std::vector<ProcEvent> ParseProcEvents(std::span<const std::byte> message) {
  std::vector<ProcEvent> events;
  while (message.size() >= kEventOffset + kEventBytes) {
    nlmsghdr header = {};
    std::memcpy(&header, message.data(), sizeof header);
    if (header.nlmsg_len < kEventOffset + kEventBytes || header.nlmsg_len > message.size()) break;
    proc_event event = {};
    std::memcpy(&event, message.data() + kEventOffset,
                std::min<std::size_t>(sizeof event, header.nlmsg_len - kEventOffset));
    if (const auto translated = Translate(event)) events.push_back(*translated);
    message = message.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), message.size()));
  }
  return events;
}

Result<ProcEventSocket> ProcEventSocket::Open() {
  base::FileDescriptor socket(::socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!socket) return ErrnoError(errno, "open the proc connector");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kQueueBytes, sizeof kQueueBytes);
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoError(errno, "listen to the proc connector");
  }
  if (auto subscribed = Subscribe(socket.get()); !subscribed) return subscribed.error();
  return ProcEventSocket(std::move(socket));
}

Result<std::optional<std::vector<ProcEvent>>> ProcEventSocket::Read() {
  using Message = std::optional<std::vector<ProcEvent>>;
  std::array<std::byte, kMessageBytes> buffer;
  sockaddr_nl sender = {};
  socklen_t sender_bytes = sizeof sender;
  const ssize_t count =
      ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&sender), &sender_bytes);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Message();
  if (count < 0) return Error{ErrorCode::kDataLoss, "the kernel's queue of process events overflowed"};
  if (sender.nl_pid != 0) return Message(std::in_place);  // not from the kernel
  return Message(ParseProcEvents(std::span(buffer).first(static_cast<std::size_t>(count))));
}

}  // namespace vigie::platform
