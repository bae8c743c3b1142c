#include "agent/connection_reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/enforce/enforcer.h"
#include "agent/sensor/printable_text.h"
#include "core/policy/ip_address.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kRest = std::chrono::seconds(60);  // where nothing is due, until something comes
constexpr std::size_t kMostOpen = 4096;
constexpr std::size_t kMostAtOnce = 1024;  // of what waits: others want this thread, too
constexpr std::size_t kMaxHostName = 253;  // RFC 1035, section 2.3.4
constexpr char kGuardRule[] = "network_guard";

struct Run {
  std::size_t begin = 8;
  std::size_t length = 0;
};

// The longest row of at least two zero groups, the first of equals.
Run LongestZeros(const std::array<unsigned, 8>& groups) {
  Run longest;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > longest.length && end - i > 1) longest = {i, end - i};
    i = std::max(i, end > 0 ? end - 1 : 0);
  }
  return longest;
}

void Describe(const platform::ConnectionAttempt& attempt, const platform::ConnectionTraffic& traffic,
              v1::Activity& activity) {
  const std::string address = AddressText(attempt.address);
  const std::string name = sensor::ToPrintable(traffic.server_name, kMaxHostName);
  v1::Destination& destination = *activity.mutable_destination();
  destination.set_kind("host");
  destination.set_name(name.empty() ? address : name);
  destination.set_address(address);
  destination.set_port(attempt.port);
  *activity.mutable_at() = contract::ToProto(attempt.at);
  activity.mutable_file()->set_bytes(traffic.bytes_sent);
  const bool sent = traffic.closed && traffic.bytes_sent > 0;
  activity.set_kind(sent ? v1::ACTIVITY_KIND_UPLOAD : v1::ACTIVITY_KIND_CONNECT);
}

}  // namespace

std::string AddressText(const platform::IpAddress& address) {
  if (vigie::policy::IsIpv4(address))
    return fmt::format("{}.{}.{}.{}", address[12], address[13], address[14], address[15]);
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = address[2 * i] * 256U + address[2 * i + 1];
  const Run zeros = LongestZeros(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros.begin) text += i == 0 ? "::" : ":";
    if (i >= zeros.begin && i < zeros.begin + zeros.length) continue;
    text += fmt::format("{:x}", groups[i]);
    if (i + 1 < groups.size()) text += ':';
  }
  return text;
}

void ConnectionReporter::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto record = parts_.sensor.Next(stop, UntilDue())) TakeRecord(*record);
    Step();
  }
  Finish();
}

void ConnectionReporter::Step() {
  for (std::size_t i = 0; i < kMostAtOnce; ++i) {
    const auto record = parts_.sensor.Next();
    if (!record) break;
    TakeRecord(*record);
  }
  TellDue(parts_.clock.SteadyNow() - kPatience);
}

void ConnectionReporter::Finish() {
  Step();
  TellDue(base::SteadyTime::max());
}

std::chrono::nanoseconds ConnectionReporter::UntilDue() const {
  const auto next = std::ranges::find(open_, false, &Connection::told);
  if (next == open_.end()) return kRest;
  return std::max<std::chrono::nanoseconds>(next->since + kPatience - parts_.clock.SteadyNow(), {});
}

void ConnectionReporter::TakeRecord(const sensor::NetworkSensor::Record& record) {
  std::visit([this](const auto& one) { Take(one); }, record);
}

void ConnectionReporter::Take(const platform::ConnectionAttempt& attempt) {
  Connection connection{.attempt = attempt, .since = parts_.clock.SteadyNow()};
  if (attempt.denied || attempt.connection == 0) return Tell(connection);
  open_.push_back(std::move(connection));
  if (open_.size() <= kMostOpen) return;
  if (!open_.front().told) Tell(open_.front());
  open_.pop_front();
  ++forgotten_;
}

void ConnectionReporter::Take(const platform::ConnectionTraffic& traffic) {
  const auto same =
      std::ranges::find_if(open_, [&](const Connection& one) { return one.attempt.connection == traffic.connection; });
  if (same == open_.end()) return;
  const std::string name = std::move(same->traffic.server_name);
  same->traffic = traffic;
  if (traffic.server_name.empty()) same->traffic.server_name = name;
  if (!traffic.closed) return;
  if (!same->told || traffic.bytes_sent > 0) Tell(*same);
  open_.erase(same);
}

void ConnectionReporter::TellDue(base::SteadyTime begun_by) {
  for (Connection& connection : open_) {
    if (connection.since > begun_by) return;
    if (!connection.told) Tell(connection);
  }
}

void ConnectionReporter::Tell(Connection& connection) {
  const platform::ConnectionAttempt& attempt = connection.attempt;
  connection.told = true;
  platform::FileEvent event;  // says which process
  event.process = attempt.process;
  event.owner_uid = attempt.uid;
  const auto process = parts_.processes.Recall(event);
  const auto taint = parts_.carriers.CarriedInto(attempt.process, "");
  if (!taint || (!attempt.denied && parts_.guard.TransferTold(attempt.process))) {
    ++folded_;
    return;
  }
  Report report{.activity = parts_.guard.ConnectionOf(process, *taint),
                .inspection = taint->inspection,
                .lineage = taint->lineage};
  Describe(attempt, connection.traffic, report.activity);
  if (!connection.event_id.empty()) report.lineage.push_back(connection.event_id);
  report.judgement = parts_.policy.Judge(report.activity, report.inspection);
  const bool stops = enforce::Stops(report.judgement.decision);
  // The policy has changed since, or would let this destination pass that the kernel could not know.
  if (attempt.denied && !stops) report.judgement.decision = {v1::VERDICT_BLOCK, kGuardRule, false};
  report.late = !attempt.denied && stops;
  connection.event_id = parts_.reporter.Tell(std::move(report));
}

}  // namespace vigie::agent
