#include "platform/linux/socket_pairs.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <set>

#include "platform/base/file_descriptor.h"

namespace vigie::platform {
namespace {

constexpr std::size_t kMaxMessages = 4096;
constexpr std::uint8_t kEstablished = 1;  // TCP_ESTABLISHED: the states are shared

struct Request {
  nlmsghdr header;
  unix_diag_req body;
};

bool Ask(int netlink) {
  Request request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = 1U << kEstablished;
  request.body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
  return ::send(netlink, &request, sizeof(request), 0) == static_cast<ssize_t>(sizeof(request));
}

struct Dump {
  std::map<std::uint64_t, std::uint64_t> peers;
  std::set<std::uint64_t> named;
};

void Note(const nlmsghdr& header, Dump& dump) {
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(unix_diag_msg))) return;
  const auto* message = static_cast<const unix_diag_msg*>(NLMSG_DATA(&header));
  const auto* attribute = reinterpret_cast<const rtattr*>(message + 1);
  auto left = header.nlmsg_len - static_cast<unsigned>(NLMSG_LENGTH(sizeof(unix_diag_msg)));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == UNIX_DIAG_NAME) dump.named.insert(message->udiag_ino);
    if (attribute->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(attribute) < sizeof(std::uint32_t)) continue;
    std::uint32_t peer = 0;
    std::memcpy(&peer, RTA_DATA(attribute), sizeof(peer));
    if (peer != 0) dump.peers[message->udiag_ino] = peer;
  }
}

// False at the end of the dump.
bool NoteAll(std::array<std::byte, 32768>& buffer, std::size_t size, Dump& dump) {
  auto left = static_cast<unsigned>(size);
  for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(header, left);
       header = NLMSG_NEXT(header, left)) {
    if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) return false;
    Note(*header, dump);
  }
  return true;
}

}  // namespace

std::map<std::uint64_t, std::uint64_t> SocketPairs() {
  const base::FileDescriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink || !Ask(netlink.get())) return {};
  Dump dump;
  alignas(nlmsghdr) std::array<std::byte, 32768> buffer{};
  for (std::size_t i = 0; i < kMaxMessages; ++i) {
    const ssize_t size = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0 || !NoteAll(buffer, static_cast<std::size_t>(size), dump)) break;
  }
  std::erase_if(dump.peers,
                [&](const auto& pair) { return dump.named.contains(pair.first) || dump.named.contains(pair.second); });
  return std::move(dump.peers);
}

}  // namespace vigie::platform
