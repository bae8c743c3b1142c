#include "server/metrics/collector_metrics.h"

#include <prometheus/text_serializer.h>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::metrics {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Registry;

Counter& NewCounter(Registry& registry, const std::string& name, const std::string& help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Family<Counter>& NewFamily(Registry& registry, const std::string& name, const std::string& help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Gauge>& NewGauges(Registry& registry, const std::string& name, const std::string& help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::Gauge& NewGauge(Registry& registry, const std::string& name, const std::string& help) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

CollectorMetrics::CollectorMetrics(std::string_view version, const base::Clock& clock)
    : since_(clock.Now()),
      connected_agents_(NewGauge(registry_, "vigie_connected_agents", "Agents that are connected now.")),
      events_(NewCounter(registry_, "vigie_events_total", "Events that were acknowledged, repeats included.")),
      refused_events_(NewCounter(registry_, "vigie_refused_events_total", "Events that were refused one by one.")),
      batches_(NewCounter(registry_, "vigie_batches_total", "Batches that are on the disk and acknowledged.")),
      refused_batches_(NewCounter(registry_, "vigie_refused_batches_total",
                                  "Batches that were not taken: the agent keeps them and comes again.")),
      acknowledgement_(BuildHistogram()
                           .Name("vigie_acknowledgement_seconds")
                           .Help("From a batch's arrival until it is on the disk.")
                           .Register(registry_)
                           .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                                            0.1, 0.25, 0.5, 1, 2.5, 5, 10})),
      opened_(NewFamily(registry_, "vigie_incidents_opened_total", "Incidents that opened, by severity.")),
      closed_(NewFamily(registry_, "vigie_incidents_closed_total", "Of those, the ones that ended.")),
      http_requests_(NewFamily(registry_, "vigie_http_requests_total", "Answered, by method and status.")),
      waiting_messages_(
          NewGauges(registry_, "vigie_integration_waiting_messages", "That wait to be sent, by destination.")),
      delivered_messages_(
          NewGauges(registry_, "vigie_integration_delivered_messages", "That were taken, since the store was made.")),
      dropped_messages_(NewGauges(registry_, "vigie_integration_dropped_messages",
                                  "That gave way or were refused, since the store was made.")),
      integration_failures_(
          NewGauges(registry_, "vigie_integration_failures", "Attempts in a row that have failed now.")) {
  BuildGauge()
      .Name("vigie_build_info")
      .Help("1, with the version as a label.")
      .Register(registry_)
      .Add({{"version", std::string(version)}})
      .Set(1);
  NewGauge(registry_, "vigie_start_time_seconds", "When this collector started, by its own clock.")
      .Set(std::chrono::duration<double>(since_.time_since_epoch()).count());
}

std::string CollectorMetrics::Text() {
  AskIntegrations();
  if (gauges_.connected_agents) connected_agents_.Set(static_cast<double>(gauges_.connected_agents()));
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

// If the store cannot be read, what was known last stands there.
void CollectorMetrics::AskIntegrations() {
  if (gauges_.integrations == nullptr) return;
  const auto listed = gauges_.integrations->List();
  if (!listed) return;
  for (const v1::IntegrationStatus& status : listed->integrations()) {
    const prometheus::Labels labels{{"integration", status.name()}};
    waiting_messages_.Add(labels).Set(static_cast<double>(status.waiting()));
    delivered_messages_.Add(labels).Set(static_cast<double>(status.delivered()));
    dropped_messages_.Add(labels).Set(static_cast<double>(status.dropped()));
    integration_failures_.Add(labels).Set(static_cast<double>(status.failures()));
  }
}

void CollectorMetrics::BatchAcknowledged(std::size_t events, std::size_t refused, double seconds) {
  events_.Increment(static_cast<double>(events - refused));
  refused_events_.Increment(static_cast<double>(refused));
  batches_.Increment();
  acknowledgement_.Observe(seconds);
}

void CollectorMetrics::BatchRefused() {
  refused_batches_.Increment();
}

void CollectorMetrics::HttpAnswered(std::string_view what, unsigned status) {
  http_requests_.Add({{"method", std::string(what)}, {"status", std::to_string(status)}}).Increment();
}

void CollectorMetrics::OnIncident(const v1::Incident& incident) {
  const prometheus::Labels labels{{"severity", std::string(contract::NameOf(incident.severity()))}};
  const bool closed = incident.state() == v1::INCIDENT_STATE_CLOSED;
  auto open = open_.Lock();
  if (closed) {
    if (open->erase(incident.id()) != 0) closed_.Add(labels).Increment();
  } else if (contract::FromProto(incident.opened_at()) >= since_ && open->insert(incident.id()).second) {
    opened_.Add(labels).Increment();
  }
}

}  // namespace vigie::server::metrics
