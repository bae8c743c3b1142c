#include "agent/policy/local_thresholds.h"

#include <algorithm>

#include "core/policy/blocked_channels.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::policy {
namespace {

// Complete on one host, and with somebody to block. A baseline is not: the days before are the collector's.
bool HoldsHere(const v1::Threshold& threshold) {
  const auto& per = threshold.per();
  const auto& respond = threshold.respond();
  const bool blocks = std::ranges::find(respond, static_cast<int>(v1::RESPONSE_BLOCK_CHANNELS)) != respond.end();
  const bool of_a_user = std::ranges::find(per, static_cast<int>(v1::SUBJECT_KEY_USER)) != per.end();
  return blocks && of_a_user && !threshold.has_baseline() && std::ranges::all_of(per, [](int key) {
           return key == v1::SUBJECT_KEY_USER || key == v1::SUBJECT_KEY_HOST || key == v1::SUBJECT_KEY_PROCESS ||
                  key == v1::SUBJECT_KEY_DESTINATION;
         });
}

// Nothing but what counts here: other changes of the policy must not make it forget.
v1::Policy LocalPart(const vigie::policy::CompiledPolicy* policy) {
  v1::Policy local;
  if (policy == nullptr) return local;
  local.set_version(1);
  for (const v1::Threshold& threshold : policy->source().thresholds()) {
    if (HoldsHere(threshold)) *local.add_thresholds() = threshold;
  }
  for (const v1::Suppression& suppression : policy->source().suppressions()) {
    const bool concerns =
        std::ranges::find(local.thresholds(), suppression.threshold(), &v1::Threshold::id) != local.thresholds().end();
    if (concerns) *local.add_suppressions() = suppression;
  }
  *local.mutable_groups() = policy->source().groups();        // conditions may name them
  *local.mutable_tags() = policy->source().tags();            // likewise
  *local.mutable_detectors() = policy->source().detectors();  // and their classes
  *local.mutable_allowed_destinations() = policy->source().allowed_destinations();
  return local;
}

base::SystemTime TimeOf(const v1::Event& event, base::SystemTime now) {
  return std::min(contract::FromProto(event.activity().at()), now);
}

}  // namespace

void LocalThresholds::UsePolicy(const vigie::policy::CompiledPolicy* policy,
                                const std::function<Memory()>& remembered) {
  v1::Policy local = LocalPart(policy);
  std::string source = local.SerializeAsString();
  auto state = state_.Lock();
  if (state->source == source) return;
  const bool was_blocking = std::ranges::any_of(state->held, [](const auto& one) { return one.second.active; });
  *state = State{.source = std::move(source), .changed = was_blocking};
  if (local.thresholds().empty()) return Publish(*state);
  auto compiled = vigie::policy::CompiledPolicy::Compile(std::move(local));
  if (!compiled) {
    state->trouble = "thresholds do not hold on this workstation: " + compiled.error().message;
    base::LogError("{}", state->trouble);
    return Publish(*state);
  }
  state->policy = std::make_shared<const vigie::policy::CompiledPolicy>(*std::move(compiled));
  state->engine.emplace(state->policy);
  Memory memory = remembered();
  for (v1::Event& event : memory.acknowledged) (void)Count(*state, event, Known::kToTheCollector);
  for (v1::Event& event : memory.waiting) (void)Count(*state, event, Known::kHere);
  Expire(*state);
  HandOver(*state);
  Publish(*state);
}

void LocalThresholds::Observe(v1::Event& event) {
  auto state = state_.Lock();
  if (!state->engine || !event.has_activity()) return;
  const v1::Threshold* const over = Count(*state, event, Known::kHere);
  if (over == nullptr) return Publish(*state);
  const bool stopped = event.verdict() >= v1::VERDICT_BLOCK;
  if (!stopped && !event.shadow()) event.set_rule(over->id());
  base::LogWarning("threshold {} is over on this workstation: its channels are blocked for that user", over->id());
  Publish(*state);
}

// Host time, as if it were received now: a clock that was set back later must not hold the window open.
const v1::Threshold* LocalThresholds::Count(State& state, v1::Event& event, Known known) {
  if (!event.has_activity()) return nullptr;
  *event.mutable_received_at() = contract::ToProto(clock_.Now());
  const v1::Threshold* tipped = nullptr;
  for (const auto& observation : state.engine->Observe(event, [](const auto&, const auto&) { return false; })) {
    const v1::Threshold* const over = Note(state, observation, event);
    if (tipped == nullptr) tipped = over;
    if (over == nullptr || known == Known::kHere) continue;
    Held& held = state.held[{over->id(), observation.subject}];
    held.active = false;
    held.handed_over = true;
  }
  event.clear_received_at();
  return tipped;
}

const v1::Threshold* LocalThresholds::Note(State& state, const threshold::Observation& observation,
                                           const v1::Event& event) {
  const v1::Threshold& threshold = observation.threshold->source;
  const auto at = TimeOf(event, clock_.Now());
  const std::pair key{threshold.id(), observation.subject};
  const auto known = state.held.find(key);
  if (!observation.over) {
    // One that comes late says nothing of how it is now.
    if (known == state.held.end() || at < known->second.last_over) return nullptr;
    state.changed = state.changed || known->second.active;
    state.held.erase(known);
    return nullptr;
  }
  Held& held = known != state.held.end() ? known->second : state.held[key];
  held.user = event.activity().user();
  held.threshold = &threshold;
  held.last_over = std::max(held.last_over, at);
  held.until = held.last_over + contract::FromProto(threshold.window());
  if (held.active || held.handed_over || held.until < clock_.Now()) return nullptr;
  if (IsSuppressed(state, threshold, event.activity())) return nullptr;
  held.active = true;
  state.changed = true;
  return &threshold;
}

bool LocalThresholds::IsSuppressed(const State& state, const v1::Threshold& threshold,
                                   const v1::Activity& activity) const {
  const auto& group = state.policy->GroupOf(activity.user());
  return state.policy->suppressions().Find({threshold.id(), activity, group, clock_.Now()}) != nullptr;
}

void LocalThresholds::NoteList() {
  auto state = state_.Lock();
  HandOver(*state);
  Publish(*state);
}

void LocalThresholds::HandOver(State& state) {
  for (auto& [key, held] : state.held) {
    if (!held.active || !blocks_.Covers(held.user, *held.threshold)) continue;
    held.active = false;
    held.handed_over = true;
    state.changed = true;
  }
}

void LocalThresholds::Sweep() {
  auto state = state_.Lock();
  Expire(*state);
  Publish(*state);
}

void LocalThresholds::Expire(State& state) {
  const auto now = clock_.Now();
  std::erase_if(state.held, [&](const auto& one) {
    const bool ended = one.second.until < now;
    state.changed = state.changed || (ended && one.second.active);
    return ended;
  });
}

void LocalThresholds::Publish(State& state) {
  std::vector<ChannelBlockList::LocalBlock> blocks;
  for (const auto& [key, held] : state.held) {
    if (!held.active) continue;
    blocks.push_back({held.user, {}, key.first});
    for (const int channel : vigie::policy::BlockedChannels(*held.threshold)) {
      blocks.back().channels.push_back(static_cast<v1::Channel>(channel));
    }
  }
  blocks_.ReplaceLocal(std::move(blocks));
}

bool LocalThresholds::TakeChange() {
  return std::exchange(state_.Lock()->changed, false);
}

}  // namespace vigie::agent::policy
