#include "server/http/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <sstream>

#include "server/http/answers.h"
#include "server/http/connect_protocol.h"
#include "server/http/exchange.h"
#include "server/http/transport.h"

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;
using base::Error;
using base::ErrorCode;
using boost::system::error_code;

constexpr std::chrono::seconds kGoodByeTime{3};
const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::string_view kOther = "other";

// The next answer of `call`, back on the connection's strand: gRPC tells it on a thread of its own.
asio::awaitable<Answer> Next(std::shared_ptr<RelayedCall> call) {
  const auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
      [](auto handler, const std::shared_ptr<RelayedCall>& asked, const auto& home) {
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        asked->Next([waiting, home, work = asio::make_work_guard(home)](Answer answer) {
          asio::post(home, [waiting, answer = std::move(answer)]() mutable { (*waiting)(std::move(answer)); });
        });
      },
      use_awaitable, call, executor);
}

asio::awaitable<Outcome> CallOnce(std::shared_ptr<RelayedCall> call) {
  Outcome outcome;
  for (;;) {
    Answer answer = co_await Next(call);
    if (auto* status = std::get_if<grpc::Status>(&answer)) {
      outcome.status = *status;
      co_return outcome;
    }
    outcome.message = std::get<grpc::ByteBuffer>(std::move(answer));
  }
}

std::string ToText(const Response& response) {
  std::ostringstream text;
  text << response;
  return std::move(text).str();
}

std::string HeadToText(const beast_http::response_header<>& head) {
  std::ostringstream text;
  text << head;
  return std::move(text).str();
}

