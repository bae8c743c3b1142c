#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agent/uplink/event_stream.h"

namespace vigie::agent::uplink {

struct CollectorChannel {
  std::string address;  // host:port
  std::string ca_pem;
  std::string certificate_pem;  // the agent's own, with its chain
  std::string key_pem;
  bool insecure_loopback = false;  // no TLS; the configuration has checked that the address is loopback
};

// Streams over gRPC and mutual TLS (AgentService.Connect), each over a connection of its own. Dead connections are
// found by HTTP/2 pings. Thread-safe.
class GrpcEventStreamFactory final : public EventStreamFactory {
 public:
  explicit GrpcEventStreamFactory(CollectorChannel channel) : channel_(std::move(channel)) {}

  std::unique_ptr<EventStream> Connect(std::function<void()> arrived) override;

 private:
  const CollectorChannel channel_;
};

}  // namespace vigie::agent::uplink
