#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "agent/uplink/collector_clock.h"
#include "agent/uplink/event_source.h"
#include "agent/uplink/event_stream.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::uplink {

// What the agent does with what the collector says. Called on the uplink's thread.
struct CollectorCallbacks {
  std::function<void(v1::Policy)> policy;
  std::function<void(v1::ChannelBlocks)> blocks;  // ends are by the host's clock, if that could be measured
  std::function<void(const v1::Rejection&)> rejected;
};

struct UplinkTimes {
  std::chrono::nanoseconds send = std::chrono::seconds(10);         // for the network to take one message
  std::chrono::nanoseconds welcome = std::chrono::seconds(10);      // from Hello
  std::chrono::nanoseconds acknowledge = std::chrono::seconds(60);  // of events in flight: silence means a dead network
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(10);
};

// One connection's protocol: Hello, Welcome with credits (events and bytes), batches within them, acknowledgements,
// heartbeats. Starts with what is urgent, then goes on from the oldest event that is not acknowledged; whenever credits
// run out, what has become urgent goes first again. The collector drops what it knows. A source that cannot forget (a
// full disk) does not stop delivery: it is asked again at the next acknowledgement. Used by one thread.
class UplinkSession {
 public:
  struct Parts {
    EventSource& source;
    const CollectorCallbacks& callbacks;
    const base::Clock& clock;
    const UplinkTimes& times;
    std::function<v1::Heartbeat()> heartbeat;
    std::function<void(v1::EventBatch&)> seal = {};  // signs what is about to leave; none: nothing is signed
  };

  UplinkSession(std::unique_ptr<EventStream> stream, Parts parts);

  base::Result<void> SayHello(const v1::Hello& hello);

  // Does everything that can be done now without waiting for the other end. The error ends the session.
  base::Result<void> Step();

  // The next step sends a heartbeat.
  void HeartbeatNow() { next_heartbeat_ = parts_.clock.SteadyNow(); }

  // True once the collector has welcomed us.
  bool welcomed() const { return welcomed_; }
  // True once it has acknowledged something: the way is good.
  bool progressed() const { return progressed_; }
  // True if it was our own source that ended the session, not the collector or the way to it.
  bool source_failed() const { return source_failed_; }
  // Until something falls due by itself.
  std::chrono::nanoseconds UntilDue() const;

 private:
  base::Result<void> TakeMessages();
  base::Result<void> Handle(v1::CollectorMessage message);
  // Ends come by the collector's clock, and must hold while it is away.
  void ToHostTime(v1::ChannelBlocks& blocks) const;
  base::Result<void> HandleAck(const v1::Ack& ack);
  base::Result<void> HandleAhead(const v1::Ack& ack);
  // What was acknowledged and is still in the source.
  void ForgetAcknowledged();
  base::Result<void> ForgetAhead();
  base::Error SourceFailed(const base::Error& error);
  base::Result<void> SendBatches();
  base::Result<void> SendUrgent();
  // Within the credits. Nothing if it must wait for more of them.
  v1::EventBatch BatchOf(std::vector<SourcedEvent> events) const;
  base::Result<void> SendBatch(v1::EventBatch batch);
  std::size_t MostBytes() const;
  bool in_flight() const { return sent_ != acknowledged_ || !ahead_.empty(); }
  base::Result<void> SendHeartbeat();
  base::Result<void> CheckPatience() const;
  base::Result<void> Send(const v1::AgentMessage& message);

  std::unique_ptr<EventStream> stream_;
  const Parts parts_;
  bool welcomed_ = false;
  bool progressed_ = false;
  bool source_failed_ = false;
  bool forgets_badly_ = false;  // the source could not forget at the last acknowledgement
  bool counts_bytes_ = false;   // the collector does
  std::uint64_t credits_ = 0;
  std::uint64_t credit_bytes_ = 0;
  CollectorClock collector_clock_;
  std::chrono::nanoseconds told_offset_{0};
  bool urgent_due_ = false;             // to be looked for before the next batch
  std::uint64_t ahead_epoch_ = 0;       // of those:
  std::vector<std::uint64_t> ahead_;    // sent ahead and not acknowledged
  EventPosition sent_;                  // last
  EventPosition acknowledged_;          // last
  EventPosition forgotten_;             // by the source, last
  std::set<EventPosition> ahead_kept_;  // acknowledged out of turn and not forgotten by the source
  base::SteadyTime patience_since_;     // of the last progress: hello, send or ack
  base::SteadyTime next_heartbeat_;
};

}  // namespace vigie::agent::uplink
