#include "server/http/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http/answers.h"
#include "server/http/asker.h"
#include "server/http/asset_answers.h"
#include "server/http/awaited_call.h"
#include "server/http/connect_protocol.h"
#include "server/http/peer.h"
#include "server/http/request_reader.h"
#include "server/http/response_text.h"
#include "server/http/session_answers.h"
#include "server/http/transport.h"
#include "server/http/upload_answers.h"

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using base::Error;
using base::ErrorCode;
using boost::system::error_code;

constexpr std::chrono::seconds kGoodByeTime{3};
constexpr std::chrono::seconds kSessionCheck{1};
constexpr std::string_view kOther = "other";
constexpr std::string_view kSession = "session";
constexpr const char* kStrictTransport = "max-age=31536000";

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, asio::any_io_executor strand, std::unique_ptr<Transport> transport, std::string caller)
      : shared_(shared),
        limits_(shared.setup.limits),
        strand_(std::move(strand)),
        session_check_(strand_),
        transport_(std::move(transport)),
        caller_(std::move(caller)),
        reader_(*transport_, limits_) {}

  asio::awaitable<void> Run() {
    const Registration registration(*this);
    Patience();
    const error_code error = co_await transport_->Handshake();
    for (bool open = !error; open;) open = co_await ServeOne();
    if (unread_ && !ended_) co_await reader_.Drop();
    if (error || streamed_ || ended_) co_return;
    transport_->Patience(kGoodByeTime);
    co_await transport_->SayGoodBye();
  }

 private:
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

  // False: the connection has ended, or must. So do all below.
  asio::awaitable<bool> ServeOne() {
    RequestReader::Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(~std::uint64_t{0});  // what is too long depends on what is asked for
    Patience();
    if (const error_code error = co_await reader_.ReadHead(parser)) co_return co_await RefuseUnread(error);
    const ReadFailure ambiguity = AmbiguityOf(parser.get());
    if (ambiguity.status != 0) {
      const Error ambiguous{ErrorCode::kInvalidArgument, ambiguity.reason};
      co_return co_await Refuse(ambiguous, ambiguity.status);
    }
    const Request& head = parser.get();
    if (IsUpload(head)) co_return co_await ServeUpload(head);
    const std::size_t length = parser.content_length().value_or(0);
    const error_code too_long = beast_http::error::body_limit;
    if (length > limits_.request_bytes) co_return co_await RefuseUnread(too_long);
    if (length > limits_.small_request_bytes && !IsFromSomebody(parser.get())) {
      const Error unknown{ErrorCode::kUnauthenticated, "needs an API token"};
      co_return co_await Refuse(unknown, 401);
    }
    const auto share = shared_.large_requests.Take(length > limits_.small_request_bytes ? length : 0);
    if (!share) {
      const Error full{ErrorCode::kUnavailable, "too many requests are being answered: try again in a moment"};
      co_return co_await Refuse(full, 503);
    }
    if (const error_code error = co_await reader_.ReadBody(parser)) co_return co_await RefuseUnread(error);
    const Request request = parser.release();
    co_return co_await Serve(request);
  }

  asio::awaitable<bool> Serve(const Request& request) {
    head_only_ = request.method() == beast_http::verb::head;
    const Wanted wanted = WantedBy(request);
    if (wanted == Wanted::kPage) co_return co_await ServePage(request);
    if (const auto refused = CheckVerb(request, wanted)) co_return co_await Send(*refused, kOther);
    if (wanted == Wanted::kReadiness) co_return co_await ServeReadiness(request);
    if (wanted == Wanted::kSession) co_return co_await ServeSession(request);
    if (wanted == Wanted::kHealth) {
      const Response alive = TextResponse(request, 200, "alive\n");
      co_return co_await Send(alive, "healthz");
    }
    const auto asker = AskerOf(request, shared_.sessions, tls());
    if (!asker) {
      const Response refused = ErrorResponse(request, asker.error());
      co_return co_await Send(refused, kOther);
    }
    if (wanted == Wanted::kMetrics) co_return co_await ServeMetrics(request, *asker);
    co_return co_await ServeApi(request, *asker);
  }

  // A file, which is not read before it is known that the caller may.
  asio::awaitable<bool> ServeUpload(const Request& head) {
    head_only_ = false;
    const auto asker = AskerOf(head, shared_.sessions, tls());
    if (!asker) co_return co_await Refuse(asker.error(), 0);
    RelayedRequest asked{.authorization = asker->authorization, .caller = caller_, .timeout = limits_.call_timeout};
    if (asker->session) asked.token_hash = asker->session->token_hash;
    Upload upload{
        head, reader_, *transport_, shared_.setup.uploads, shared_.uploads, limits_, asked, [this](auto& request) {
          return Begin(request);
        }};
    const UploadAnswer answer = co_await AnswerUpload(upload);
    EndIfRefused(asker->session, answer.status);
    unread_ = answer.unread;
    co_return co_await Send(answer.response, "attribution");
  }

  asio::awaitable<bool> ServePage(const Request& request) {
    const Asset* asset = shared_.setup.console.Find(PathOf(request));
    if (asset == nullptr) {
      const bool no_console = PathOf(request) == "/" && !shared_.setup.console.installed();
      const Response nothing = no_console ? NoConsole(request) : NothingHere(request);
      co_return co_await Send(nothing, kOther);
    }
    if (const auto refused = CheckVerb(request, Wanted::kPage)) co_return co_await Send(*refused, kOther);
    AssetAnswer answer = ToAnswer(request, *asset);
    Patience();
    Harden(answer.head);
    const std::string head = HeadToText(answer.head);
    error_code error = co_await Write(head);
    if (!error && !head_only_) error = co_await transport_->Write(asio::buffer(answer.body.data(), answer.body.size()));
    shared_.setup.answered("console", answer.head.result_int());
    co_return !error && answer.head.keep_alive();
  }

  asio::awaitable<bool> ServeSession(const Request& request) {
    if (auto own = CheckSite(request, tls()); !own) {
      const Response refused = ErrorResponse(request, own.error());
      co_return co_await Send(refused, kSession);
    }
    if (request.method() == beast_http::verb::post) co_return co_await SignIn(request);
    const auto asker = AskerOf(request, shared_.sessions, tls());
    if (!asker && asker.error().code != ErrorCode::kUnauthenticated) {
      const Response refused = ErrorResponse(request, asker.error());
      co_return co_await Send(refused, kSession);
    }
    const auto session = asker ? asker->session : std::nullopt;
    if (request.method() == beast_http::verb::get) co_return co_await TellSession(request, session);
    co_return co_await SignOut(request, session);
  }

  asio::awaitable<bool> SignIn(const Request& request) {
    const auto sign_in = ReadSignIn(request);
    if (!sign_in) {
      const Response refused = ErrorResponse(request, sign_in.error());
      co_return co_await Send(refused, kSession);
    }
    const auto running = Begin(SignInRequest(*sign_in, caller_, limits_));
    const Outcome outcome = co_await CallOnce(running);
    const Response response = SignedInResponse(request, outcome, shared_.sessions, *sign_in);
    co_return co_await Send(response, kSession);
  }

  asio::awaitable<bool> TellSession(const Request& request, const std::optional<Session>& session) {
    if (!session) {
      const Response none = NoSessionResponse(request);
      co_return co_await Send(none, kSession);
    }
    const auto running = Begin(GetCallerRequest(session->token_hash, caller_, limits_));
    const Outcome outcome = co_await CallOnce(running);
    EndIfRefused(session, outcome.status);
    const Response response = SessionResponse(request, outcome, *session);
    co_return co_await Send(response, kSession);
  }

  asio::awaitable<bool> SignOut(const Request& request, const std::optional<Session>& session) {
    if (session) {
      shared_.sessions.End(session->id);
      const auto running = Begin(SignOutRequest(session->token_hash, caller_, limits_));
      (void)co_await CallOnce(running);
    }
    const Response gone = SignedOutResponse(request);
    co_return co_await Send(gone, kSession);
  }

  asio::awaitable<bool> ServeApi(const Request& request, const Asker& asker) {
    auto call = ReadApiCall(request, caller_, limits_);
    if (!call) {
      const Response refused = ErrorResponse(request, call.error());
      co_return co_await Send(refused, kOther);
    }
    if (asker.session) call->relayed.token_hash = asker.session->token_hash;
    if (call->method.streams()) co_return co_await ServeStream(request, *call, asker.session);
    const auto running = Begin(call->relayed);
    const Outcome outcome = co_await CallOnce(running);
    EndIfRefused(asker.session, outcome.status);
    const Response response = ToResponse(request, call->method, outcome);
    co_return co_await Send(response, NameOf(call->relayed));
  }

  asio::awaitable<bool> ServeMetrics(const Request& request, const Asker& asker) {
    RelayedRequest relayed = MetricsRequest(request, caller_, limits_);
    if (asker.session) relayed.token_hash = asker.session->token_hash;
    const auto running = Begin(relayed);
    const Outcome outcome = co_await CallOnce(running);
    EndIfRefused(asker.session, outcome.status);
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
  asio::awaitable<bool> ServeStream(const Request& request, const ApiCall& call,
                                    const std::optional<Session>& session) {
    const auto running = Begin(call.relayed);
    // Its read, below, ends with the connection only: a good-bye over TLS would wait for it.
    streamed_ = true;
    Patience();
    auto header = StreamHead(request);
    Harden(header);
    const std::string head = HeadToText(header);
    error_code error = co_await Write(head);
    streaming_ = !error && !ended_;
    if (error) co_return false;
    transport_->EndlessPatience();
    asio::co_spawn(strand_, CancelAtTheEnd(shared_from_this(), running), asio::detached);
    if (session) asio::co_spawn(strand_, CancelWithSession(shared_from_this(), running, session->id), asio::detached);
    grpc::Status status;
    for (bool more = true; more && !error;) {
      const Answer told = co_await Next(running);
      const Answer answer = session_over_ ? Answer(SessionOver()) : told;
      std::string text = Chunk(ToEnvelope(call.method, answer, status));
      more = std::holds_alternative<grpc::ByteBuffer>(answer) && status.ok();
      if (!more) text += kLastChunk;
      Patience();
      error = co_await Write(text);
    }
    streaming_ = false;
    session_check_.cancel();
    EndIfRefused(session, status);
    shared_.setup.answered(NameOf(call.relayed), HttpStatusOf(status.error_code()));
    co_return false;
  }

  // Nothing more is to come from the other side while a stream goes to it.
  static asio::awaitable<void> CancelAtTheEnd(std::shared_ptr<Connection> self, std::shared_ptr<RelayedCall> call) {
    char byte = 0;
    error_code ignored;
    (void)co_await self->transport_->Read(asio::buffer(&byte, 1), ignored);
    call->Cancel();
  }

  // Whoever signs out, or whose session expires, sees no more of what he watched.
  static asio::awaitable<void> CancelWithSession(std::shared_ptr<Connection> self, std::shared_ptr<RelayedCall> call,
                                                 std::string session) {
    error_code stopped;
    while (self->streaming_ && self->shared_.sessions.Alive(session)) {
      self->session_check_.expires_after(kSessionCheck);
      co_await self->session_check_.async_wait(asio::redirect_error(use_awaitable, stopped));
    }
    if (!self->streaming_) co_return;
    self->session_over_ = true;
    call->Cancel();
  }

  static grpc::Status SessionOver() {
    return {grpc::StatusCode::UNAUTHENTICATED, "the session has ended: sign in again"};
  }

  // His token is good no more: neither are the sessions that began with it.
  void EndIfRefused(const std::optional<Session>& session, const grpc::Status& status) {
    if (session && status.error_code() == grpc::StatusCode::UNAUTHENTICATED) shared_.sessions.End(session->id);
  }

  bool IsFromSomebody(const beast_http::request_header<>& request) {
    const auto asker = AskerOf(request, shared_.sessions, tls());
    return asker && asker->anybody();
  }

  bool tls() const { return shared_.tls.has_value(); }

  void Harden(beast_http::response_header<>& head) const {
    if (tls()) head.set("Strict-Transport-Security", kStrictTransport);
  }

  asio::awaitable<bool> Send(Response response, std::string_view what) {
    Patience();
    Harden(response);
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

  void End() {
    ended_ = true;
    transport_->Close();
    streaming_ = false;
    session_check_.cancel();
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
  asio::steady_timer session_check_;
  const std::unique_ptr<Transport> transport_;
  const std::string caller_;
  RequestReader reader_;
  std::weak_ptr<RelayedCall> call_;
  bool ended_ = false;
  bool session_over_ = false;
  bool unread_ = false;     // it was told so, but may still be sending
  bool streaming_ = false;  // an answer of many messages goes out
  bool streamed_ = false;   // and is at its end
  bool head_only_ = false;  // of the request that is answered (RFC 9110, 9.3.2)
};

}  // namespace

asio::awaitable<void> Serve(Shared& shared, asio::ip::tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) co_return;
  const Counted counted(shared.addresses, NetworkOf(peer.address()));
  if (!counted.good) co_return;
  NoticeTheDead(socket);
  const auto strand = socket.get_executor();
  auto transport =
      shared.tls ? MakeTlsTransport(std::move(socket), *shared.tls) : MakePlainTransport(std::move(socket));
  const auto connection = std::make_shared<Connection>(shared, strand, std::move(transport), CallerOf(peer));
  co_await connection->Run();
}

}  // namespace vigie::server::http
