#include "server/detect/policy_trial.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"
#include "server/detect/channel_blocks.h"
#include "server/event_columns.h"

namespace vigie::server::detect {

using base::Result;

namespace {

bool Refuses(const policy::Decision& decision) {
  return !decision.shadow && (decision.verdict == v1::VERDICT_BLOCK || decision.verdict == v1::VERDICT_QUARANTINE);
}

bool Blocks(const BlockOrder& order, const v1::Activity& activity) {
  return order.AppliesTo(activity.host()) &&
         std::ranges::find(order.block.channels(), static_cast<int>(activity.channel())) !=
             order.block.channels().end();
}

constexpr std::size_t kFewEventIds = 8;

// Nobody saves the links to events, nobody is told them: they must not pile up. What is only cleared keeps its memory,
// which is right for the one or two of an event, and wrong for those of a window.
void ForgetEventIds(OpenIncident& open) {
  if (open.new_events.size() > kFewEventIds) {
    std::vector<std::string>().swap(open.new_events);
    google::protobuf::RepeatedPtrField<std::string>().Swap(open.incident.mutable_event_ids());
  }
  open.new_events.clear();
  open.incident.clear_event_ids();
}

}  // namespace

PolicyTrial::PolicyTrial(std::shared_ptr<const policy::CompiledPolicy> policy, EventReader& reader)
    : policy_(std::move(policy)), reader_(reader) {
  raised_.CountWith(policy_, threshold::ThresholdEngine(policy_));
}

Result<void> PolicyTrial::Observe(const v1::Event& event) {
  if (!event.has_activity()) return {};
  now_ = event.has_received_at() ? contract::FromProto(event.received_at()) : TimeOf(event);
  const policy::Decision decision = Judge(event);
  if (Refuses(decision)) CountRefusal(event, decision.rule);
  // Thresholds may ask for the verdict: the one that the tried policy gives, not the one that was given live.
  auto observed = raised_.Observe(event, *this, decision.verdict);
  for (OpenIncident* open : raised_.changed()) ForgetEventIds(*open);
  raised_.Settle();
  return observed;
}

policy::Decision PolicyTrial::Judge(const v1::Event& event) const {
  const v1::Activity& activity = event.activity();
  policy::Decision decision = policy::Evaluate(*policy_, activity, event.inspection());
  if (decision.rule == policy::kAllowedDestinationRule || Refuses(decision)) return decision;
  const auto blocks = blocks_.find(activity.user());
  if (blocks == blocks_.end()) return decision;
  const auto found =
      std::ranges::find_if(blocks->second, [&](const Block& block) { return Blocks(block.order, activity); });
  if (found == blocks->second.end()) return decision;
  return {v1::VERDICT_BLOCK, found->rule, false};
}

void PolicyTrial::CountRefusal(const v1::Event& event, const std::string& rule) {
  const base::SystemTime at = TimeOf(event);
  const v1::Activity& activity = event.activity();
  auto entry = refused_.find(std::tie(activity.user(), activity.host(), rule));
  if (entry == refused_.end()) {
    entry = refused_.emplace(Refused(activity.user(), activity.host(), rule), Refusals{0, at, at, {}}).first;
  }
  Refusals& refusals = entry->second;
  ++refusals.events;
  refusals.first = std::min(refusals.first, at);
  refusals.last = std::max(refusals.last, at);
  refusals.channels.insert(activity.channel());
}

Result<std::vector<v1::Event>> PolicyTrial::EventsById(const std::vector<std::string>& ids) {
  return reader_.EventsById(ids);
}

Result<std::string> PolicyTrial::NextIncidentId() {
  return std::to_string(++incidents_);
}

Result<void> PolicyTrial::Opened(OpenIncident& incident) {
  for (BlockOrder& order : BlocksOf({&incident.incident}, *policy_, now_)) {
    const std::string user = order.block.user();
    blocks_[user].push_back({std::move(order), incident.incident.rule()});
  }
  return {};
}

}  // namespace vigie::server::detect
