#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::uplink {

// One connection to the collector. Used by one thread.
class EventStream {
 public:
  virtual ~EventStream() = default;  // ends the connection, promptly
  // Hands the message to the network. kDeadlineExceeded if the network does not take it; the stream is of no more use
  // then.
  virtual base::Result<void> Send(const v1::AgentMessage& message, base::Deadline deadline) = 0;
  // The next message that has arrived, nothing if none has. Never waits. The error is how the stream ended.
  virtual base::Result<std::optional<v1::CollectorMessage>> Take() = 0;
};

// Makes connections. `arrived` is called, on any thread, when Take may have something to say.
class EventStreamFactory {
 public:
  virtual ~EventStreamFactory() = default;
  // The stream may still be connecting when it comes back: its first Send or Take tells.
  virtual std::unique_ptr<EventStream> Connect(std::function<void()> arrived) = 0;
};

}  // namespace vigie::agent::uplink
