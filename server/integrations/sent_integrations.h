#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "server/integrations.h"
#include "server/integrations/courier.h"
#include "server/integrations/fleet_watch.h"
#include "server/integrations/outbox_writer.h"

namespace vigie::server::integrations {

struct SentIntegrationsDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  OutboxWriter& writer;
  std::string version;
  std::function<std::unordered_set<std::string>()> connected;  // ids of agents
};

// All destinations of the configuration: a courier each, and the watch over the fleet. Thread-safe.
class SentIntegrations final : public Integrations {
 public:
  // `destinations` and what is in `deps` outlive it.
  SentIntegrations(const std::vector<Destination>& destinations, SentIntegrationsDeps deps,
                   std::chrono::nanoseconds unreachable_after);
  ~SentIntegrations() override { Stop(); }

  // Gives up what waits for destinations that are not configured any more, which the log tells; then begins to send.
  void Start();
  void Stop();

  base::Result<v1::ListIntegrationsResponse> List() override;
  base::Result<v1::TestIntegrationResponse> Test(const std::string& name) override;

 private:
  void ForgetOthers();
  const Destination* Find(const std::string& name) const;

  const std::vector<Destination>& destinations_;
  const SentIntegrationsDeps deps_;
  std::vector<std::unique_ptr<Courier>> couriers_;
  FleetWatch watch_;
  std::mutex testing_;
  std::stop_source stop_;
};

}  // namespace vigie::server::integrations
