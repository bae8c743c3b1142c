#include "server/http/awaited_call.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vigie::server::http {

namespace asio = boost::asio;
using asio::use_awaitable;

namespace {

constexpr std::chrono::seconds kLookEvery{1};

// Looks as long as it lives. On its executor, where it must end, too.
class Lookout : public std::enable_shared_from_this<Lookout> {
 public:
  Lookout(const asio::any_io_executor& home, std::shared_ptr<RelayedCall> call, std::function<bool()> gone)
      : timer_(home), call_(std::move(call)), gone_(std::move(gone)) {}

  void Look() {
    timer_.expires_after(kLookEvery);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& stopped) {
      const auto lookout = weak.lock();
      if (!lookout || stopped) return;
      if (lookout->gone_()) return lookout->call_->Cancel();
      lookout->Look();
    });
  }

 private:
  asio::steady_timer timer_;
  const std::shared_ptr<RelayedCall> call_;
  const std::function<bool()> gone_;
};

}  // namespace

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

asio::awaitable<Outcome> CallUnlessGone(std::shared_ptr<RelayedCall> call, std::function<bool()> gone) {
  const asio::any_io_executor home = co_await asio::this_coro::executor;
  const auto lookout = std::make_shared<Lookout>(home, call, std::move(gone));
  lookout->Look();
  Outcome outcome = co_await CallOnce(call);
  co_return outcome;
}

}  // namespace vigie::server::http
