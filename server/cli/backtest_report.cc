#include "server/cli/backtest_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/event_json.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;
using Json = nlohmann::ordered_json;

constexpr const char* kEraseLine = "\r\x1B[K";

std::vector<std::string> ChannelNames(const google::protobuf::RepeatedField<int>& channels) {
  std::vector<std::string> names;
  for (const int channel : channels) names.push_back(NameOf(static_cast<v1::Channel>(channel)));
  return names;
}

// As the policy that is tested raises it, or else the one in force.
const v1::Incident& Shown(const v1::BacktestIncident& incident) {
  return incident.has_tested() ? incident.tested() : incident.in_force();
}

Json NumbersJson(bool raised, const v1::Incident& incident) {
  if (!raised) return nullptr;
  return {{"severity", NameOf(incident.severity())},
          {"opened_at", FormatTime(incident.opened_at())},
          {"first_event_at", FormatTime(incident.first_event_at())},
          {"last_event_at", FormatTime(incident.last_event_at())},
          {"events", incident.events()},
          {"measured", incident.measured()},
          {"distinct_customers", incident.distinct_customers()}};
}

Json IncidentJson(const v1::BacktestIncident& incident) {
  const v1::Incident& shown = Shown(incident);
  return {{"side", NameOf(incident.side())},
          {"rule", shown.rule()},
          {"subject", shown.subject()},
          {"user", shown.user()},
          {"host", shown.host()},
          {"channels", ChannelNames(shown.channels())},
          {"actions", std::vector<std::string>(shown.actions().begin(), shown.actions().end())},
          {"new", NumbersJson(incident.has_tested(), incident.tested())},
          {"in_force", NumbersJson(incident.has_in_force(), incident.in_force())}};
}

Json BlockJson(const v1::BacktestBlock& block) {
  return {{"side", NameOf(block.side())},
          {"user", block.user()},
          {"host", block.host()},
          {"rule", block.rule()},
          {"channels", ChannelNames(block.channels())},
          {"new_events", block.tested()},
          {"in_force_events", block.in_force()},
          {"first_at", FormatTime(block.first_at())},
          {"last_at", FormatTime(block.last_at())}};
}

std::string SideText(v1::BacktestSide side) {
  if (side == v1::BACKTEST_SIDE_NEW) return "+ only new";
  return side == v1::BACKTEST_SIDE_IN_FORCE ? "- only in force" : "= both";
}

std::vector<std::string> IncidentRow(const v1::BacktestIncident& incident) {
  const v1::Incident& shown = Shown(incident);
  return {SideText(incident.side()),
          shown.rule(),
          shown.subject(),
          NameOf(shown.severity()),
          std::to_string(shown.events()),
          std::to_string(shown.distinct_customers()),
          std::to_string(shown.measured()),
          FormatTime(shown.opened_at()),
          FormatTime(shown.last_event_at()),
          Join(ChannelNames(shown.channels()))};
}

std::vector<std::string> BlockRow(const v1::BacktestBlock& block) {
  return {SideText(block.side()),
          block.user(),
          block.host(),
          block.rule(),
          std::to_string(block.tested()),
          std::to_string(block.in_force()),
          FormatTime(block.first_at()),
          FormatTime(block.last_at()),
          Join(ChannelNames(block.channels()))};
}

std::string Sum(const std::vector<v1::BacktestIncident>& incidents) {
  const auto count = [&](v1::BacktestSide side) {
    return std::to_string(std::ranges::count(incidents, side, &v1::BacktestIncident::side));
  };
  return "Incidents: " + count(v1::BACKTEST_SIDE_BOTH) + " by both, " + count(v1::BACKTEST_SIDE_NEW) +
         " only by the new policy, " + count(v1::BACKTEST_SIDE_IN_FORCE) + " only by the one in force.";
}

}  // namespace

void BacktestReport::Take(const v1::BacktestPolicyResponse& message) {
  switch (message.item_case()) {
    case v1::BacktestPolicyResponse::kProgress:
      return ShowProgress(message.progress());
    case v1::BacktestPolicyResponse::kIncident:
      incidents_.push_back(message.incident());
      return;
    case v1::BacktestPolicyResponse::kBlock:
      blocks_.push_back(message.block());
      return;
    case v1::BacktestPolicyResponse::kSummary:
      summary_ = message.summary();
      complete_ = true;
      return;
    default:
      return;  // of a newer collector
  }
}

void BacktestReport::ShowProgress(const v1::BacktestProgress& progress) {
  if (!show_progress_) return;
  showing_ = true;
  context_.err << kEraseLine << progress.events() << " of about " << progress.of() << " events, "
               << progress.events() * 100 / std::max<std::uint64_t>(progress.of(), 1) << " %" << std::flush;
}

base::Result<void> BacktestReport::Write() {
  if (showing_) context_.err << kEraseLine << std::flush;
  if (!complete_) return base::Error{base::ErrorCode::kInternal, "the collector did not tell the backtest to its end"};
  context_.json() ? WriteJson() : WriteTables();
  return {};
}

void BacktestReport::WriteJson() const {
  Json incidents = Json::array();
  for (const v1::BacktestIncident& incident : incidents_) incidents.push_back(IncidentJson(incident));
  Json blocked = Json::array();
  for (const v1::BacktestBlock& block : blocks_) blocked.push_back(BlockJson(block));
  context_.out << JsonLine({{"version", summary_.version()},
                            {"in_force_version", summary_.in_force_version()},
                            {"events", summary_.events()},
                            {"from", FormatTime(summary_.from())},
                            {"until", FormatTime(summary_.until())},
                            {"incidents", std::move(incidents)},
                            {"blocked", std::move(blocked)}})
               << "\n";
}

void BacktestReport::WriteTables() const {
  context_.out << "Version " << summary_.version() << " over " << summary_.events() << " stored events";
  if (summary_.events() > 0) {
    context_.out << ", " << FormatTime(summary_.from()) << " to " << FormatTime(summary_.until());
  }
  if (summary_.in_force_version() == 0) {
    context_.out << "; no policy is in force to compare with.\n";
  } else {
    context_.out << ", compared with version " << summary_.in_force_version() << ", which is in force.\n";
  }
  context_.out << Sum(incidents_) << "\n";
  if (!incidents_.empty()) {
    Table table({"RAISED", "RULE", "SUBJECT", "SEVERITY", "EVENTS", "CUSTOMERS", "MEASURED", "OPENED", "LAST EVENT",
                 "CHANNELS"});
    for (const v1::BacktestIncident& incident : incidents_) table.AddRow(IncidentRow(incident));
    table.Write(context_.out);
  }
  if (blocks_.empty()) {
    context_.out << "Nobody would have been blocked.\n";
    return;
  }
  context_.out << "Blocked:\n";
  Table table({"BY", "USER", "HOST", "RULE", "EVENTS, NEW", "IN FORCE", "FIRST", "LAST", "CHANNELS"});
  for (const v1::BacktestBlock& block : blocks_) table.AddRow(BlockRow(block));
  table.Write(context_.out);
}

}  // namespace vigie::cli
