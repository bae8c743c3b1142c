#include "server/integrations/finding.h"

#include <nlohmann/json.hpp>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {
namespace {

// Keys in the order of the alphabet, so that samples can be compared.
using Json = nlohmann::json;

constexpr int kFindingsCategory = 2;
constexpr int kDetectionFinding = 2004;
constexpr int kCreate = 1;
constexpr int kUpdate = 2;
constexpr int kClose = 3;
constexpr int kRuleType = 1;
constexpr int kUnknownType = 0;
constexpr int kNew = 1;
constexpr int kInProgress = 2;
constexpr int kResolved = 4;

struct Activity {
  int id;
  const char* name;
  const char* change;
};

Activity ActivityOf(Change change) {
  switch (change) {
    case Change::kOpened:
      return {kCreate, "Create", "opened"};
    case Change::kGrown:
      return {kUpdate, "Update", "grown"};
    case Change::kReopened:
      return {kUpdate, "Update", "reopened"};
    case Change::kClosed:
      return {kClose, "Close", "closed"};
  }
  return {};
}

std::pair<int, const char*> SeverityOf(v1::Severity severity) {
  switch (severity) {
    case v1::SEVERITY_LOW:
      return {2, "Low"};
    case v1::SEVERITY_MEDIUM:
      return {3, "Medium"};
    case v1::SEVERITY_HIGH:
      return {4, "High"};
    case v1::SEVERITY_CRITICAL:
      return {5, "Critical"};
    default:
      return {1, "Informational"};
  }
}

const char* StatusName(int status) {
  return status == kResolved ? "Resolved" : status == kInProgress ? "In Progress" : "New";
}

std::int64_t Milliseconds(base::SystemTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
std::int64_t Milliseconds(const google::protobuf::Timestamp& time) {
  return Milliseconds(contract::FromProto(time));
}

Json UserJson(const std::string& user, const Naming& naming) {
  if (user.empty() || naming.users == v1::INTEGRATION_NAMING_NONE) return nullptr;
  Json json{{"type", "Unknown"}, {"type_id", kUnknownType}};
  if (naming.users == v1::INTEGRATION_NAMING_NAME) {
    json["name"] = user;
  } else {
    json["uid"] = naming.pseudonyms.OfUser(user);
  }
  return json;
}

Json HostJson(const std::string& host, const Naming& naming) {
  if (host.empty() || naming.hosts == v1::INTEGRATION_NAMING_NONE) return nullptr;
  Json json{{"type", "Unknown"}, {"type_id", kUnknownType}};
  if (naming.hosts == v1::INTEGRATION_NAMING_PSEUDONYM) {
    json["uid"] = naming.pseudonyms.OfHost(host);
  } else {
    json["hostname"] = host;
  }
  return json;
}

// Who and where; nothing if neither is told.
void AddEvidence(Json user, Json host, Json& finding) {
  Json evidence = Json::object();
  if (!user.is_null()) evidence["actor"] = {{"user", std::move(user)}};
  if (!host.is_null()) evidence["device"] = std::move(host);
  if (!evidence.empty()) finding["evidences"] = Json::array({std::move(evidence)});
}

struct Frame {
  const Occasion& occasion;
  Change change = Change::kOpened;
  v1::Severity severity = v1::SEVERITY_UNSPECIFIED;
  int status = kNew;
  const char* event_code = "";
  std::string title;
  Json info;  // finding_info without its title
  Json unmapped;
};

Json MetadataOf(const Frame& frame) {
  return {{"event_code", frame.event_code},
          {"product", {{"name", "Vigie"}, {"vendor_name", "Vigie"}, {"version", frame.occasion.version}}},
          {"uid", frame.occasion.id},
          {"version", kOcsfVersion}};
}

// The attributes of the class.
Json FindingOf(const Frame& frame) {
  const Activity activity = ActivityOf(frame.change);
  const auto [severity_id, severity] = SeverityOf(frame.severity);
  Json finding{{"activity_id", activity.id},
               {"activity_name", activity.name},
               {"category_name", "Findings"},
               {"category_uid", kFindingsCategory},
               {"class_name", "Detection Finding"},
               {"class_uid", kDetectionFinding},
               {"message", frame.title},
               {"metadata", MetadataOf(frame)},
               {"severity", severity},
               {"severity_id", severity_id},
               {"status", StatusName(frame.status)},
               {"status_id", frame.status},
               {"time", Milliseconds(frame.occasion.at)},
               {"type_name", std::string("Detection Finding: ") + activity.name},
               {"type_uid", kDetectionFinding * 100 + activity.id}};
  finding["finding_info"] = frame.info;
  finding["finding_info"]["title"] = frame.title;
  finding["unmapped"] = frame.unmapped;
  finding["unmapped"]["schema"] = kFindingSchema;
  finding["unmapped"]["change"] = activity.change;
  return finding;
}

// In ASCII: names are other people's, and with what steers a terminal or turns the direction of writing they would
// mislead who reads a log.
v1::OutboxMessage MessageOf(const Frame& frame, const Json& finding) {
  v1::OutboxMessage message;
  message.set_id(frame.occasion.id);
  *message.mutable_at() = contract::ToProto(frame.occasion.at);
  message.set_severity(frame.severity);
  message.set_title(frame.title);
  message.set_finding(finding.dump(-1, ' ', true, Json::error_handler_t::replace));
  return message;
}

Json AnalyticOf(std::string_view rule) {
  return {{"name", rule}, {"type", "Rule"}, {"type_id", kRuleType}, {"uid", rule}};
}

std::string Counted(std::uint64_t count, const std::string& one, const std::string& several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

std::string IncidentTitle(const v1::Incident& incident, Change change) {
  return "Incident " + incident.id() + " " + ActivityOf(change).change + ", rule " + incident.rule() + ": " +
         Counted(incident.distinct_customers(), "customer", "customers") + " in " +
         Counted(incident.events(), "event", "events");
}

Json IncidentInfo(const v1::Incident& incident) {
  return {{"analytic", AnalyticOf(incident.rule())},
          {"created_time", Milliseconds(incident.opened_at())},
          {"first_seen_time", Milliseconds(incident.first_event_at())},
          {"last_seen_time", Milliseconds(incident.last_event_at())},
          {"modified_time", Milliseconds(incident.updated_at())},
          {"types", Json::array({"Data Loss"})},
          {"uid", incident.id()}};
}

Json IncidentFigures(const v1::Incident& incident) {
  Json channels = Json::array();
  for (const int channel : incident.channels()) channels.push_back(contract::NameOf(static_cast<v1::Channel>(channel)));
  Json actions = Json::array();
  for (const std::string& action : incident.actions()) actions.push_back(action);
  return {{"actions", actions},
          {"channels", channels},
          {"distinct_customers", incident.distinct_customers()},
          {"events", incident.events()},
          {"measured", incident.measured()}};
}

std::string HealthTitle(const HealthChange& health) {
  const bool gaps = health.what == "agent_gaps";
  const std::string who = Counted(health.agents, "agent", "agents");
  if (gaps) return who + " did not see or deliver everything: " + Counted(health.gaps, "gap", "gaps");
  return who + (health.change == Change::kClosed ? " back, or taken out" : " unreachable");
}

// A gap is a finding of its own; an absence is one from its beginning to its end.
std::string HealthId(const HealthChange& health, const Occasion& occasion) {
  if (health.agent_id.empty()) return "fleet/" + std::string(health.what) + "/" + occasion.id;
  const std::string id = "agent/" + health.agent_id + "/" + std::string(health.what) + "/";
  return id + std::to_string(Milliseconds(health.from));
}

Json HealthFigures(const HealthChange& health) {
  Json figures{{"agents", health.agents}, {"from", Milliseconds(health.from)}};
  if (!health.agent_id.empty()) figures["agent"] = health.agent_id;
  if (health.until) figures["until"] = Milliseconds(*health.until);
  if (health.what != "agent_gaps") return figures;
  figures["gaps"] = health.gaps;
  figures["lost_events"] = health.lost;
  figures["sensors"] = health.sensors;
  return figures;
}

}  // namespace

v1::OutboxMessage IncidentFinding(const v1::Incident& incident, Change change, const Occasion& occasion,
                                  const Naming& naming) {
  const int open = incident.assignee().empty() ? kNew : kInProgress;
  const Frame frame{.occasion = occasion,
                    .change = change,
                    .severity = incident.severity(),
                    .status = change == Change::kClosed ? kResolved : open,
                    .event_code = "incident",
                    .title = IncidentTitle(incident, change),
                    .info = IncidentInfo(incident),
                    .unmapped = IncidentFigures(incident)};
  Json finding = FindingOf(frame);
  AddEvidence(UserJson(incident.user(), naming), HostJson(incident.host(), naming), finding);
  return MessageOf(frame, finding);
}

v1::OutboxMessage HealthFinding(const HealthChange& health, const Occasion& occasion, const Naming& naming) {
  Json info{{"analytic", AnalyticOf(health.what)},
            {"created_time", Milliseconds(health.from)},
            {"types", Json::array({"Loss of Visibility"})},
            {"uid", HealthId(health, occasion)}};
  const Frame frame{.occasion = occasion,
                    .change = health.change,
                    .severity = v1::SEVERITY_MEDIUM,
                    .status = health.change == Change::kClosed ? kResolved : kNew,
                    .event_code = "health",
                    .title = HealthTitle(health),
                    .info = std::move(info),
                    .unmapped = HealthFigures(health)};
  Json finding = FindingOf(frame);
  AddEvidence(nullptr, HostJson(health.host, naming), finding);
  return MessageOf(frame, finding);
}

v1::OutboxMessage TestFinding(const Occasion& occasion) {
  const Frame frame{.occasion = occasion,
                    .change = Change::kOpened,
                    .event_code = "test",
                    .title = "This is a test: nothing has happened",
                    .info = {{"analytic", AnalyticOf("test")},
                             {"created_time", Milliseconds(occasion.at)},
                             {"types", Json::array({"Test"})},
                             {"uid", "test/" + occasion.id}},
                    .unmapped = Json::object()};
  return MessageOf(frame, FindingOf(frame));
}

}  // namespace vigie::server::integrations
