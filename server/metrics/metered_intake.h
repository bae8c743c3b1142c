#pragma once

#include "server/intake.h"
#include "server/metrics/collector_metrics.h"

namespace vigie::server::metrics {

// Counts what passes on its way to `intake`, and how long it takes there. Thread-safe as Intake is.
class MeteredIntake final : public Intake {
 public:
  // All outlive it.
  MeteredIntake(Intake& intake, CollectorMetrics& metrics, const base::Clock& clock)
      : intake_(intake), metrics_(metrics), clock_(clock) {}

  void Greet(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) override;
  void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) override;
  void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) override;
  AgentWindow Window(std::size_t agents) const override { return intake_.Window(agents); }
  bool HasRoomToSpare() const override { return intake_.HasRoomToSpare(); }

 private:
  Intake& intake_;
  CollectorMetrics& metrics_;
  const base::Clock& clock_;
};

}  // namespace vigie::server::metrics
