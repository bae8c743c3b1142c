#include "proto/contract/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace vigie::contract {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kNow = 1'795'341'600;

v1::Event GoodEvent() {
  v1::Event event;
  event.set_agent_id("0f8c2a30-0d2b-4b52-9c5a-2f6f1f0f8a11");
  event.set_boot_epoch(1);
  event.set_sequence(1);
  event.set_verdict(v1::VERDICT_AUDIT);
  auto* activity = event.mutable_activity();
  activity->set_kind(v1::ACTIVITY_KIND_WRITE);
  activity->set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  activity->set_host("w1");
  activity->set_user("alice");
  activity->mutable_at()->set_seconds(kNow);
  activity->mutable_file()->set_path("/media/stick/export.csv");
  auto* inspection = event.mutable_inspection();
  inspection->set_media_type("text/csv");
  inspection->set_evaluated(v1::EVALUATED_FULL);
  auto* emails = inspection->add_classes();
  emails->set_class_("email_address");
  emails->add_masked_samples("a***@e***.com");
  return event;
}

v1::Event GoodGap() {
  v1::Event event = GoodEvent();
  event.clear_inspection();
  event.clear_verdict();
  auto* gap = event.mutable_gap();
  gap->set_sensor("file_events");
  gap->set_reason("queue overflow");
  gap->mutable_from()->set_seconds(kNow);
  gap->mutable_until()->set_seconds(kNow);
  return event;
}

struct EventCase {
  const char* error;
  std::function<void(v1::Event&)> spoil;
};

void ExpectRefused(const v1::Event& good, const EventCase& bad) {
  v1::Event event = good;
  bad.spoil(event);
  const auto valid = ValidateEvent(event);
  ASSERT_FALSE(valid) << bad.error;
  EXPECT_THAT(valid.error().message, StartsWith(bad.error));
  EXPECT_EQ(valid.error().code, base::ErrorCode::kInvalidArgument);
}

std::string Long(std::size_t size) {
  return std::string(size, 'x');
}

TEST(ValidateEvent, TakesAGoodActivityAndAGoodGap) {
  EXPECT_TRUE(ValidateEvent(GoodEvent())) << ValidateEvent(GoodEvent()).error().message;
  EXPECT_TRUE(ValidateEvent(GoodGap())) << ValidateEvent(GoodGap()).error().message;
}

TEST(ValidateEvent, RefusesABadEnvelopeByField) {
  const EventCase cases[] = {
      {"agent_id: ", [](auto& e) { e.clear_agent_id(); }},
      {"agent_id: ", [](auto& e) { e.set_agent_id("UPPER"); }},
      {"agent_id: ", [](auto& e) { e.set_agent_id("a/b"); }},
      {"agent_id: ", [](auto& e) { e.set_agent_id(Long(65)); }},
      {"boot_epoch: must be at least 1", [](auto& e) { e.clear_boot_epoch(); }},
      {"sequence: must be at least 1", [](auto& e) { e.clear_sequence(); }},
      {"what: must be an activity or a gap", [](auto& e) { e.clear_activity(); }},
      {"verdict: must be specified", [](auto& e) { e.clear_verdict(); }},
      {"verdict: is a value that this version does not know",
       [](auto& e) { e.set_verdict(static_cast<v1::Verdict>(99)); }},
      {"rule: longer than 128 bytes", [](auto& e) { e.set_rule(Long(129)); }},
      {"lineage: more than 64 elements",
       [](auto& e) {
         for (int i = 0; i < 65; ++i) e.add_lineage("a/1/1");
       }},
      {"lineage: must not be empty", [](auto& e) { e.add_lineage(""); }},
      {"event: larger than 1 MiB",
       [](auto& e) { e.mutable_inspection()->mutable_customers()->set_records(Long(kMaxEventBytes)); }},
  };
  for (const EventCase& bad : cases) ExpectRefused(GoodEvent(), bad);
}

