#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

namespace vigie::server::http {

// The bytes of one connection, over TLS or not. On the strand of its socket; one Read and one Write at a time. Each
// ends with an error once nothing has moved for the time that Patience allows.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual boost::asio::awaitable<boost::system::error_code> Handshake() = 0;
  // At least one byte, or an error.
  virtual boost::asio::awaitable<std::size_t> Read(boost::asio::mutable_buffer space,
                                                   boost::system::error_code& error) = 0;
  // All of it, or an error.
  virtual boost::asio::awaitable<boost::system::error_code> Write(boost::asio::const_buffer bytes) = 0;
  virtual boost::asio::awaitable<void> SayGoodBye() = 0;

  // For what begins from now on. / For ever.
  void Patience(std::chrono::seconds time) { socket().expires_after(time); }
  void EndlessPatience() { socket().expires_never(); }
  void Close() { socket().close(); }

 private:
  virtual boost::beast::tcp_stream& socket() = 0;
};

std::unique_ptr<Transport> MakePlainTransport(boost::asio::ip::tcp::socket socket);
// `tls` outlives it.
std::unique_ptr<Transport> MakeTlsTransport(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls);

}  // namespace vigie::server::http
