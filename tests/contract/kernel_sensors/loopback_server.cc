#include "tests/contract/kernel_sensors/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace vigie::test {

platform::IpAddress ParseAddress(const std::string& address) {
  platform::IpAddress parsed{};
  const bool is_ipv6 = address.find(':') != std::string::npos;
  if (::inet_pton(AF_INET6, (is_ipv6 ? address : "::ffff:" + address).c_str(), parsed.data()) != 1) std::abort();
  return parsed;
}

LoopbackServer::LoopbackServer(Kind kind, const std::string& address)
    : kind_(kind), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // An IPv6 socket serves IPv4 as well.
  const int type = kind == Kind::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  socket_ = base::FileDescriptor(::socket(AF_INET6, type | SOCK_CLOEXEC, 0));
  sockaddr_in6 name = {};
  name.sin6_family = AF_INET6;
  const auto parsed = ParseAddress(address);
  std::memcpy(&name.sin6_addr, parsed.data(), parsed.size());
  socklen_t size = sizeof name;
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(socket_.get(), generic, size) != 0 || ::getsockname(socket_.get(), generic, &size) != 0) std::abort();
  if (kind == Kind::kTcp && ::listen(socket_.get(), 64) != 0) std::abort();
  port_ = ntohs(name.sin6_port);
  thread_ = std::thread([this] { Serve(); });
}

LoopbackServer::~LoopbackServer() {
  const std::uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
}

void LoopbackServer::Serve() {
  std::vector<base::FileDescriptor> sockets;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    std::vector<pollfd> awaited{{stop_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    for (const auto& socket : sockets) awaited.push_back({socket.get(), POLLIN, 0});
    ::poll(awaited.data(), awaited.size(), -1);
    if (awaited[0].revents != 0) return;
    for (std::size_t i = 1; i < awaited.size(); ++i) {
      if (awaited[i].revents == 0) continue;
      if (i == 1 && kind_ == Kind::kTcp) {
        sockets.emplace_back(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        continue;
      }
      const ssize_t count = ::recv(awaited[i].fd, buffer.data(), buffer.size(), 0);
      if (count > 0) bytes_ += static_cast<std::uint64_t>(count);
      if (count <= 0 && kind_ == Kind::kTcp) sockets[i - 2] = base::FileDescriptor();
    }
    std::erase_if(sockets, [](const auto& socket) { return !socket; });
  }
}

bool LoopbackServer::AwaitBytes(std::uint64_t bytes) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (bytes_ < bytes && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return bytes_ >= bytes;
}

}  // namespace vigie::test
