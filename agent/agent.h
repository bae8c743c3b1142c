#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/agent_platform.h"
#include "agent/uplink/event_stream.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/service_host.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent {

// The life of the agent: Create opens everything it needs or says what is missing, Run watches until it is told to
// stop. The threads are in README.md.
class Agent {
 public:
  struct Setup {
    v1::AgentConfig config;  // checked, with its defaults
    std::string agent_id;
    AgentPlatform platform;
    std::unique_ptr<uplink::EventStreamFactory> streams;
    const base::Clock& clock;
    std::function<void(v1::EventBatch&)> seal = {};  // signs what leaves; none: nothing is signed
  };

  // A sensor that this machine cannot have is no error: the agent runs without it and says so in its health. A damaged
  // state is set aside. A bad policy file, index, key or inspector is an error.
  static base::Result<std::unique_ptr<Agent>> Create(Setup setup);
  ~Agent();

  // Until `host` is asked to stop. Once.
  void Run(platform::ServiceHost& host);

 private:
  class Impl;
  explicit Agent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::agent
