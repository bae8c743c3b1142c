#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <functional>

#include "server/http/exchange.h"
#include "server/http/transport.h"

namespace vigie::server::http {

// The requests of one connection, one after the other. On its strand.
class RequestReader {
 public:
  using Parser = beast_http::request_parser<beast_http::string_body>;

  // Both outlive it.
  RequestReader(Transport& transport, const Limits& limits) : transport_(transport), limits_(limits) {}

  boost::asio::awaitable<boost::system::error_code> ReadHead(Parser& parser);
  // Gives the word that some wait for, first.
  boost::asio::awaitable<boost::system::error_code> ReadBody(Parser& parser);
  // As ReadBody, of a body of `length` bytes that goes nowhere else, piece by piece, until `take` says no
  // (operation_aborted).
  boost::asio::awaitable<boost::system::error_code> ReadInto(const beast_http::request_header<>& head,
                                                             std::uint64_t length,
                                                             const std::function<bool(std::string_view)>& take);
  // What a refused caller still sends: closed at once, his answer would be lost with it.
  boost::asio::awaitable<void> Drop();

 private:
  // What has been read already, and if that is not enough, what comes next.
  boost::asio::awaitable<boost::system::error_code> ParseMore(Parser& parser);

  Transport& transport_;
  const Limits& limits_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace vigie::server::http
