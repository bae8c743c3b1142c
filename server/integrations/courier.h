#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "platform/base/guarded.h"
#include "server/integrations/bell.h"
#include "server/integrations/sender.h"
#include "server/store.h"
#include "server/write_lane.h"

namespace vigie::server::integrations {

// After so many failures in a row: 1 s, doubled with each, 5 minutes at most; of that between half and all, as `share`
// (0 to 1) says.
std::chrono::nanoseconds PauseAfter(std::uint32_t failures, double share);

struct CourierDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Bell& bell;
};

// Carries one destination's messages, oldest first, on a thread of its own: no other waits for it. A message leaves the
// store once it was taken, so that a kill at any moment makes it come again. One that the other side objects to again
// and again while it takes the next gives way: what a host or a user is called must not silence a destination.
class Courier {
 public:
  struct Attempts {
    std::uint32_t failures = 0;  // in a row
    std::optional<base::Error> last_error = {};
    std::optional<base::SystemTime> last_error_at = {};
    std::optional<base::SystemTime> next_at = {};
  };

  // `destination` and what is in `deps` outlive it.
  Courier(const Destination& destination, CourierDeps deps, std::unique_ptr<Sender> sender);
  ~Courier() { Stop(); }

  void Start();
  void AskToStop() { thread_.request_stop(); }
  void Stop();
  const Destination& destination() const { return destination_; }
  Attempts attempts() const { return *attempts_.Lock(); }

  // One round: sends what waits, if anything does, and takes off what was settled. False if it is to rest.
  bool CarryOnce(const std::stop_token& stop);

 private:
  void Work(const std::stop_token& stop);
  Delivery Send(std::span<const WaitingMessage> waiting, const std::stop_token& stop);
  Delivery SendPast(std::span<const WaitingMessage> waiting, Delivery failed, const std::stop_token& stop);
  base::Result<void> Settle(std::span<const WaitingMessage> messages, const Delivery& delivery);
  void Note(const Delivery& delivery);
  std::chrono::nanoseconds Pause() const;

  const Destination& destination_;
  const CourierDeps deps_;
  const std::unique_ptr<Sender> sender_;
  base::Guarded<Attempts> attempts_;
  std::jthread thread_;
};

}  // namespace vigie::server::integrations
