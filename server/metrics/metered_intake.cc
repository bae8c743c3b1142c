#include "server/metrics/metered_intake.h"

#include <algorithm>
#include <utility>

namespace vigie::server::metrics {

void MeteredIntake::Greet(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) {
  intake_.Greet(std::move(peer), std::move(hello), std::move(done));
}

void MeteredIntake::Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) {
  const auto events = static_cast<std::size_t>(batch.events_size()) + static_cast<std::size_t>(batch.encoded_size());
  auto answered = [this, events, since = clock_.SteadyNow(), done = std::move(done)](base::Result<v1::Ack> ack) {
    if (ack) {
      const auto refused = std::min(events, static_cast<std::size_t>(ack->rejections_size()));
      metrics_.BatchAcknowledged(events, refused, std::chrono::duration<double>(clock_.SteadyNow() - since).count());
    } else {
      metrics_.BatchRefused();
    }
    done(std::move(ack));
  };
  intake_.Submit(std::move(agent), std::move(batch), std::move(answered));
}

void MeteredIntake::SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) {
  intake_.SaveHealth(std::move(agent_id), std::move(heartbeat), std::move(why_away));
}

}  // namespace vigie::server::metrics
