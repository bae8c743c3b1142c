#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "proto/contract/yaml_reader.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::contract {
namespace {

template <typename Message>
void ExpectRoundTrip(const Message& message) {
  const std::string text = WriteYaml(message);
  Message again;
  const auto read = ReadYaml(text, "again.yaml", again);
  ASSERT_TRUE(read) << read.error().message << "\n" << text;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(message, again)) << text;
}

TEST(WriteYaml, WritesWhatPeopleWouldWrite) {
  v1::Policy policy;
  policy.set_version(7);
  auto* rule = policy.add_rules();
  rule->set_id("customers-to-media");
  rule->mutable_when()->add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
  rule->mutable_when()->add_channels(v1::CHANNEL_PRINT);
  rule->mutable_when()->add_paths("/srv/**");
  rule->set_action(v1::ACTION_BLOCK);
  auto* threshold = policy.add_thresholds();
  threshold->set_id("bulk");
  threshold->mutable_window()->set_seconds(86'400);
  EXPECT_EQ(WriteYaml(policy), R"(version: 7
rules:
  - id: customers-to-media
    when:
      channels: [removable_media, print]
      paths: ["/srv/**"]
    action: block
thresholds:
  - id: bulk
    window: 1d
)");
}

TEST(WriteYaml, SurvivesReading) {
  v1::AgentConfig config;
  config.set_state("/var/lib/vigie agent");
  for (const char* text :
       {"", "null", "~", "true", "1", "-", "a: b", "# c", "\"", "'", "é\n\t", "\x1b[0m", "*a", "&a", "!a", "on"}) {
    config.add_watch(text);
  }
  config.mutable_log();
  config.mutable_collector()->set_insecure_loopback(true);
  config.mutable_inspector()->set_byte_limit(18446744073709551615ULL);
  config.mutable_inspector()->mutable_time_limit()->set_nanos(1'000'000);
  config.mutable_sensors()->set_fail_mode(v1::AgentConfig::FAIL_MODE_OPEN);
  config.add_indexes()->set_file("/a");
  config.add_indexes();
  ExpectRoundTrip(config);
}

TEST(WriteYaml, KeepsTimesAndReals) {
  v1::Event event;
  event.mutable_activity()->mutable_at()->set_seconds(1'795'341'600);
  event.mutable_activity()->mutable_at()->set_nanos(123'456'789);
  event.mutable_activity()->mutable_process()->set_pid(-1);
  for (const double value : {0.1, 1e300, -2.5e-300, 3.0}) {
    event.mutable_inspection()->set_milliseconds(value);
    ExpectRoundTrip(event);
  }
}

}  // namespace
}  // namespace vigie::contract
