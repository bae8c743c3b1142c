#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "server/integrations/destination.h"
#include "server/outbox.h"

namespace vigie::server::integrations {

// What became of messages that were given in order: these many of the first were taken, or refused for good; the others
// are to come again, because of the error.
struct Delivery {
  std::size_t taken = 0;
  std::size_t refused = 0;                // they were in the way of what was taken behind them
  std::optional<base::Error> error = {};  // kFailedPrecondition: may be because of this one message
  std::chrono::seconds wanted_pause{};    // what the other side asked for with it

  std::size_t settled() const { return taken + refused; }
};

// The way to one destination. One thread. Errors hold no secret, and nothing that the other side said but numbers.
class Sender {
 public:
  virtual ~Sender() = default;
  // Ends soon after `stop`, with an error. A message that is taken twice has the same id both times.
  virtual Delivery Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) = 0;
};

// `version` of this program; the destination outlives it.
std::unique_ptr<Sender> MakeSender(const Destination& destination, const base::Clock& clock, std::string version);

}  // namespace vigie::server::integrations
