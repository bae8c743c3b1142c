#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace vigie::server::http {

// A watcher whose machine went to sleep says nothing: the system asks after 30 s, and thrice.
void NoticeTheDead(boost::asio::ip::tcp::socket& socket);

// "ipv4:192.0.2.7:4242", as gRPC writes it.
std::string CallerOf(const boost::asio::ip::tcp::endpoint& peer);

// Whose connections are counted together: an IPv4 address; of IPv6 the /64, which one subscriber has to himself.
std::string NetworkOf(const boost::asio::ip::address& address);

}  // namespace vigie::server::http
