#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "agent/uplink/event_source.h"
#include "agent/uplink/event_stream.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::uplink {

// What the agent does with what the collector says. Called on the uplink's thread.
struct CollectorCallbacks {
  std::function<void(v1::Policy)> policy;
  std::function<void(v1::ChannelBlocks)> blocks;
  std::function<void(const v1::Rejection&)> rejected;
};

struct UplinkTimes {
  std::chrono::nanoseconds send = std::chrono::seconds(10);         // for the network to take one message
  std::chrono::nanoseconds welcome = std::chrono::seconds(10);      // from Hello
  std::chrono::nanoseconds acknowledge = std::chrono::seconds(60);  // of events in flight: silence means a dead network
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(10);
};

// One connection's protocol: Hello, Welcome with credits, batches within them, acknowledgements, heartbeats. Starts
// from the oldest event that is not acknowledged; the collector drops what it knows by its high-water mark. Used by one
// thread.
class UplinkSession {
 public:
  struct Parts {
    EventSource& source;
    const CollectorCallbacks& callbacks;
    const base::Clock& clock;
    const UplinkTimes& times;
    std::function<v1::Heartbeat()> heartbeat;
  };

  UplinkSession(std::unique_ptr<EventStream> stream, Parts parts);

  base::Result<void> SayHello(const v1::Hello& hello);

  // Does everything that can be done now without waiting for the other end. The error ends the session.
  base::Result<void> Step();

  // The next step sends a heartbeat.
  void HeartbeatNow() { next_heartbeat_ = parts_.clock.SteadyNow(); }

  // True once the collector has welcomed us.
  bool welcomed() const { return welcomed_; }
  // Until something falls due by itself.
  std::chrono::nanoseconds UntilDue() const;

 private:
  base::Result<void> TakeMessages();
  base::Result<void> Handle(v1::CollectorMessage message);
  base::Result<void> HandleAck(const v1::Ack& ack);
  base::Result<void> SendBatches();
  base::Result<v1::EventBatch> NextBatch();
  base::Result<void> SendHeartbeat();
  base::Result<void> CheckPatience() const;
  base::Result<void> Send(const v1::AgentMessage& message);

  std::unique_ptr<EventStream> stream_;
  const Parts parts_;
  bool welcomed_ = false;
  std::uint64_t credits_ = 0;
  EventPosition sent_;               // last
  EventPosition acknowledged_;       // last
  base::SteadyTime patience_since_;  // of the last progress: hello, send or ack
  base::SteadyTime next_heartbeat_;
};

}  // namespace vigie::agent::uplink
