#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "server/http/budget.h"
#include "server/http/http_server.h"
#include "server/http/open_connections.h"

namespace vigie::server::http {

// What all connections share; outlives them.
struct Shared {
  Shared(HttpSetup given, std::unique_ptr<Relay> passing_on, const base::Clock& clock)
      : setup(std::move(given)),
        relay(std::move(passing_on)),
        sessions(setup.sessions, clock),
        connections(setup.limits.connections),
        large_requests(setup.limits.large_requests_bytes),
        uploads(setup.limits.uploads) {}

  HttpSetup setup;
  std::unique_ptr<Relay> relay;
  Sessions sessions;
  std::optional<boost::asio::ssl::context> tls;
  Budget connections;
  Budget large_requests;
  Budget uploads;
  OpenConnections open;
  AddressCounts addresses{setup.limits.connections_of_one_address};
};

// Serves one connection to its end, on its socket's strand. Errors of the network end it and are nobody's news.
boost::asio::awaitable<void> Serve(Shared& shared, boost::asio::ip::tcp::socket socket);

}  // namespace vigie::server::http
