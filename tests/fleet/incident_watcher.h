#pragma once

#include <memory>
#include <string>
#include <thread>

#include "tests/fleet/measurements.h"
#include "tests/fleet/simulated_agent.h"
#include "vigie/v1/incident_service.grpc.pb.h"

namespace vigie::fleet {

// A console that watches incidents as they come, and notes when it sees a probe's. Watches again when the stream
// breaks.
class IncidentWatcher {
 public:
  IncidentWatcher(const Endpoint& endpoint, const std::string& api_token, Measurements& measurements);
  ~IncidentWatcher();

 private:
  void Run(const std::stop_token& stop);
  void Watch(const std::stop_token& stop);

  const std::string api_token_;
  Measurements& measurements_;
  std::unique_ptr<v1::IncidentService::Stub> stub_;
  std::jthread thread_;
};

}  // namespace vigie::fleet
