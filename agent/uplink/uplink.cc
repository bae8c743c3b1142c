#include "agent/uplink/uplink.h"

#include <chrono>
#include <utility>

#include "platform/base/logging.h"

namespace vigie::agent::uplink {

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
    const auto ended = RunSession(stop);
    if (stop.stop_requested()) return;
    if (!ended) NoteEnd(ended.error());
    const base::SteadyTime retry = parts_.clock.SteadyNow() + back_off_.Next();
    // New events wake the signal, but a collector that is away is not to be hurried.
    while (!stop.stop_requested() && parts_.clock.SteadyNow() < retry) {
      signal_.WaitFor(stop, retry - parts_.clock.SteadyNow());
    }
  }
}

base::Result<void> Uplink::RunSession(const std::stop_token& stop) {
  UplinkSession session(parts_.streams.Connect([this] { signal_.Wake(); }),
                        {parts_.source, callbacks_, parts_.clock, parts_.times, parts_.heartbeat});
  if (auto greeted = session.SayHello(parts_.hello()); !greeted) return greeted;
  bool noted = false;
  while (!stop.stop_requested()) {
    if (health_changed_.exchange(false)) session.HeartbeatNow();
    if (auto stepped = session.Step(); !stepped) return stepped;
    if (session.welcomed() && !std::exchange(noted, true)) NoteConnected();
    signal_.WaitFor(stop, session.UntilDue());
  }
  return {};
}

void Uplink::NoteConnected() {
  back_off_.Reset();
  auto state = state_.Lock();
  state->connected = true;
  state->last_error.clear();
  base::LogInfo("connected to the collector");
}

void Uplink::NoteEnd(const base::Error& error) {
  auto state = state_.Lock();
  // One line for each outage, not one for each attempt.
  if (state->connected || state->last_error.empty()) base::LogWarning("no collector: {}", error.message);
  state->connected = false;
  state->last_error = error.message;
}

}  // namespace vigie::agent::uplink
