#include "server/detect/detector.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/detect/channel_blocks.h"

namespace vigie::server::detect {

using base::Error;
using base::ErrorCode;
using base::Result;

Detector::Detector(Store& store, const base::Clock& clock, std::vector<DetectionListener*> listeners)
    : store_(store), clock_(clock), listeners_(std::move(listeners)) {
}
Detector::~Detector() = default;

Result<void> Detector::Start(Policy policy) {
  policy_ = std::move(policy);
  auto rebuilt = Rebuild();
  if (rebuilt) TellBlocks();
  return rebuilt;
}

Result<std::optional<threshold::ThresholdEngine>> Detector::CountAgain(const Policy& policy) {
  std::optional<threshold::ThresholdEngine> engine;
  if (!policy) return engine;
  engine.emplace(policy);
  auto counted = store_.ReplayEvents(engine->longest_window(), [&](const v1::Event& event) -> Result<void> {
    (void)engine->Observe(event);
    return {};
  });
  if (!counted) return counted.error().Wrap("count the stored events again");
  return engine;
}

Result<void> Detector::Rebuild() {
  auto engine = CountAgain(policy_);
  if (!engine) return engine.error();
  auto kept = store_.OpenIncidents();
  if (!kept) return kept.error().Wrap("read the open incidents");
  std::map<Subject, OpenIncident> open;
  for (v1::Incident& incident : *kept) {
    Subject subject(incident.rule(), incident.subject());
    auto read = ReadIncident(std::move(incident));
    if (!read) return read.error();
    open.emplace(std::move(subject), std::move(*read));
  }
  engine_ = std::move(*engine);
  open_ = std::move(open);
  return {};
}

Result<void> Detector::Prepare() {
  touched_ = false;
  next_policy_.reset();
  changed_.clear();
  closed_.clear();
  news_.clear();
  if (!broken_) return {};
  if (auto rebuilt = Rebuild(); !rebuilt) return Error{ErrorCode::kUnavailable, rebuilt.error().message};
  broken_ = false;
  base::LogInfo("thresholds are counted again from the store");
  return {};
}

Result<void> Detector::Observe(const v1::Event& event, StoreTransaction& transaction) {
  if (!engine_) return {};
  touched_ = true;
  for (const threshold::Observation& observation : engine_->Observe(event)) {
    if (auto folded = Fold(observation, event, transaction); !folded) return folded;
  }
  return {};
}

Result<void> Detector::Fold(const threshold::Observation& observation, const v1::Event& event,
                            StoreTransaction& transaction) {
  const Subject subject(observation.threshold->source.id(), observation.subject);
  const auto found = open_.find(subject);
  if (found == open_.end()) return observation.over ? Open(observation, event, transaction) : Result<void>();
  const auto records = customers::RecordSet::Parse(event.inspection().customers().records());
  if (!records) return records.error().Wrap("event of " + event.agent_id());
  Grow(found->second, {event, *records, observation.measured, clock_.Now()});
  changed_[subject] = &found->second;
  return {};
}

Result<void> Detector::Open(const threshold::Observation& observation, const v1::Event& event,
                            StoreTransaction& transaction) {
  const auto window = transaction.EventsById(observation.window_event_ids);
  if (!window) return window.error();
  auto id = transaction.NextIncidentId();
  if (!id) return id.error();
  const Subject subject(observation.threshold->source.id(), observation.subject);
  OpenIncident& open =
      open_.insert_or_assign(subject, OpenOne({*id, observation, *window, event, clock_.Now()})).first->second;
  changed_[subject] = &open;
  // At once, not in Finish: the next one to open in this transaction needs the next id.
  auto saved = transaction.SaveIncident(open.Kept(), open.new_events);
  open.new_events.clear();
  base::LogInfo("incident {} opened by rule {}", *id, subject.first);
  return saved;
}

Result<OpenIncident*> Detector::FindOpen(const std::string& id, StoreTransaction& transaction) {
  const auto found = std::ranges::find(open_, id, [](const auto& entry) { return entry.second.incident.id(); });
  if (found != open_.end()) return &found->second;
  const auto kept = transaction.FindIncident(id);
  if (!kept) return kept.error();
  if (!*kept) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  return Error{ErrorCode::kFailedPrecondition, "incident " + (*kept)->id() + " is closed already"};
}

Result<v1::Incident> Detector::Close(const std::string& id, const std::string& reason, StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  touched_ = true;
  v1::Incident& incident = (*open)->incident;
  incident.set_state(v1::INCIDENT_STATE_CLOSED);
  incident.set_closed_reason(reason);
  *incident.mutable_updated_at() = contract::ToProto(clock_.Now());
  const Subject subject(incident.rule(), incident.subject());
  closed_.push_back(std::move(**open));
  changed_.erase(subject);
  open_.erase(subject);
  return closed_.back().Kept();
}

Result<v1::Incident> Detector::Assign(const std::string& id, const std::string& assignee,
                                      StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  touched_ = true;
  v1::Incident& incident = (*open)->incident;
  incident.set_assignee(assignee);
  *incident.mutable_updated_at() = contract::ToProto(clock_.Now());
  changed_[Subject(incident.rule(), incident.subject())] = *open;
  return (*open)->Kept();
}

Result<void> Detector::ReplacePolicy(Policy policy) {
  touched_ = true;
  auto engine = CountAgain(policy);
  if (!engine) return engine.error();
  engine_ = std::move(*engine);
  next_policy_ = std::move(policy);
  return {};
}

Result<void> Detector::Finish(StoreTransaction& transaction) {
  for (const auto& [subject, open] : changed_) {
    const v1::Incident kept = open->Kept();
    if (auto saved = transaction.SaveIncident(kept, open->new_events); !saved) return saved;
    open->new_events.clear();
    news_.push_back(WithoutDetails(kept));
  }
  for (const OpenIncident& closed : closed_) {
    const v1::Incident kept = closed.Kept();
    if (auto saved = transaction.SaveIncident(kept, closed.new_events); !saved) return saved;
    news_.push_back(WithoutDetails(kept));
  }
  return {};
}

void Detector::Committed() {
  const bool blocks_may_change = next_policy_ || !news_.empty();
  if (next_policy_) policy_ = *std::move(next_policy_);
  next_policy_.reset();
  touched_ = false;
  for (const v1::Incident& incident : news_) {
    for (DetectionListener* listener : listeners_) listener->OnIncident(incident);
  }
  if (blocks_may_change) TellBlocks();
}

void Detector::TellBlocks() {
  std::vector<const v1::Incident*> open;
  for (const auto& [subject, incident] : open_) open.push_back(&incident.incident);
  std::vector<BlockOrder> blocks = policy_ ? BlocksOf(open, *policy_) : std::vector<BlockOrder>();
  if (SameBlocks(blocks, blocks_)) return;
  blocks_ = std::move(blocks);
  for (DetectionListener* listener : listeners_) listener->OnBlocks(blocks_);
}

void Detector::RolledBack() {
  if (!touched_) return;
  if (auto rebuilt = Rebuild(); !rebuilt) {
    base::LogError("thresholds cannot be counted again, nothing is accepted until they can: {}",
                   rebuilt.error().message);
    broken_ = true;
  }
}

}  // namespace vigie::server::detect
