#include "tests/integration/uplink/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace vigie::agent::uplink {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool IsReadable(int socket) {
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

// False once one end has closed.
bool Pass(int from, int to) {
  std::array<char, 16384> bytes{};
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t more = ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return got > 0;
}

void Close(int& socket) {
  if (socket >= 0) ::close(socket);
  socket = -1;
}

}  // namespace

TcpProxy::TcpProxy(int target_port)
    : target_port_(target_port), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the interface of sockets
  EXPECT_EQ(::bind(listener_, any, size), 0);
  EXPECT_EQ(::listen(listener_, 64), 0);
  EXPECT_EQ(::getsockname(listener_, any, &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

TcpProxy::~TcpProxy() {
  thread_.request_stop();
  thread_.join();
  for (Link& link : links_) {
    Close(link.agent);
    Close(link.collector);
  }
  Close(listener_);
}

void TcpProxy::Work(const std::stop_token& stop) {
  constexpr int kTurnMilliseconds = 20;
  while (!stop.stop_requested()) {
    std::vector<pollfd> waiting = {{listener_, POLLIN, 0}};
    for (const Link& link : links_) {
      if (link.way != Way::kBlackhole) waiting.push_back({link.agent, POLLIN, 0});
      if (link.way == Way::kOpen) waiting.push_back({link.collector, POLLIN, 0});
    }
    (void)::poll(waiting.data(), waiting.size(), kTurnMilliseconds);
    if (IsReadable(listener_)) Accept();
    const Way way = way_;
    for (Link& link : links_) {
      if (way != Way::kOpen) link.way = way;
      Serve(link);
    }
  }
}

void TcpProxy::Accept() {
  Link link{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
            way_};
  sockaddr_in address = Loopback(target_port_);
  auto* target = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the interface of sockets
  if (::connect(link.collector, target, sizeof(address)) != 0) Close(link.agent);
  links_.push_back(link);
}

void TcpProxy::Serve(Link& link) {
  if (link.way == Way::kBlackhole || link.agent < 0) return;
  bool open = true;
  if (IsReadable(link.agent)) open = Pass(link.agent, link.collector);
  if (open && link.way == Way::kOpen && IsReadable(link.collector)) open = Pass(link.collector, link.agent);
  if (open) return;
  Close(link.agent);
  Close(link.collector);
}

}  // namespace vigie::agent::uplink
