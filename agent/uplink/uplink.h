#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "agent/uplink/back_off.h"
#include "agent/uplink/link_state.h"
#include "agent/uplink/uplink_session.h"
#include "agent/uplink/wake_signal.h"
#include "platform/base/guarded.h"

namespace vigie::agent::uplink {

struct UplinkState {
  LinkState link = LinkState::kConnecting;
  base::SystemTime since{};  // in this state
  bool connected = false;
  std::string last_error;  // of the last session; empty while it goes well
  std::uint64_t outages = 0;
  std::string last_outage;  // why
  std::uint64_t rejected = 0;
};

// Brings events to the collector: connects, sends as soon as there is something, comes back after every failure, for
// ever. At least once each; what the collector has already it drops. Run belongs to one thread; the rest is
// thread-safe.
class Uplink {
 public:
  struct Parts {
    EventStreamFactory& streams;
    EventSource& source;
    const base::Clock& clock;
    std::function<v1::Hello()> hello;
    std::function<v1::Heartbeat()> heartbeat;
    std::function<void(v1::Policy)> on_policy;
    std::function<void(v1::ChannelBlocks)> on_blocks;
    std::function<double()> random;  // [0, 1)
    UplinkTimes times = {};
    std::function<void(v1::EventBatch&)> seal = {};  // as UplinkSession's
  };

  explicit Uplink(Parts parts);

  // Until `stop`.
  void Run(const std::stop_token& stop);
  // There is something to send.
  void Wake() { signal_.Wake(); }
  // A sensor's state has changed: the next heartbeat is due now.
  void TellHealth() {
    health_changed_ = true;
    signal_.Wake();
  }
  UplinkState state() const { return *state_.Lock(); }

 private:
  void RunSession(const std::stop_token& stop);
  base::Result<void> RunSteps(UplinkSession& session, const std::stop_token& stop);
  void NoteConnected();
  void NoteEnd(LinkState link, const base::Error& error);
  v1::Heartbeat MakeHeartbeat();

  const Parts parts_;
  const CollectorCallbacks callbacks_;
  WakeSignal signal_;
  BackOff back_off_;
  std::atomic<bool> health_changed_ = false;
  base::Guarded<UplinkState> state_;
};

}  // namespace vigie::agent::uplink
