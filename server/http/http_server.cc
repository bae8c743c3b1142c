#include "server/http/http_server.h"

#include <openssl/ssl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <vector>

#include "platform/base/logging.h"
#include "server/http/connection.h"

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::milliseconds kAfterFailure{100};
constexpr int kThreads = 2;

Result<asio::ssl::context> MakeTls(const ServerTls& tls) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  boost::system::error_code error;
  context.use_certificate_chain(asio::buffer(tls.certificate_pem), error);
  if (error) return Error{ErrorCode::kInvalidArgument, "tls.certificate: " + error.message()};
  context.use_private_key(asio::buffer(tls.key_pem), asio::ssl::context::pem, error);
  if (error) return Error{ErrorCode::kInvalidArgument, "tls.key: " + error.message()};
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_3_VERSION);
  return context;
}

void ServeOn(Shared& shared, tcp::socket socket, Budget::Share share) {
  const auto executor = socket.get_executor();
  asio::co_spawn(executor, Serve(shared, std::move(socket)),
                 [held = std::make_shared<Budget::Share>(std::move(share))](const std::exception_ptr& thrown) {
                   if (thrown) base::LogWarning("http: a connection ended for want of memory");
                 });
}

asio::awaitable<void> Accept(Shared& shared, tcp::acceptor& acceptor, asio::io_context& context) {
  while (acceptor.is_open()) {
    boost::system::error_code error;
    tcp::socket socket(asio::make_strand(context));
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    auto share = error ? std::nullopt : shared.connections.Take(1);
    if (share) {
      ServeOn(shared, std::move(socket), std::move(*share));
    } else if (error) {  // no descriptors, mostly: not in a loop that takes a whole core
      asio::steady_timer rest(context, kAfterFailure);
      co_await rest.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

// Whatever happens: who is not accepted any more would hear nothing, while all others are served.
void KeepAccepting(Shared& shared, tcp::acceptor& acceptor, asio::io_context& context) {
  asio::co_spawn(acceptor.get_executor(), Accept(shared, acceptor, context), [&](const std::exception_ptr& thrown) {
    if (!thrown) return;
    base::LogError("http: a connection could not be accepted for want of memory");
    KeepAccepting(shared, acceptor, context);
  });
}

}  // namespace

struct HttpServer::Parts {
  Parts(HttpSetup setup, std::unique_ptr<Relay> relay, const base::Clock& clock)
      : shared(std::move(setup), std::move(relay), clock) {}

  Result<void> Listen();

  Shared shared;
  asio::io_context context{kThreads};
  tcp::acceptor acceptor{asio::make_strand(context)};
  std::vector<std::jthread> threads;
};

Result<void> HttpServer::Parts::Listen() {
  const HttpSetup& setup = shared.setup;
  if (setup.tls) {
    auto tls = MakeTls(*setup.tls);
    if (!tls) return tls.error();
    shared.tls.emplace(std::move(*tls));
  }
  boost::system::error_code error;
  const auto found = tcp::resolver(context).resolve(setup.host, std::to_string(setup.port), error);
  if (error || found.empty()) return Error{ErrorCode::kInvalidArgument, "nobody knows the host " + setup.host};
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  return Error{ErrorCode::kUnavailable,
               "cannot listen on " + setup.host + ":" + std::to_string(setup.port) + ": " + error.message()};
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpSetup setup, std::unique_ptr<Relay> relay,
                                                      const base::Clock& clock) {
  auto parts = std::make_unique<Parts>(std::move(setup), std::move(relay), clock);
  if (auto listening = parts->Listen(); !listening) return listening.error();
  KeepAccepting(parts->shared, parts->acceptor, parts->context);
  for (int number = 0; number < kThreads; ++number) {
    parts->threads.emplace_back([&context = parts->context] { context.run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

HttpServer::~HttpServer() {
  Stop();
}

std::uint16_t HttpServer::port() const {
  boost::system::error_code error;
  return parts_->acceptor.local_endpoint(error).port();
}

void HttpServer::Stop() {
  if (parts_->threads.empty()) return;
  asio::post(parts_->acceptor.get_executor(), [this] {
    boost::system::error_code ignored;
    parts_->acceptor.close(ignored);
  });
  parts_->shared.open.EndAll();
  parts_->threads.clear();
}

}  // namespace vigie::server::http
