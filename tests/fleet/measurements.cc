#include "tests/fleet/measurements.h"

#include <algorithm>
#include <utility>

namespace vigie::fleet {
namespace {

float Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<float, std::milli>(time).count();
}

Percentiles PercentilesOf(std::vector<float> samples) {
  if (samples.empty()) return {};
  std::ranges::sort(samples);
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
    return static_cast<double>(samples[std::min(index, samples.size() - 1)]);
  };
  return {samples.size(), at(0.5), at(0.99)};
}

}  // namespace

void Measurements::NoteConnected() {
  auto state = state_.Lock();
  ++state->connections;
  if (++state->connected < agents_ || std::exchange(state->complete, true)) return;
  if (state->lost == 0) return;  // the beginning is no outage
  const auto lasted = clock_.SteadyNow() - state->incomplete_since;
  state->outages.push_back({std::chrono::duration<double>(lasted).count(), std::exchange(state->lost, 0)});
}

void Measurements::NoteLost(const std::string& reason) {
  auto state = state_.Lock();
  --state->connected;
  ++state->losses[reason];
  state->complete = false;
  if (state->lost++ == 0) state->incomplete_since = clock_.SteadyNow();
}

void Measurements::NoteAcknowledged(std::uint64_t events, base::SteadyTime sent) {
  auto state = state_.Lock();
  state->acknowledged += events;
  state->acknowledgements.push_back(Milliseconds(clock_.SteadyNow() - sent));
}

void Measurements::NoteRejected(std::uint64_t events) {
  state_.Lock()->rejected += events;
}

void Measurements::NoteProbeSent(const std::string& user) {
  auto state = state_.Lock();
  // Sent again after a loss: what counts is when it was sent first.
  if (state->probes.try_emplace(user, State::Probe{clock_.SteadyNow()}).second) ++state->unseen_probes;
}

void Measurements::NoteProbeSeen(const std::string& user) {
  auto state = state_.Lock();
  const auto found = state->probes.find(user);
  if (found == state->probes.end() || std::exchange(found->second.seen, true)) return;
  --state->unseen_probes;
  state->incidents.push_back(Milliseconds(clock_.SteadyNow() - found->second.sent));
}

Percentiles Measurements::Acknowledgements() const {
  return PercentilesOf(state_.Lock()->acknowledgements);
}

Percentiles Measurements::Incidents() const {
  return PercentilesOf(state_.Lock()->incidents);
}

void Measurements::BeginAnew() {
  auto state = state_.Lock();
  state->acknowledgements.clear();
  state->incidents.clear();
}

}  // namespace vigie::fleet
