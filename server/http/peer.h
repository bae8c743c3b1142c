#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace vigie::server::http {

// A watcher whose machine went to sleep says nothing: the system asks after 30 s, and thrice.
void NoticeTheDead(boost::asio::ip::tcp::socket& socket);

// "ipv4:192.0.2.7:4242", as gRPC writes it.
std::string CallerOf(const boost::asio::ip::tcp::endpoint& peer);

}  // namespace vigie::server::http
