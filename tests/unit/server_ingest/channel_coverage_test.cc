#include "server/api/channel_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vigie::server::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::AgentStatus WithSensors(const std::vector<std::pair<std::string, v1::SensorState>>& others) {
  v1::AgentStatus agent;
  for (const char* name : {"file_events", "removable_media", "inspector", "process_events", "network_guard",
                           "write_guard", "derived_files"}) {
    const auto other = std::ranges::find(others, name, &std::pair<std::string, v1::SensorState>::first);
    if (other != others.end() && other->second == v1::SENSOR_STATE_UNSPECIFIED) continue;
    v1::SensorHealth& sensor = *agent.add_sensors();
    sensor.set_name(name);
    sensor.set_state(other == others.end() ? v1::SENSOR_STATE_RUNNING : other->second);
  }
  DescribeCoverage(agent);
  return agent;
}

const v1::ChannelCoverage& Of(const v1::AgentStatus& agent, v1::Channel channel) {
  return agent.channels(static_cast<int>(channel) - 1);
}

TEST(ChannelCoverage, EveryChannelHasItsRow) {
  const auto agent = WithSensors({});
  ASSERT_EQ(agent.channels_size(), v1::Channel_MAX);
  for (int channel = v1::Channel_MIN + 1; channel <= v1::Channel_MAX; ++channel) {
    EXPECT_EQ(agent.channels(channel - 1).channel(), channel);
  }
}

TEST(ChannelCoverage, WhatAllSensorsSeeIsSeenAndStopped) {
  const auto agent = WithSensors({});
  const auto& media = Of(agent, v1::CHANNEL_REMOVABLE_MEDIA);
  EXPECT_EQ(media.seen(), v1::SENSOR_STATE_RUNNING);
  EXPECT_EQ(media.blocked(), v1::SENSOR_STATE_RUNNING);
  EXPECT_THAT(media.limited_by(), IsEmpty());
}

TEST(ChannelCoverage, WhereNothingLooksIsUnsupportedWhateverTheSensorsDo) {
  const auto agent = WithSensors({});
  for (const auto channel : {v1::CHANNEL_WEB_UPLOAD, v1::CHANNEL_WEB_DOWNLOAD, v1::CHANNEL_CLIPBOARD}) {
    EXPECT_EQ(Of(agent, channel).seen(), v1::SENSOR_STATE_UNSUPPORTED);
    EXPECT_EQ(Of(agent, channel).blocked(), v1::SENSOR_STATE_UNSUPPORTED);
    EXPECT_EQ(Of(agent, channel).limit(), v1::COVERAGE_LIMIT_NO_SENSOR);
  }
}

TEST(ChannelCoverage, WithoutTheWriteGuardPlacesAreSeenAndStoppedInPart) {
  const auto agent = WithSensors({{"write_guard", v1::SENSOR_STATE_UNSUPPORTED}});
  for (const auto channel : {v1::CHANNEL_REMOVABLE_MEDIA, v1::CHANNEL_NETWORK_SHARE}) {
    EXPECT_EQ(Of(agent, channel).seen(), v1::SENSOR_STATE_RUNNING);
    EXPECT_EQ(Of(agent, channel).blocked(), v1::SENSOR_STATE_DEGRADED);
    EXPECT_THAT(Of(agent, channel).limited_by(), ElementsAre("write_guard"));
  }
  EXPECT_EQ(Of(agent, v1::CHANNEL_NETWORK_TRANSFER).blocked(), v1::SENSOR_STATE_RUNNING);
}

TEST(ChannelCoverage, WithoutTheNetworkGuardTransfersAreSeenInPartAndNamedOnce) {
  const auto agent = WithSensors({{"network_guard", v1::SENSOR_STATE_UNSUPPORTED}});
  EXPECT_EQ(Of(agent, v1::CHANNEL_NETWORK_TRANSFER).seen(), v1::SENSOR_STATE_DEGRADED);
  EXPECT_THAT(Of(agent, v1::CHANNEL_NETWORK_TRANSFER).limited_by(), ElementsAre("network_guard"));
}

