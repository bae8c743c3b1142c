#include "server/cli/event_json.h"

#include <nlohmann/json.hpp>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;
using Json = nlohmann::ordered_json;

Json ProcessJson(const v1::Process& process) {
  return {{"pid", process.pid()},
          {"exe", process.exe()},
          {"command_line", process.command_line()},
          {"parents", std::vector<std::string>(process.parents().begin(), process.parents().end())},
          {"readers", std::vector<std::string>(process.readers().begin(), process.readers().end())}};
}

Json FileJson(const v1::File& file) {
  return {{"path", file.path()},
          {"previous_path", file.previous_path()},
          {"origin", file.origin()},
          {"bytes", file.bytes()}};
}

Json DestinationJson(const v1::Destination& destination) {
  return {{"kind", destination.kind()},
          {"name", destination.name()},
          {"address", destination.address()},
          {"port", destination.port()}};
}

Json ClassesJson(const v1::Inspection& inspection) {
  Json classes = Json::object();
  for (const v1::ClassFinding& finding : inspection.classes()) {
    classes[finding.class_()] = {{"matches", finding.matches()}, {"distinct", finding.distinct()}};
  }
  return classes;
}

Json ReasonsJson(const v1::Inspection& inspection) {
  Json reasons = Json::array();
  for (const int reason : inspection.reasons()) reasons.push_back(NameOf(static_cast<v1::Reason>(reason)));
  return reasons;
}

Json DerivedFromEvents(const v1::Inspection& inspection) {
  const auto& events = inspection.derived_from().events();
  return std::vector<std::string>(events.begin(), events.end());
}

Json GapJson(const v1::Gap& gap) {
  return {{"sensor", gap.sensor()},
          {"reason", gap.reason()},
          {"from", FormatTime(gap.from())},
          {"until", FormatTime(gap.until())},
          {"lost", gap.lost()}};
}

}  // namespace

Json EventJson(const v1::Event& event) {
  const v1::Activity& activity = event.activity();
  Json json;
  json["id"] = contract::EventId(event);
  json["at"] = FormatTime(event.has_gap() ? event.gap().from() : activity.at());
  json["received_at"] = FormatTime(event.received_at());
  json["clock_offset_milliseconds"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(contract::FromProto(event.clock_offset())).count();
  json["host"] = event.has_gap() ? event.host() : activity.host();
  json["user"] = activity.user();
  json["process"] = ProcessJson(activity.process());
  json["activity"] = event.has_gap() ? "gap" : NameOf(activity.kind());
  json["channel"] = NameOf(activity.channel());
  json["file"] = FileJson(activity.file());
  json["destination"] = DestinationJson(activity.destination());
  json["distinct_customers"] = event.inspection().customers().distinct();
  json["classes"] = ClassesJson(event.inspection());
  json["evaluated"] = NameOf(event.inspection().evaluated());
  json["reasons"] = ReasonsJson(event.inspection());
  json["verdict"] = NameOf(event.verdict());
  json["rule"] = event.rule();
  json["derived_from"] = event.inspection().derived_from().path();
  json["derived_from_events"] = DerivedFromEvents(event.inspection());
  json["lineage"] = std::vector<std::string>(event.lineage().begin(), event.lineage().end());
  json["folded"] = event.folded();
  json["shadow"] = event.shadow();
  json["late"] = event.late();
  json["policy_version"] = event.policy_version();
  if (event.has_gap()) json["gap"] = GapJson(event.gap());
  return json;
}

std::string JsonLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vigie::cli
