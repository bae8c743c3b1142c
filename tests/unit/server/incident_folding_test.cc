#include "server/detect/incident_folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::detect {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;

void GrowBy(OpenIncident& open, const v1::Event& event, std::uint64_t measured = 1) {
  const auto records = customers::RecordSet::Parse(event.inspection().customers().records());
  threshold::Observation observation;
  observation.measured = measured;
  observation.records = &*records;
  Grow(open, {event, observation, kStoryBegin});
}

TEST(IncidentFolding, ChannelsAndProcessesAreSortedAndDistinct) {
  OpenIncident open;
  GrowBy(open, MakeEvent({.sequence = 1, .channel = v1::CHANNEL_PRINT, .exe = "/z"}));
  GrowBy(open, MakeEvent({.sequence = 2, .channel = v1::CHANNEL_REMOVABLE_MEDIA, .exe = "/a"}));
  GrowBy(open, MakeEvent({.sequence = 3, .channel = v1::CHANNEL_PRINT, .exe = "/z"}));
  EXPECT_THAT(open.incident.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA, v1::CHANNEL_PRINT));
  EXPECT_THAT(open.incident.processes(), ElementsAre("/a", "/z"));
}

TEST(IncidentFolding, ListsAreBoundedAndCountsAreNot) {
  OpenIncident open;
  for (std::uint64_t sequence = 1; sequence <= 1200; ++sequence) {
    GrowBy(open, MakeEvent({.sequence = sequence, .exe = "/bin/" + std::to_string(sequence)}));
  }
  EXPECT_EQ(open.incident.events(), 1200U);
  EXPECT_EQ(open.incident.event_ids_size(), kMaxEventIds);
  EXPECT_EQ(open.incident.processes_size(), kMaxProcesses);
  EXPECT_EQ(open.new_events.size(), 1200U);
}

TEST(IncidentFolding, UserAndHostAreOfTheLatestEventNotOfTheLastToArrive) {
  OpenIncident open;
  GrowBy(open, MakeEvent({.sequence = 1, .host = "w1", .user = "alice", .after = minutes(5)}));
  GrowBy(open, MakeEvent({.sequence = 2, .host = "w2", .user = "bob", .after = minutes(1)}));
  EXPECT_EQ(open.incident.user(), "alice");
  EXPECT_EQ(open.incident.host(), "w1");
  EXPECT_EQ(contract::FromProto(open.incident.first_event_at()), kStoryBegin + minutes(1));
  EXPECT_EQ(contract::FromProto(open.incident.last_event_at()), kStoryBegin + minutes(5));
}

TEST(IncidentFolding, WhatIsKeptReadsBackTheSame) {
  OpenIncident open;
  open.incident.set_id("inc-3");
  GrowBy(open, MakeEvent({.sequence = 1, .records = Records(1, 100)}), 100);
  GrowBy(open, MakeEvent({.sequence = 2, .records = Records(50, 100)}), 149);
  const v1::Incident kept = open.Kept();
  EXPECT_EQ(kept.distinct_customers(), 149U);
  EXPECT_EQ(kept.measured(), 149U);
  const auto read = ReadIncident(kept);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->Kept().SerializeAsString(), kept.SerializeAsString());
  EXPECT_TRUE(read->records == open.records);
}

TEST(IncidentFolding, RecordsThatCannotBeReadAreDataLoss) {
  v1::Incident kept;
  kept.set_id("inc-3");
  kept.set_records("no bitmap");
  const auto read = ReadIncident(kept);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace vigie::server::detect