// One piece of a body that comes in pieces (RFC 9112, 7.1).
std::string Chunk(std::string_view piece) {
  std::ostringstream text;
  text << std::hex << piece.size() << "\r\n" << piece << "\r\n";
  return std::move(text).str();
}
constexpr std::string_view kLastChunk = "0\r\n\r\n";

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, asio::any_io_executor strand, std::unique_ptr<Transport> transport, std::string caller)
      : shared_(shared),
        limits_(shared.setup.limits),
        strand_(std::move(strand)),
        transport_(std::move(transport)),
        caller_(std::move(caller)) {}

  asio::awaitable<void> Run() {
    const Registration registration(*this);
    Patience();
    const error_code error = co_await transport_->Handshake();
    for (bool open = !error; open;) open = co_await ServeOne();
    if (unread_ && !ended_) co_await ReadAndDrop();
    if (!error && !streamed_ && !ended_) co_await SayGoodBye();
  }

 private:
  using Parser = beast_http::request_parser<beast_http::string_body>;

  // Among the open connections as long as it runs, however it ends.
  struct Registration {
    explicit Registration(Connection& connection)
        : self(connection), number(self.shared_.open.Add([weak = self.weak_from_this()] {
            if (const auto open = weak.lock()) asio::post(open->strand_, [open] { open->End(); });
          })) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() {
      self.transport_->Close();
      self.shared_.open.Forget(number);
    }

    Connection& self;
    const std::uint64_t number;
  };

  // What a refused caller still sends: closed at once, his answer would be lost with it.
  asio::awaitable<void> ReadAndDrop() {
    transport_->Patience(kGoodByeTime);
    error_code error;
    std::size_t dropped = 0;
    while (!error && dropped < 2 * limits_.request_bytes) {
      buffer_.clear();
      dropped += co_await transport_->Read(buffer_.prepare(kReadBytes), error);
    }
  }

  asio::awaitable<void> SayGoodBye() {
    transport_->Patience(kGoodByeTime);
    co_await transport_->SayGoodBye();
  }

  // False: the connection has ended, or must. So do all below.
  asio::awaitable<bool> ServeOne() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(limits_.request_bytes);
    Patience();
    if (const error_code error = co_await ReadHead(parser)) co_return co_await RefuseUnread(error);
    // Any coding of it: where such a request ends is a matter of opinion.
    if (parser.get().find(beast_http::field::transfer_encoding) != parser.get().end()) {
      const Error coded{ErrorCode::kInvalidArgument, "a request needs a Content-Length, and no Transfer-Encoding"};
      co_return co_await Refuse(coded, 411);
    }
    const std::size_t length = parser.content_length().value_or(0);
    if (length > limits_.small_request_bytes && AuthorizationOf(parser.get()).empty()) {
      const Error unknown{ErrorCode::kUnauthenticated, "needs an API token"};
      co_return co_await Refuse(unknown, 401);
    }
    const auto share = shared_.large_requests.Take(length > limits_.small_request_bytes ? length : 0);
    if (!share) {
      const Error full{ErrorCode::kUnavailable, "too many requests are being answered: try again in a moment"};
      co_return co_await Refuse(full, 503);
    }
    if (const error_code error = co_await ReadBody(parser)) co_return co_await RefuseUnread(error);
    const Request request = parser.release();
    co_return co_await Serve(request);
  }

  asio::awaitable<error_code> ReadHead(Parser& parser) {
    error_code error;
    while (!error && !parser.is_header_done()) error = co_await ParseMore(parser);
    co_return error;
  }

  asio::awaitable<error_code> ReadBody(Parser& parser) {
    error_code error;
    // curl waits for this word before it sends a long request.
    if (WaitsForWord(parser.get())) error = co_await Write(kContinue);
    while (!error && !parser.is_done()) error = co_await ParseMore(parser);
    co_return error;
  }

  // What has been read already, and if that is not enough, what comes next.
  asio::awaitable<error_code> ParseMore(Parser& parser) {
    error_code error;
    if (buffer_.size() != 0) {
      buffer_.consume(parser.put(buffer_.data(), error));
      if (error != beast_http::error::need_more) co_return error;
      error = {};
    }
    const auto space = buffer_.prepare(kReadBytes);
    const std::size_t read = co_await transport_->Read(space, error);
    buffer_.commit(read);
    co_return error;
  }

  asio::awaitable<bool> Serve(const Request& request) {
    head_only_ = request.method() == beast_http::verb::head;
    const Wanted wanted = WantedBy(request);
    if (const auto refused = CheckVerb(request, wanted)) co_return co_await Send(*refused, kOther);
    switch (wanted) {
      case Wanted::kApi:
        co_return co_await ServeApi(request);
      case Wanted::kMetrics:
        co_return co_await ServeMetrics(request);
      case Wanted::kReadiness:
        co_return co_await ServeReadiness(request);
      case Wanted::kHealth: {
        const Response alive = TextResponse(request, 200, "alive\n");
        co_return co_await Send(alive, "healthz");
      }
      case Wanted::kNothing:
        break;
    }
    const Response nothing = NothingHere(request);
    co_return co_await Send(nothing, kOther);
  }

  asio::awaitable<bool> ServeApi(const Request& request) {
    auto call = ReadApiCall(request, caller_, limits_);
    if (!call) {
      const Response refused = ErrorResponse(request, call.error());
      co_return co_await Send(refused, kOther);
    }
    if (call->method.streams()) co_return co_await ServeStream(request, *call);
    const auto running = Begin(call->relayed);
    const Outcome outcome = co_await CallOnce(running);
    const Response response = ToResponse(request, call->method, outcome);
    co_return co_await Send(response, NameOf(call->relayed));
  }

  asio::awaitable<bool> ServeMetrics(const Request& request) {
    const auto running = Begin(MetricsRequest(request, caller_, limits_));
    const Outcome outcome = co_await CallOnce(running);
    const Response response = MetricsResponse(request, outcome);
    co_return co_await Send(response, "metrics");
  }

  asio::awaitable<bool> ServeReadiness(const Request& request) {
    const auto running = Begin(ReadinessRequest(caller_, limits_));
    const Outcome outcome = co_await CallOnce(running);
    const Response response = ReadinessResponse(request, outcome);
    co_return co_await Send(response, "readyz");
  }

  // Its status is 200 whatever comes: how it ended stands in the last message. It ends its connection, so that whoever
  // goes away is noticed although nothing is left to be said.
  asio::awaitable<bool> ServeStream(const Request& request, const ApiCall& call) {
    const auto running = Begin(call.relayed);
    // Its read, below, ends with the connection only: a good-bye over TLS would wait for it.
    streamed_ = true;
    Patience();
    const std::string head = HeadToText(StreamHead(request));
    error_code error = co_await Write(head);
    if (error) co_return false;
    transport_->EndlessPatience();
    asio::co_spawn(strand_, CancelAtTheEnd(shared_from_this(), running), asio::detached);
    grpc::Status status;
    for (bool more = true; more && !error;) {
      const Answer answer = co_await Next(running);
      std::string text = Chunk(ToEnvelope(call.method, answer, status));
      more = std::holds_alternative<grpc::ByteBuffer>(answer) && status.ok();
      if (!more) text += kLastChunk;
      Patience();
      error = co_await Write(text);
    }
    shared_.setup.answered(NameOf(call.relayed), HttpStatusOf(status.error_code()));
    co_return false;
  }

  // Nothing more is to come from the other side while a stream goes to it: what comes, or its end, ends the call.
  static asio::awaitable<void> CancelAtTheEnd(std::shared_ptr<Connection> self, std::shared_ptr<RelayedCall> call) {
    char byte = 0;
    error_code ignored;
    (void)co_await self->transport_->Read(asio::buffer(&byte, 1), ignored);
    call->Cancel();
  }

  asio::awaitable<bool> Send(const Response& response, std::string_view what) {
    Patience();
    // Named: GCC 12 destroys the temporaries of a condition inside co_await twice.
    const std::string text = head_only_ ? HeadToText(response) : ToText(response);
    const error_code error = co_await Write(text);
    shared_.setup.answered(what, response.result_int());
    co_return !error && response.keep_alive();
  }

  asio::awaitable<error_code> Write(const std::string& text) { return transport_->Write(asio::buffer(text)); }

  // A request that was not read: nobody knows where the next begins.
  asio::awaitable<bool> Refuse(const Error& error, unsigned status) {
    unread_ = true;
    head_only_ = false;  // that was of the request before
    Request unread;
    unread.version(11);
    unread.keep_alive(false);
    const Response response = ErrorResponse(unread, error, status);
    co_return co_await Send(response, kOther);
  }

  asio::awaitable<bool> RefuseUnread(const error_code& error) {
    const auto [status, reason] = ReasonOf(error, limits_);
    if (status == 0) co_return false;
    const Error refused{ErrorCode::kInvalidArgument, reason};
    co_return co_await Refuse(refused, status);
  }

  // On the strand.
  void End() {
    ended_ = true;
    transport_->Close();
    if (const auto call = call_.lock()) call->Cancel();
  }

  // A call that ends with this connection.
  std::shared_ptr<RelayedCall> Begin(const RelayedRequest& request) {
    auto call = shared_.relay->Begin(request);
    if (ended_) call->Cancel();
    call_ = call;
    return call;
  }

  void Patience() { transport_->Patience(limits_.idle); }

  Shared& shared_;
  const Limits& limits_;
  const asio::any_io_executor strand_;
  const std::unique_ptr<Transport> transport_;
  const std::string caller_;
  beast::flat_buffer buffer_;
  std::weak_ptr<RelayedCall> call_;
  bool ended_ = false;
  bool unread_ = false;     // it was told so, but may still be sending
  bool streamed_ = false;   // and is at its end
  bool head_only_ = false;  // of the request that is answered (RFC 9110, 9.3.2)
};

