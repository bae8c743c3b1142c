#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "server/http/answers.h"

namespace vigie::server::http {

// The next answer of `call`, back on the executor of who awaits it: gRPC tells it on a thread of its own.
boost::asio::awaitable<Answer> Next(std::shared_ptr<RelayedCall> call);
// Its last message, and how it ended.
boost::asio::awaitable<Outcome> CallOnce(std::shared_ptr<RelayedCall> call);

}  // namespace vigie::server::http
