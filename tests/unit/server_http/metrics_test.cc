#include <gmock/gmock.h>

#include "server/metrics/metered_intake.h"

namespace vigie::server::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Incident IncidentOf(const std::string& id, v1::IncidentState state, base::SystemTime opened) {
  v1::Incident incident;
  incident.set_id(id);
  incident.set_state(state);
  incident.set_severity(v1::SEVERITY_CRITICAL);
  incident.mutable_opened_at()->set_seconds(std::chrono::system_clock::to_time_t(opened));
  return incident;
}

class StoringIntake final : public Intake {
 public:
  void Greet(AgentPeer, v1::Hello, std::function<void(base::Result<AgentIdentity>)>) override {}
  void Submit(AgentIdentity, v1::EventBatch, std::function<void(base::Result<v1::Ack>)> done) override { done(answer); }
  void SaveHealth(std::string, v1::Heartbeat, std::string) override {}
  AgentWindow Window(std::size_t) const override { return {}; }
  bool HasRoomToSpare() const override { return room; }

  base::Result<v1::Ack> answer = v1::Ack();
  bool room = true;
};

TEST(CollectorMetrics, CountsIncidentsOnceHoweverOftenTheyGrow) {
  const base::SystemClock clock;
  CollectorMetrics metrics("1.2", clock);
  const auto later = clock.Now() + std::chrono::seconds(5);
  metrics.OnIncident(IncidentOf("inc-1", v1::INCIDENT_STATE_OPEN, clock.Now() - std::chrono::hours(1)));
  metrics.OnIncident(IncidentOf("inc-2", v1::INCIDENT_STATE_OPEN, later));
  metrics.OnIncident(IncidentOf("inc-2", v1::INCIDENT_STATE_OPEN, later));
  metrics.OnIncident(IncidentOf("inc-1", v1::INCIDENT_STATE_CLOSED, clock.Now()));
  EXPECT_THAT(metrics.Text(), HasSubstr("vigie_incidents_opened_total{severity=\"critical\"} 1\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("vigie_incidents_closed_total{")));
  metrics.OnIncident(IncidentOf("inc-2", v1::INCIDENT_STATE_CLOSED, later));
  EXPECT_THAT(metrics.Text(), HasSubstr("vigie_incidents_closed_total{severity=\"critical\"} 1\n"));
}

TEST(CollectorMetrics, AsksForWhatIsNow) {
  const base::SystemClock clock;
  CollectorMetrics metrics("1.2", clock);
  std::size_t agents = 3;
  metrics.Ask({.connected_agents = [&] { return agents; }});
  EXPECT_THAT(metrics.Text(), HasSubstr("vigie_connected_agents 3\n"));
  agents = 4;
  EXPECT_THAT(metrics.Text(), HasSubstr("vigie_connected_agents 4\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("vigie_build_info{version=\"1.2\"} 1\n"));
}

TEST(MeteredIntake, CountsWhatIsOnTheDiskAndWhatWasRefused) {
  const base::SystemClock clock;
  CollectorMetrics metrics("1.2", clock);
  StoringIntake storing;
  MeteredIntake metered(storing, metrics, clock);
  v1::EventBatch batch;
  batch.add_events();
  batch.add_encoded();
  batch.add_encoded();
  storing.answer->add_rejections();
  int answered = 0;
  const auto count = [&](const base::Result<v1::Ack>&) { ++answered; };
  metered.Submit({}, batch, count);
  storing.answer = base::Error{base::ErrorCode::kUnavailable, "full"};
  metered.Submit({}, batch, count);
  EXPECT_EQ(answered, 2);
  EXPECT_TRUE(metered.HasRoomToSpare());
  storing.room = false;
  EXPECT_FALSE(metered.HasRoomToSpare());
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("vigie_events_total 2\n"));
  EXPECT_THAT(text, HasSubstr("vigie_refused_events_total 1\n"));
  EXPECT_THAT(text, HasSubstr("vigie_batches_total 1\n"));
  EXPECT_THAT(text, HasSubstr("vigie_refused_batches_total 1\n"));
  EXPECT_THAT(text, HasSubstr("vigie_acknowledgement_seconds_count 1\n"));
}

}  // namespace
}  // namespace vigie::server::metrics