TEST(ChannelCoverage, WithoutFileEventsNothingIsSeen) {
  const auto agent =
      WithSensors({{"file_events", v1::SENSOR_STATE_UNSUPPORTED}, {"inspector", v1::SENSOR_STATE_DEGRADED}});
  for (const v1::ChannelCoverage& channel : agent.channels()) {
    EXPECT_EQ(channel.seen(), v1::SENSOR_STATE_UNSUPPORTED);
    EXPECT_EQ(channel.blocked(), v1::SENSOR_STATE_UNSUPPORTED);
  }
  EXPECT_THAT(Of(agent, v1::CHANNEL_LOCAL).limited_by(), ElementsAre("file_events", "inspector"));
}

TEST(ChannelCoverage, TheWorstOfWhatIsNeededCounts) {
  const auto agent =
      WithSensors({{"file_events", v1::SENSOR_STATE_DEGRADED}, {"removable_media", v1::SENSOR_STATE_UNSUPPORTED}});
  EXPECT_EQ(Of(agent, v1::CHANNEL_REMOVABLE_MEDIA).seen(), v1::SENSOR_STATE_UNSUPPORTED);
  EXPECT_EQ(Of(agent, v1::CHANNEL_LOCAL).seen(), v1::SENSOR_STATE_DEGRADED);
}

TEST(ChannelCoverage, WhatWasNotReportedIsNotKnown) {
  const auto agent = WithSensors({{"file_events", v1::SENSOR_STATE_UNSPECIFIED}});
  EXPECT_EQ(Of(agent, v1::CHANNEL_LOCAL).seen(), v1::SENSOR_STATE_UNSPECIFIED);
  EXPECT_THAT(Of(agent, v1::CHANNEL_LOCAL).limited_by(), ElementsAre("file_events"));
  v1::AgentStatus never_seen;
  DescribeCoverage(never_seen);
  EXPECT_THAT(never_seen.channels(), IsEmpty());
}

TEST(ChannelCoverage, WhatIsKnownByItsProgramIsSeenInPart) {
  const auto agent = WithSensors({});
  for (const auto channel : {v1::CHANNEL_EMAIL, v1::CHANNEL_PRINT, v1::CHANNEL_ARCHIVE, v1::CHANNEL_SCREENSHOT,
                             v1::CHANNEL_BLUETOOTH, v1::CHANNEL_REMOTE_DESKTOP, v1::CHANNEL_VERSION_CONTROL}) {
    EXPECT_EQ(Of(agent, channel).seen(), v1::SENSOR_STATE_DEGRADED);
    EXPECT_EQ(Of(agent, channel).blocked(), v1::SENSOR_STATE_DEGRADED);
    EXPECT_EQ(Of(agent, channel).limit(), v1::COVERAGE_LIMIT_BY_PROGRAM);
    EXPECT_THAT(Of(agent, channel).limited_by(), IsEmpty());
  }
}

TEST(ChannelCoverage, WhatIsWrittenHereIsToldAndNotStopped) {
  const auto agent = WithSensors({});
  EXPECT_EQ(Of(agent, v1::CHANNEL_LOCAL).seen(), v1::SENSOR_STATE_RUNNING);
  EXPECT_EQ(Of(agent, v1::CHANNEL_LOCAL).blocked(), v1::SENSOR_STATE_DEGRADED);
}

TEST(ChannelCoverage, FilesThatAreMovedIntoACloudFolderAreNeverStopped) {
  const auto agent = WithSensors({});
  EXPECT_EQ(Of(agent, v1::CHANNEL_CLOUD_SYNC).seen(), v1::SENSOR_STATE_RUNNING);
  EXPECT_EQ(Of(agent, v1::CHANNEL_CLOUD_SYNC).blocked(), v1::SENSOR_STATE_DEGRADED);
  EXPECT_EQ(Of(agent, v1::CHANNEL_CLOUD_SYNC).limit(), v1::COVERAGE_LIMIT_MOVED_FILES);
}

}  // namespace
}  // namespace vigie::server::api
