// From a workstation's events to the analyst's incident, over real TLS.
#include <gmock/gmock.h>

#include "core/customers/record_set.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;

class IncidentFlow : public CollectorTest {
 protected:
  using Watch = grpc::ClientReader<v1::Incident>;

  std::unique_ptr<Watch> StartWatch(bool skip_current = false) {
    v1::WatchIncidentsRequest request;
    request.set_skip_current(skip_current);
    watch_context_ = analyst().NewContext();
    auto watch = analyst().incidents->WatchIncidents(watch_context_.get(), request);
    watch->WaitForInitialMetadata();  // now it listens
    return watch;
  }
  void Leak(AgentClient& client, std::uint64_t sequence, const std::vector<std::uint32_t>& records) {
    ASSERT_TRUE(client.Send({MakeEvent({.sequence = sequence, .after = minutes(sequence), .records = records})}));
    ASSERT_TRUE(client.AwaitAck());
  }
  v1::Incident CloseIt(const std::string& id) {
    v1::CloseIncidentRequest request;
    request.set_id(id);
    request.set_reason("a false alarm");
    v1::Incident closed;
    const auto status = analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &closed);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return closed;
  }

  std::unique_ptr<grpc::ClientContext> watch_context_;
};

TEST_F(IncidentFlow, AWatchingAnalystSeesItOpenGrowAndClose) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 100)).ok());
  const auto client = Connect(NewAgent());
  const auto watch = StartWatch();
  Leak(*client, 1, Records(1, 90));
  Leak(*client, 2, Records(81, 40));
  v1::Incident incident;
  ASSERT_TRUE(watch->Read(&incident));
  EXPECT_EQ(incident.subject(), "user=alice");
  EXPECT_EQ(incident.distinct_customers(), 120U);
  EXPECT_EQ(incident.events(), 2U);
  EXPECT_TRUE(incident.records().empty());
  Leak(*client, 3, Records(121, 10));
  ASSERT_TRUE(watch->Read(&incident));
  EXPECT_EQ(incident.distinct_customers(), 130U);
  (void)CloseIt(incident.id());
  ASSERT_TRUE(watch->Read(&incident));
  EXPECT_EQ(incident.state(), v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ(incident.closed_reason(), "a false alarm");
}

TEST_F(IncidentFlow, AWatchBeginsWithWhatIsOpen) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 5)).ok());
  const auto client = Connect(NewAgent());
  Leak(*client, 1, Records(1, 6));
  v1::Incident incident;
  ASSERT_TRUE(StartWatch()->Read(&incident));
  EXPECT_EQ(incident.id(), "inc-1");
  const auto later = StartWatch(true);
  Leak(*client, 2, Records(7, 1));
  ASSERT_TRUE(later->Read(&incident));
  EXPECT_EQ(incident.events(), 2U);
}

TEST_F(IncidentFlow, TheWholeIncidentHasRecordsAndEvents) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 5)).ok());
  const auto client = Connect(NewAgent());
  Leak(*client, 1, Records(1, 4));
  Leak(*client, 2, Records(3, 4));
  const v1::Incident incident = analyst().Get("inc-1");
  EXPECT_EQ(customers::RecordSet::Parse(incident.records())->Ids(), Records(1, 6));
  EXPECT_EQ(incident.event_ids_size(), 2);
  ASSERT_EQ(analyst().List().size(), 1U);
  EXPECT_TRUE(analyst().List()[0].records().empty());
  v1::QueryEventsRequest query;
  query.set_incident_id("inc-1");
  v1::QueryEventsResponse events;
  ASSERT_TRUE(analyst().events->QueryEvents(analyst().NewContext().get(), query, &events).ok());
  EXPECT_EQ(events.events_size(), 2);
}

TEST_F(IncidentFlow, UnknownIncidentsAndEndlessReasonsAreRefused) {
  Start();
  v1::Incident incident;
  v1::CloseIncidentRequest request;
  request.set_id("inc-9");
  request.set_reason(std::string(100'000, 'r'));
  EXPECT_EQ(analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &incident).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_reason();
  EXPECT_EQ(analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &incident).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::GetIncidentRequest get;
  get.set_id("inc-9");
  EXPECT_EQ(analyst().incidents->GetIncident(analyst().NewContext().get(), get, &incident).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(IncidentFlow, AssigningIsShown) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 5)).ok());
  Leak(*Connect(NewAgent()), 1, Records(1, 6));
  v1::AssignIncidentRequest request;
  request.set_id("inc-1");
  request.set_assignee("carol");
  v1::Incident incident;
  ASSERT_TRUE(analyst().incidents->AssignIncident(analyst().NewContext().get(), request, &incident).ok());
  EXPECT_EQ(analyst().Get("inc-1").assignee(), "carol");
}

TEST_F(IncidentFlow, TheUsersChannelsAreBlockedUntilItIsClosed) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 5, "    respond: [block_channels]\n")).ok());
  const AgentCredentials agent = NewAgent();
  const auto client = Connect(agent);
  ASSERT_EQ(client->AwaitBlocks()->blocks_size(), 0);
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 1, .records = Records(1, 6)})}));
  const auto blocks = client->AwaitBlocks();  // before or after the acknowledgement
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->blocks_size(), 1);
  EXPECT_EQ(blocks->blocks(0).user(), "alice");
  EXPECT_THAT(blocks->blocks(0).channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA));
  const auto other = Connect(NewAgent());
  EXPECT_EQ(other->AwaitBlocks()->blocks_size(), 1) << "a user is blocked on every workstation";
  (void)CloseIt("inc-1");
  const auto lifted = client->AwaitBlocks();
  ASSERT_TRUE(lifted);
  EXPECT_EQ(lifted->blocks_size(), 0);
}

TEST_F(IncidentFlow, BlocksSurviveARestart) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 5, "    respond: [block_channels]\n")).ok());
  const AgentCredentials agent = NewAgent();
  Leak(*Connect(agent), 1, Records(1, 6));
  Stop();
  Start();
  EXPECT_EQ(Connect(agent)->AwaitBlocks()->blocks_size(), 1);
}

TEST_F(IncidentFlow, ASlowWatcherIsDroppedAndNobodyWaitsForIt) {
  Start(/*watch_capacity=*/4);
  ASSERT_TRUE(
      analyst()
          .PushPolicy("version: 1\nthresholds:\n  - {id: any, measure: events, per: [user], window: 1h, over: 0, "
                      "severity: low}\n")
          .ok());
  const auto client = Connect(NewAgent());
  const auto watch = StartWatch();
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 1000; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence, .user = "user-" + std::to_string(sequence)}));
  }
  ASSERT_TRUE(client->Send(events));
  ASSERT_TRUE(client->AwaitAck());
  v1::Incident incident;
  while (watch->Read(&incident)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(analyst().List().size(), 100U) << "one page";
}

TEST_F(IncidentFlow, StoppingEndsWatches) {
  Start();
  const auto watch = StartWatch();
  Stop();
  v1::Incident incident;
  EXPECT_FALSE(watch->Read(&incident));
  EXPECT_FALSE(watch->Finish().ok());
}

}  // namespace
}  // namespace vigie::server
