// What scripts read. The golden files are the contract: change one only with a reason in the change log.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "core/customers/record_set.h"
#include "server/cli/agent_json.h"
#include "server/cli/event_json.h"
#include "server/cli/incident_json.h"

namespace vigie::cli {
namespace {

using Json = nlohmann::ordered_json;

void ExpectGolden(const Json& json, const std::string& name) {
  const char* tree = std::getenv("VIGIE_SOURCE_DIR");
  ASSERT_NE(tree, nullptr) << "run me by ctest, which sets VIGIE_SOURCE_DIR";
  std::ifstream file(std::string(tree) + "/tests/data/cli/" + name);
  ASSERT_TRUE(file) << name;
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(json.dump(2) + "\n", golden.str()) << name;
}

google::protobuf::Timestamp Seconds(std::int64_t seconds) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'795'341'600 + seconds);
  return time;
}

std::string Records(const std::vector<customers::RecordId>& ids) {
  return customers::RecordSet{std::span(ids)}.Serialize();
}

v1::Activity Upload() {
  v1::Activity activity;
  activity.set_kind(v1::ACTIVITY_KIND_UPLOAD);
  activity.set_channel(v1::CHANNEL_WEB_UPLOAD);
  activity.set_host("w1");
  activity.set_user("alice");
  activity.mutable_process()->set_pid(4711);
  activity.mutable_process()->set_exe("/usr/bin/curl");
  activity.mutable_process()->set_command_line("curl -F file=@part-1.csv http://127.0.0.1:8080/");
  activity.mutable_process()->add_parents("/usr/bin/bash");
  activity.mutable_process()->add_readers("/usr/bin/base64");
  activity.mutable_process()->add_readers("/usr/bin/nc.openbsd");
  activity.mutable_file()->set_path("/home/alice/part-1.csv");
  activity.mutable_file()->set_bytes(2048);
  activity.mutable_destination()->set_kind("host");
  activity.mutable_destination()->set_name("localhost");
  activity.mutable_destination()->set_address("127.0.0.1");
  activity.mutable_destination()->set_port(8080);
  *activity.mutable_at() = Seconds(0);
  return activity;
}

TEST(EventJson, HasTheShapeThatScriptsRelyOn) {
  v1::Event event;
  event.set_agent_id("a-1");
  event.set_boot_epoch(2);
  event.set_sequence(30);
  *event.mutable_activity() = Upload();
  auto* inspection = event.mutable_inspection();
  inspection->set_evaluated(v1::EVALUATED_PARTIAL);
  inspection->add_reasons(v1::REASON_ENCRYPTED);
  auto* emails = inspection->add_classes();
  emails->set_class_("email_address");
  emails->set_matches(17);
  emails->set_distinct(16);
  inspection->mutable_customers()->set_distinct(16);
  inspection->mutable_derived_from()->set_path("/home/alice/customers.csv");
  inspection->mutable_derived_from()->add_events("a-1/2/7");
  event.set_verdict(v1::VERDICT_AUDIT);
  event.set_rule("uploads");
  event.add_lineage("a-1/2/7");
  event.set_folded(1);
  event.set_policy_version(7);
  *event.mutable_received_at() = Seconds(1);
  ExpectGolden(EventJson(event), "event.json");
}

TEST(EventJson, HasEveryKeyEvenForAGap) {
  v1::Event event;
  event.set_agent_id("a-1");
  event.set_boot_epoch(2);
  event.set_sequence(31);
  event.mutable_gap()->set_sensor("file_events");
  event.mutable_gap()->set_reason("queue overflow");
  *event.mutable_gap()->mutable_from() = Seconds(0);
  *event.mutable_gap()->mutable_until() = Seconds(2);
  event.mutable_gap()->set_lost(5);
  ExpectGolden(EventJson(event), "gap.json");
}

v1::Incident Leak() {
  v1::Incident incident;
  incident.set_id("i-1");
  incident.set_rule("bulk-customers");
  incident.set_severity(v1::SEVERITY_CRITICAL);
  incident.set_state(v1::INCIDENT_STATE_OPEN);
  *incident.mutable_opened_at() = Seconds(0);
  *incident.mutable_updated_at() = Seconds(60);
  *incident.mutable_first_event_at() = Seconds(-5);
  *incident.mutable_last_event_at() = Seconds(59);
  incident.set_subject("user=alice");
  incident.set_user("alice");
  incident.set_host("w1");
  incident.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
  incident.add_channels(v1::CHANNEL_WEB_UPLOAD);
  incident.add_processes("/usr/bin/curl");
  incident.set_events(31);
  incident.set_measured(1584);
  incident.set_distinct_customers(1584);
  incident.add_actions("block_channels");
  incident.set_assignee("bob");
  return incident;
}

TEST(IncidentJson, HasTheShapeThatScriptsRelyOn) {
  ExpectGolden(IncidentJson(Leak()), "incident.json");
}

TEST(IncidentJson, HasRecordsAndEventsInDetail) {
  v1::Incident incident = Leak();
  incident.set_records(Records({7, 1, 1583}));
  incident.add_event_ids("a-1/2/30");
  const Json json = IncidentDetailJson(incident);
  EXPECT_EQ(json["records"], Json({1, 7, 1583}));
  EXPECT_EQ(json["event_ids"], Json({"a-1/2/30"}));
  EXPECT_EQ(json["id"], "i-1");
}

TEST(IncidentJson, SaysThatBrokenRecordsAreUnknownRatherThanNone) {
  v1::Incident incident = Leak();
  incident.set_records("no bitmap");
  EXPECT_TRUE(IncidentDetailJson(incident)["records"].is_null());
}

TEST(AgentJson, HasTheShapeThatScriptsRelyOn) {
  v1::AgentStatus agent;
  agent.set_id("a-1");
  agent.set_host("w1");
  agent.set_operating_system("Debian GNU/Linux 12");
  agent.set_kernel("6.1.0");
  agent.set_version("0.1.0");
  agent.set_connected(true);
  *agent.mutable_enrolled_at() = Seconds(-3600);
  *agent.mutable_last_seen_at() = Seconds(0);
  agent.set_policy_version(7);
  agent.set_events(1000);
  agent.set_spooled_events(2);
  agent.set_ring("pilot");
  agent.set_ring_policy_version(8);
  auto* sensor = agent.add_sensors();
  sensor->set_name("file_events");
  sensor->set_state(v1::SENSOR_STATE_RUNNING);
  sensor->set_produced(10);
  sensor->set_delivered(9);
  sensor->set_coalesced(1);
  auto* channel = agent.add_channels();
  channel->set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  channel->set_seen(v1::SENSOR_STATE_RUNNING);
  channel->set_blocked(v1::SENSOR_STATE_DEGRADED);
  channel->add_limited_by("write_guard");
  auto* index = agent.add_indexes();
  index->set_ledger("1ed6e7");
  index->set_state("57a7e0");
  index->set_deltas(2);
  index->set_records(1584);
  *index->mutable_built_at() = Seconds(-7200);
  ExpectGolden(AgentJson(agent), "agent.json");
}

TEST(JsonLine, IsOneLineOfUtf8WhateverItHolds) {
  EXPECT_EQ(JsonLine({{"path", "a\nb\x1b\xff"}}), "{\"path\":\"a\\nb\\u001b\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace vigie::cli
