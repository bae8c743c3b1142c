#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "server/detection.h"
#include "server/integrations.h"
#include "server/metrics_source.h"

namespace vigie::server::metrics {

// The collector's figures since its start (https://prometheus.io/docs/practices/naming/). Labels are words of this
// program and names of destinations of the configuration, never of a workstation, a person or a policy: so their number
// is bounded, and they tell of nobody. Thread-safe; what is told to it never blocks on anything but a short lock.
class CollectorMetrics final : public MetricsSource, public DetectionListener {
 public:
  // What is asked when the figures are: now.
  struct Gauges {
    std::function<std::size_t()> connected_agents = {};
    Integrations* integrations = nullptr;
  };
  // `clock` outlives it.
  CollectorMetrics(std::string_view version, const base::Clock& clock);

  void Ask(Gauges gauges) { gauges_ = std::move(gauges); }  // once, before anybody else calls
  std::string Text() override;

  // A batch was answered, so long after it came: acknowledged with so many events refused, or not at all.
  void BatchAcknowledged(std::size_t events, std::size_t refused, double seconds);
  void BatchRefused();
  void HttpAnswered(std::string_view what, unsigned status);
  // Counts each that opens from now on, and its end.
  void OnIncident(const v1::Incident& incident) override;

 private:
  void AskIntegrations();

  const base::SystemTime since_;
  prometheus::Registry registry_;
  Gauges gauges_;
  prometheus::Gauge& connected_agents_;
  prometheus::Counter& events_;
  prometheus::Counter& refused_events_;
  prometheus::Counter& batches_;
  prometheus::Counter& refused_batches_;
  prometheus::Histogram& acknowledgement_;
  prometheus::Family<prometheus::Counter>& opened_;
  prometheus::Family<prometheus::Counter>& closed_;
  prometheus::Family<prometheus::Counter>& http_requests_;
  prometheus::Family<prometheus::Gauge>& waiting_messages_;
  prometheus::Family<prometheus::Gauge>& delivered_messages_;
  prometheus::Family<prometheus::Gauge>& dropped_messages_;
  prometheus::Family<prometheus::Gauge>& integration_failures_;
  base::Guarded<std::unordered_set<std::string>> open_;  // ids of those that have opened since
};

}  // namespace vigie::server::metrics
