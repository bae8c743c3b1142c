#include "agent/uplink/uplink.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "platform/base/logging.h"
#include "platform/base/utf8.h"

namespace vigie::agent::uplink {
namespace {

constexpr std::chrono::seconds kProof{10};  // a session that stood so long was one
constexpr std::size_t kMostReason = 256;

}  // namespace

Uplink::Uplink(Parts parts)
    : parts_(std::move(parts)),
      callbacks_{parts_.on_policy, parts_.on_blocks,
                 [this](const v1::Rejection& rejection) {
                   ++state_.Lock()->rejected;
                   base::LogError("the collector rejected event {}: {}", rejection.sequence(), rejection.reason());
                 }},
      back_off_(parts_.random) {
}

void Uplink::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    RunSession(stop);
    if (stop.stop_requested()) return;
    const base::SteadyTime retry = parts_.clock.SteadyNow() + back_off_.Next();
    // New events wake the signal, but a collector that is away is not to be hurried.
    while (!stop.stop_requested() && parts_.clock.SteadyNow() < retry) {
      signal_.WaitFor(stop, retry - parts_.clock.SteadyNow());
    }
  }
}

void Uplink::RunSession(const std::stop_token& stop) {
  UplinkSession session(
      parts_.streams.Connect([this] { signal_.Wake(); }),
      {parts_.source, callbacks_, parts_.clock, parts_.times, [this] { return MakeHeartbeat(); }, parts_.seal});
  const base::SteadyTime begun = parts_.clock.SteadyNow();
  const auto ended = RunSteps(session, stop);
  if (ended || stop.stop_requested()) return;
  if (session.source_failed()) return NoteEnd(LinkState::kSpool, ended.error());
  // A welcome alone is no success: a collector that welcomes and breaks off is not to be hurried either. Nor is one
  // that a spool in trouble would send the same to each time.
  const bool stood = session.welcomed() && parts_.clock.SteadyNow() - begun > kProof;
  if (session.progressed() || stood) back_off_.Reset();
  NoteEnd(LinkStateOf(ended.error()), ended.error());
}

base::Result<void> Uplink::RunSteps(UplinkSession& session, const std::stop_token& stop) {
  if (auto greeted = session.SayHello(parts_.hello()); !greeted) return greeted;
  bool noted = false;
  while (!stop.stop_requested()) {
    if (health_changed_.exchange(false)) session.HeartbeatNow();
    auto stepped = session.Step();
    if (session.welcomed() && !std::exchange(noted, true)) NoteConnected();
    if (!stepped) return stepped;
    signal_.WaitFor(stop, session.UntilDue());
  }
  return {};
}

v1::Heartbeat Uplink::MakeHeartbeat() {
  v1::Heartbeat heartbeat = parts_.heartbeat();
  auto state = state_.Lock();
  heartbeat.set_outages(state->outages);
  heartbeat.set_last_outage(state->last_outage);
  return heartbeat;
}

void Uplink::NoteConnected() {
  auto state = state_.Lock();
  state->link = LinkState::kConnected;
  state->since = parts_.clock.Now();
  state->connected = true;
  state->last_error.clear();
  base::LogInfo("connected to the collector");
}

void Uplink::NoteEnd(LinkState link, const base::Error& error) {
  auto state = state_.Lock();
  // One line for each outage and each change of its kind, not one for each attempt.
  if (state->link != link) {
    base::LogWarning("nothing is delivered ({}): {}", NameOf(link), error.message);
    state->since = parts_.clock.Now();
  }
  if (state->connected || state->last_outage.empty()) ++state->outages;
  state->link = link;
  state->connected = false;
  state->last_error = error.message;
  const std::string reason = error.message.substr(0, kMostReason);
  state->last_outage = fmt::format("{}: {}", NameOf(link), reason.substr(0, base::Utf8Prefix(reason)));
}

}  // namespace vigie::agent::uplink
