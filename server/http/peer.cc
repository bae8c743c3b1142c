#include "server/http/peer.h"

#include <algorithm>

namespace vigie::server::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kNetworkBytes = 8;

// An IPv4 address that a socket of IPv6 tells is one of IPv4.
asio::ip::address Unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

}  // namespace

void NoticeTheDead(asio::ip::tcp::socket& socket) {
  using asio::detail::socket_option::integer;
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPIDLE>(30), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPINTVL>(10), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPCNT>(3), ignored);
}

std::string CallerOf(const asio::ip::tcp::endpoint& peer) {
  const auto address = Unmapped(peer.address());
  const bool v6 = address.is_v6();
  const std::string host = address.to_string();
  return (v6 ? "ipv6:[" + host + "]" : "ipv4:" + host) + ":" + std::to_string(peer.port());
}

std::string NetworkOf(const asio::ip::address& address) {
  const auto plain = Unmapped(address);
  if (plain.is_v4()) return plain.to_string();
  auto bytes = plain.to_v6().to_bytes();
  std::fill(bytes.begin() + kNetworkBytes, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

}  // namespace vigie::server::http
