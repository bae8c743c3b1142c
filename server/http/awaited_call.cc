#include "server/http/awaited_call.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vigie::server::http {

namespace asio = boost::asio;
using asio::use_awaitable;

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

}  // namespace vigie::server::http
