#include "server/http/peer.h"

namespace vigie::server::http {

namespace asio = boost::asio;

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
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const bool v6 = address.is_v6();
  const std::string host = address.to_string();
  return (v6 ? "ipv6:[" + host + "]" : "ipv4:" + host) + ":" + std::to_string(peer.port());
}

}  // namespace vigie::server::http
