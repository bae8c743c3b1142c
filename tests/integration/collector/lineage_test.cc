// What an agent says of where data came from and goes is kept and given back, over real TLS.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "server/cli/event_json.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

class Lineage : public CollectorTest {
 protected:
  // An encrypted copy on its way: read by tar, which base64 and curl read from.
  static v1::Event DerivedEvent(std::uint64_t sequence) {
    v1::Event event = MakeEvent({.sequence = sequence, .records = Records(1, 40)});
    event.mutable_activity()->mutable_process()->add_readers("/usr/bin/base64");
    event.mutable_activity()->mutable_process()->add_readers("/usr/bin/curl");
    v1::Inspection& inspection = *event.mutable_inspection();
    inspection.set_evaluated(v1::EVALUATED_NONE);
    inspection.add_reasons(v1::REASON_ENCRYPTED);
    inspection.mutable_derived_from()->set_path("/home/alice/customers.csv");
    inspection.mutable_derived_from()->add_events("agent-1/1/1");
    inspection.mutable_derived_from()->add_events("agent-1/1/2");
    event.add_lineage("agent-1/1/1");
    event.add_lineage("agent-1/1/2");
    return event;
  }
  v1::QueryEventsResponse Query() const {
    v1::QueryEventsResponse found;
    EXPECT_TRUE(analyst().events->QueryEvents(analyst().NewContext().get(), v1::QueryEventsRequest(), &found).ok());
    return found;
  }
};

TEST_F(Lineage, IsStoredAndGivenBackAsItWasTold) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(client->Send({DerivedEvent(1)}));
  const auto ack = client->AwaitAck();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->rejections_size(), 0);
  const v1::QueryEventsResponse found = Query();
  ASSERT_EQ(found.events_size(), 1);
  const v1::Event& event = found.events(0);
  EXPECT_THAT(event.activity().process().readers(), ElementsAre("/usr/bin/base64", "/usr/bin/curl"));
  EXPECT_EQ(event.inspection().derived_from().path(), "/home/alice/customers.csv");
  EXPECT_THAT(event.inspection().derived_from().events(), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(event.lineage(), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  const Json json = cli::EventJson(event);
  EXPECT_EQ(json["process"]["readers"], Json({"/usr/bin/base64", "/usr/bin/curl"}));
  EXPECT_EQ(json["derived_from"], "/home/alice/customers.csv");
  EXPECT_EQ(json["derived_from_events"], Json({"agent-1/1/1", "agent-1/1/2"}));
  EXPECT_EQ(json["lineage"], Json({"agent-1/1/1", "agent-1/1/2"}));
}

TEST_F(Lineage, IsStillThereAfterARestart) {
  Start();
  {
    const auto client = Connect(NewAgent());
    ASSERT_TRUE(client->Send({DerivedEvent(1)}));
    ASSERT_TRUE(client->AwaitAck());
  }
  Stop();
  Start();
  const v1::QueryEventsResponse found = Query();
  ASSERT_EQ(found.events_size(), 1);
  EXPECT_THAT(found.events(0).activity().process().readers(), ElementsAre("/usr/bin/base64", "/usr/bin/curl"));
  EXPECT_EQ(found.events(0).inspection().derived_from().events_size(), 2);
}

TEST_F(Lineage, WithoutEndIsRefused) {
  Start();
  const auto client = Connect(NewAgent());
  v1::Event readers = DerivedEvent(1);
  for (int i = 0; i < 20; ++i) readers.mutable_activity()->mutable_process()->add_readers("/usr/bin/cat");
  v1::Event origins = DerivedEvent(2);
  for (int i = 0; i < 80; ++i) origins.mutable_inspection()->mutable_derived_from()->add_events("agent-1/1/3");
  v1::Event nameless = DerivedEvent(3);
  nameless.mutable_inspection()->mutable_derived_from()->clear_path();
  ASSERT_TRUE(client->Send({readers, origins, nameless, DerivedEvent(4)}));
  const auto ack = client->AwaitAck();
  ASSERT_TRUE(ack);
  ASSERT_EQ(ack->rejections_size(), 3);
  EXPECT_THAT(ack->rejections(0).reason(), HasSubstr("activity.process.readers"));
  EXPECT_THAT(ack->rejections(1).reason(), HasSubstr("derived_from.events"));
  EXPECT_THAT(ack->rejections(2).reason(), HasSubstr("derived_from.path"));
  EXPECT_EQ(Query().events_size(), 1);
}

}  // namespace
}  // namespace vigie::server