// One of those that its address may have.
struct Counted {
  Counted(AddressCounts& all, std::string whose) : counts(all), address(std::move(whose)), good(counts.Add(address)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (good) counts.Remove(address);
  }

  AddressCounts& counts;
  const std::string address;
  const bool good;
};

// A watcher whose machine went to sleep says nothing: the system asks after 30 s, and thrice.
void NoticeTheDead(asio::ip::tcp::socket& socket) {
  using asio::detail::socket_option::integer;
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPIDLE>(30), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPINTVL>(10), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPCNT>(3), ignored);
}

// As gRPC writes it.
std::string CallerOf(const asio::ip::tcp::endpoint& peer) {
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const bool v6 = address.is_v6();
  const std::string host = address.to_string();
  return (v6 ? "ipv6:[" + host + "]" : "ipv4:" + host) + ":" + std::to_string(peer.port());
}

}  // namespace

asio::awaitable<void> Serve(Shared& shared, asio::ip::tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) co_return;
  const Counted counted(shared.addresses, peer.address().to_string());
  if (!counted.good) co_return;
  NoticeTheDead(socket);
  const auto strand = socket.get_executor();
  auto transport =
      shared.tls ? MakeTlsTransport(std::move(socket), *shared.tls) : MakePlainTransport(std::move(socket));
  const auto connection = std::make_shared<Connection>(shared, strand, std::move(transport), CallerOf(peer));
  co_await connection->Run();
}

}  // namespace vigie::server::http
