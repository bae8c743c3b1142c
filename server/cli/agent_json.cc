#include "server/cli/agent_json.h"

#include <nlohmann/json.hpp>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using Json = nlohmann::ordered_json;

Json SensorJson(const v1::SensorHealth& sensor) {
  return {{"name", sensor.name()},
          {"state", contract::NameOf(sensor.state())},
          {"reason", sensor.reason()},
          {"produced", sensor.produced()},
          {"delivered", sensor.delivered()},
          {"coalesced", sensor.coalesced()},
          {"lost", sensor.lost()},
          {"gone", sensor.gone()},
          {"late", sensor.late()}};
}

Json CoverageJson(const v1::ChannelCoverage& channel) {
  return {{"channel", contract::NameOf(channel.channel())},
          {"seen", contract::NameOf(channel.seen())},
          {"blocked", contract::NameOf(channel.blocked())},
          {"limit", contract::NameOf(channel.limit())},
          {"limited_by", std::vector<std::string>(channel.limited_by().begin(), channel.limited_by().end())}};
}

}  // namespace

std::string StateName(const v1::AgentStatus& agent) {
  if (agent.state() != v1::AGENT_STATE_UNSPECIFIED) return contract::NameOf(agent.state());
  return agent.connected() ? "connected" : "disconnected";  // of an older collector
}

std::int64_t OffsetMilliseconds(const google::protobuf::Duration& offset) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(contract::FromProto(offset)).count();
}

Json GapReportJson(const v1::GapReport& gap) {
  Json json = {{"kind", contract::NameOf(gap.kind())},
               {"agent", gap.agent_id()},
               {"host", gap.host()},
               {"sensor", gap.sensor()},
               {"reason", gap.reason()},
               {"from", FormatTime(gap.from())},
               {"until", FormatTime(gap.until())},
               {"lost", gap.lost()},
               {"boot_epoch", gap.boot_epoch()},
               {"first_sequence", gap.first_sequence()},
               {"last_sequence", gap.last_sequence()},
               {"noticed_at", FormatTime(gap.noticed_at())}};
  for (const v1::SequenceRange& range : gap.never_sent()) {
    json["never_sent"].push_back(
        {{"boot_epoch", range.boot_epoch()}, {"first", range.first()}, {"last", range.last()}});
  }
  return json;
}

Json AgentJson(const v1::AgentStatus& agent) {
  Json json;
  json["id"] = agent.id();
  json["host"] = agent.host();
  json["operating_system"] = agent.operating_system();
  json["kernel"] = agent.kernel();
  json["version"] = agent.version();
  json["connected"] = agent.connected();
  json["enrolled_at"] = FormatTime(agent.enrolled_at());
  json["last_seen_at"] = FormatTime(agent.last_seen_at());
  json["policy_version"] = agent.policy_version();
  json["ring"] = agent.ring();
  json["ring_policy_version"] = agent.ring_policy_version();
  json["events"] = agent.events();
  json["spooled_events"] = agent.spooled_events();
  json["rejected_events"] = agent.rejected_events();
  json["missing_events"] = agent.missing_events();
  json["repeated_events"] = agent.repeated_events();
  json["state"] = StateName(agent);
  json["state_reason"] = agent.state_reason();
  json["state_since"] = FormatTime(agent.state_since());
  json["clock_offset_milliseconds"] = OffsetMilliseconds(agent.clock_offset());
  json["spooled_bytes"] = agent.spooled_bytes();
  json["ahead_events"] = agent.ahead_events();
  json["rejections"] = Json::array();
  for (const v1::RejectionCount& rejection : agent.rejections()) {
    json["rejections"].push_back({{"reason", rejection.reason()}, {"count", rejection.count()}});
  }
  json["revoked_at"] = FormatTime(agent.revoked_at());
  json["revoked_reason"] = agent.revoked_reason();
  json["disconnected_at"] = FormatTime(agent.disconnected_at());
  json["disconnected_reason"] = agent.disconnected_reason();
  json["outages"] = agent.outages();
  json["last_outage"] = agent.last_outage();
  json["indexes"] = Json::array();
  for (const v1::IndexStatus& index : agent.indexes()) {
    json["indexes"].push_back({{"ledger", index.ledger()},
                               {"state", index.state()},
                               {"deltas", index.deltas()},
                               {"records", index.records()},
                               {"built_at", FormatTime(index.built_at())}});
  }
  json["channels"] = Json::array();
  for (const v1::ChannelCoverage& channel : agent.channels()) json["channels"].push_back(CoverageJson(channel));
  json["sensors"] = Json::array();
  for (const v1::SensorHealth& sensor : agent.sensors()) json["sensors"].push_back(SensorJson(sensor));
  return json;
}

}  // namespace vigie::cli