TEST(ValidateEvent, RefusesABadActivityByField) {
  const EventCase cases[] = {
      {"activity.kind: must be specified", [](auto& e) { e.mutable_activity()->clear_kind(); }},
      {"activity.kind: is a value", [](auto& e) { e.mutable_activity()->set_kind(static_cast<v1::ActivityKind>(99)); }},
      {"activity.channel: must be specified", [](auto& e) { e.mutable_activity()->clear_channel(); }},
      {"activity.host: must not be empty", [](auto& e) { e.mutable_activity()->clear_host(); }},
      {"activity.host: longer than 253 bytes", [](auto& e) { e.mutable_activity()->set_host(Long(254)); }},
      {"activity.user: longer than 256 bytes", [](auto& e) { e.mutable_activity()->set_user(Long(257)); }},
      {"activity.at: must be given", [](auto& e) { e.mutable_activity()->clear_at(); }},
      {"activity.at: must be a time", [](auto& e) { e.mutable_activity()->mutable_at()->set_seconds(1'577'836'799); }},
      {"activity.at: must be a time", [](auto& e) { e.mutable_activity()->mutable_at()->set_seconds(7'258'118'400); }},
      {"activity.at: must be a time", [](auto& e) { e.mutable_activity()->mutable_at()->set_nanos(1'000'000'000); }},
      {"activity.at: must be a time", [](auto& e) { e.mutable_activity()->mutable_at()->set_nanos(-1); }},
      {"activity.process.exe: longer", [](auto& e) { e.mutable_activity()->mutable_process()->set_exe(Long(8193)); }},
      {"activity.process.command_line: longer than 4096",
       [](auto& e) { e.mutable_activity()->mutable_process()->set_command_line(Long(4097)); }},
      {"activity.process.parents: more than 16",
       [](auto& e) {
         for (int i = 0; i < 17; ++i) e.mutable_activity()->mutable_process()->add_parents("/bin/sh");
       }},
      {"activity.process.parents: longer",
       [](auto& e) { e.mutable_activity()->mutable_process()->add_parents(Long(8193)); }},
      {"activity.file.path: longer than 8192",
       [](auto& e) { e.mutable_activity()->mutable_file()->set_path(Long(8193)); }},
      {"activity.file.previous_path: longer",
       [](auto& e) { e.mutable_activity()->mutable_file()->set_previous_path(Long(8193)); }},
      {"activity.file.origin: longer", [](auto& e) { e.mutable_activity()->mutable_file()->set_origin(Long(8193)); }},
      {"activity.destination.kind: longer",
       [](auto& e) { e.mutable_activity()->mutable_destination()->set_kind(Long(129)); }},
      {"activity.destination.name: longer",
       [](auto& e) { e.mutable_activity()->mutable_destination()->set_name(Long(8193)); }},
      {"activity.destination.address: longer",
       [](auto& e) { e.mutable_activity()->mutable_destination()->set_address(Long(254)); }},
      {"activity.destination.port: ", [](auto& e) { e.mutable_activity()->mutable_destination()->set_port(65536); }},
  };
  for (const EventCase& bad : cases) ExpectRefused(GoodEvent(), bad);
}

TEST(ValidateEvent, RefusesABadInspectionByField) {
  const EventCase cases[] = {
      {"inspection.media_type: longer", [](auto& e) { e.mutable_inspection()->set_media_type(Long(129)); }},
      {"inspection.evaluated: must be specified", [](auto& e) { e.mutable_inspection()->clear_evaluated(); }},
      {"inspection.reasons: must be specified",
       [](auto& e) { e.mutable_inspection()->add_reasons(v1::REASON_UNSPECIFIED); }},
      {"inspection.reasons: more than 32",
       [](auto& e) {
         for (int i = 0; i < 33; ++i) e.mutable_inspection()->add_reasons(v1::REASON_CORRUPT);
       }},
      {"inspection.classes: more than 200",
       [](auto& e) {
         for (int i = 0; i < 200; ++i) e.mutable_inspection()->add_classes()->set_class_("iban");
       }},
      {"inspection.classes.class: must not be empty", [](auto& e) { e.mutable_inspection()->add_classes(); }},
      {"inspection.classes.masked_samples: more than 3",
       [](auto& e) {
         for (int i = 0; i < 3; ++i) e.mutable_inspection()->mutable_classes(0)->add_masked_samples("a");
       }},
      {"inspection.classes.masked_samples: longer",
       [](auto& e) { e.mutable_inspection()->mutable_classes(0)->add_masked_samples(Long(129)); }},
      {"inspection.milliseconds: ", [](auto& e) { e.mutable_inspection()->set_milliseconds(-1); }},
      {"inspection.milliseconds: ",
       [](auto& e) { e.mutable_inspection()->set_milliseconds(std::numeric_limits<double>::quiet_NaN()); }},
      {"inspection.milliseconds: ",
       [](auto& e) { e.mutable_inspection()->set_milliseconds(std::numeric_limits<double>::infinity()); }},
  };
  for (const EventCase& bad : cases) ExpectRefused(GoodEvent(), bad);
}

TEST(ValidateEvent, RefusesABadGapByField) {
  const EventCase cases[] = {
      {"gap.sensor: must not be empty", [](auto& e) { e.mutable_gap()->clear_sensor(); }},
      {"gap.reason: must not be empty", [](auto& e) { e.mutable_gap()->clear_reason(); }},
      {"gap.reason: longer", [](auto& e) { e.mutable_gap()->set_reason(Long(513)); }},
      {"gap.from: must be given", [](auto& e) { e.mutable_gap()->clear_from(); }},
      {"gap.until: must be given", [](auto& e) { e.mutable_gap()->clear_until(); }},
      {"gap.until: must not be before", [](auto& e) { e.mutable_gap()->mutable_from()->set_nanos(1); }},
      {"gap.never_sent: must begin", [](auto& e) { e.mutable_gap()->add_never_sent()->set_last(1); }},
      {"gap.never_sent: must not end",
       [](auto& e) {
         v1::SequenceRange& range = *e.mutable_gap()->add_never_sent();
         range.set_boot_epoch(1);
         range.set_first(2);
         range.set_last(1);
       }},
      {"gap.never_sent: more than 256 elements",
       [](auto& e) {
         for (int i = 0; i < 257; ++i) e.mutable_gap()->add_never_sent();
       }},
  };
  for (const EventCase& bad : cases) ExpectRefused(GoodGap(), bad);
}

TEST(ValidateEvent, TakesTheLongestTexts) {
  v1::Event event = GoodEvent();
  event.mutable_activity()->mutable_file()->set_path(Long(kMaxPathBytes));
  event.mutable_activity()->mutable_process()->set_command_line(Long(kMaxCommandLineBytes));
  event.mutable_activity()->set_user(Long(kMaxUserBytes));
  event.mutable_activity()->set_host(Long(kMaxHostBytes));
  EXPECT_TRUE(ValidateEvent(event));
}

TEST(ValidateEvent, NeverRepeatsTheValue) {
  v1::Event event = GoodEvent();
  event.set_agent_id("Alice@example.com");
  EXPECT_THAT(ValidateEvent(event).error().message, Not(HasSubstr("Alice")));
}

TEST(ValidateHello, FollowsItsTable) {
  v1::Hello good;
  good.set_agent_id("a-1");
  good.set_host("w1");
  good.set_boot_epoch(1);
  good.mutable_at()->set_seconds(kNow);
  EXPECT_TRUE(ValidateHello(good));
  const std::pair<const char*, std::function<void(v1::Hello&)>> cases[] = {
      {"agent_id: ", [](auto& h) { h.set_agent_id("a b"); }},
      {"host: must not be empty", [](auto& h) { h.clear_host(); }},
      {"host: longer", [](auto& h) { h.set_host(Long(254)); }},
      {"operating_system: longer", [](auto& h) { h.set_operating_system(Long(129)); }},
      {"kernel: longer", [](auto& h) { h.set_kernel(Long(129)); }},
      {"version: longer", [](auto& h) { h.set_version(Long(129)); }},
      {"boot_epoch: ", [](auto& h) { h.clear_boot_epoch(); }},
      {"at: must be given", [](auto& h) { h.clear_at(); }},
  };
  for (const auto& [error, spoil] : cases) {
    v1::Hello hello = good;
    spoil(hello);
    ASSERT_FALSE(ValidateHello(hello)) << error;
    EXPECT_THAT(ValidateHello(hello).error().message, StartsWith(error));
  }
}

TEST(ValidateHeartbeat, FollowsItsTable) {
  v1::Heartbeat good;
  good.mutable_at()->set_seconds(kNow);
  auto* sensor = good.add_sensors();
  sensor->set_name("file_events");
  sensor->set_state(v1::SENSOR_STATE_RUNNING);
  EXPECT_TRUE(ValidateHeartbeat(good));
  const std::pair<const char*, std::function<void(v1::Heartbeat&)>> cases[] = {
      {"at: must be given", [](auto& h) { h.clear_at(); }},
      {"sensors: more than 64",
       [](auto& h) {
         for (int i = 0; i < 64; ++i) *h.add_sensors() = h.sensors(0);
       }},
      {"sensors.name: must not be empty", [](auto& h) { h.mutable_sensors(0)->clear_name(); }},
      {"sensors.state: must be specified", [](auto& h) { h.mutable_sensors(0)->clear_state(); }},
      {"sensors.reason: longer", [](auto& h) { h.mutable_sensors(0)->set_reason(Long(513)); }},
      {"blocks: more than 256",
       [](auto& h) {
         for (int i = 0; i < 257; ++i) h.add_blocks("inc-1/1");
       }},
      {"blocks: must not be empty", [](auto& h) { h.add_blocks(""); }},
  };
  for (const auto& [error, spoil] : cases) {
    v1::Heartbeat heartbeat = good;
    spoil(heartbeat);
    ASSERT_FALSE(ValidateHeartbeat(heartbeat)) << error;
    EXPECT_THAT(ValidateHeartbeat(heartbeat).error().message, StartsWith(error));
  }
}

TEST(EventId, IsAgentEpochAndSequence) {
  v1::Event event = GoodEvent();
  event.set_agent_id("a-1");
  event.set_boot_epoch(3);
  event.set_sequence(42);
  EXPECT_EQ(EventId(event), "a-1/3/42");
}

}  // namespace
}  // namespace vigie::contract
