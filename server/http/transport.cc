#include "server/http/transport.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

template <typename Stream>
class StreamTransport : public Transport {
 public:
  template <typename... Arguments>
  explicit StreamTransport(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

  asio::awaitable<std::size_t> Read(asio::mutable_buffer space, error_code& error) override {
    co_return co_await stream_.async_read_some(space, redirect_error(use_awaitable, error));
  }

  asio::awaitable<error_code> Write(asio::const_buffer bytes) override {
    error_code error;
    co_await asio::async_write(stream_, bytes, redirect_error(use_awaitable, error));
    co_return error;
  }

 protected:
  Stream stream_;

 private:
  beast::tcp_stream& socket() override { return beast::get_lowest_layer(stream_); }
};

class PlainTransport final : public StreamTransport<beast::tcp_stream> {
 public:
  using StreamTransport::StreamTransport;

  asio::awaitable<error_code> Handshake() override { co_return error_code(); }

  asio::awaitable<void> SayGoodBye() override {
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    co_return;
  }
};

class TlsTransport final : public StreamTransport<beast::ssl_stream<beast::tcp_stream>> {
 public:
  using StreamTransport::StreamTransport;

  asio::awaitable<error_code> Handshake() override {
    error_code error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server, redirect_error(use_awaitable, error));
    co_return error;
  }

  asio::awaitable<void> SayGoodBye() override {
    error_code ignored;
    co_await stream_.async_shutdown(redirect_error(use_awaitable, ignored));
  }
};

}  // namespace

std::unique_ptr<Transport> MakePlainTransport(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> MakeTlsTransport(asio::ip::tcp::socket socket, asio::ssl::context& tls) {
  return std::make_unique<TlsTransport>(std::move(socket), tls);
}

}  // namespace vigie::server::http
