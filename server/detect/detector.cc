#include "server/detect/detector.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/detect/channel_blocks.h"

namespace vigie::server::detect {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

void NoteNear(NearThresholds* near, const threshold::Observation& observation, const v1::Event& event,
              bool has_incident) {
  // What came late is counted among others that did: it says nothing of the window that ends now.
  if (near == nullptr || observation.late) return;
  const v1::Threshold& rule = observation.threshold->source;
  if (has_incident) return near->Forget(rule.id(), observation.subject);
  near->Note({rule, observation.subject, event.activity(), observation.measured, observation.limit,
              contract::HappenedAt(event)});
}

// What live detection opens is saved at once, for the next one to open in this transaction needs the next id.
class TransactionKeeper final : public RaisedIncidents::Keeper {
 public:
  TransactionKeeper(StoreTransaction& transaction, const base::Clock& clock, NearThresholds* near)
      : transaction_(transaction), clock_(clock), near_(near) {}

  Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) override {
    return transaction_.EventsById(ids);
  }
  Result<std::string> NextIncidentId() override { return transaction_.NextIncidentId(); }
  Result<void> Opened(OpenIncident& incident) override {
    auto saved = transaction_.SaveIncident(incident.Kept(), incident.new_events);
    incident.new_events.clear();
    base::LogInfo("incident {} opened by rule {}", incident.incident.id(), incident.incident.rule());
    return saved;
  }
  base::SystemTime Now() const override { return clock_.Now(); }
  void Measured(const threshold::Observation& observation, const v1::Event& event, bool has_incident) override {
    NoteNear(near_, observation, event, has_incident);
  }

 private:
  StoreTransaction& transaction_;
  const base::Clock& clock_;
  NearThresholds* const near_;
};

std::shared_ptr<const policy::CompiledPolicy> NothingButCanaries() {
  v1::Policy source;
  source.set_version(1);
  return std::make_shared<const policy::CompiledPolicy>(policy::CompiledPolicy::Compile(source).value());
}

Result<std::map<RaisedIncidents::Subject, OpenIncident>> BySubject(Result<std::vector<v1::Incident>> kept) {
  if (!kept) return kept.error();
  std::map<RaisedIncidents::Subject, OpenIncident> incidents;
  for (v1::Incident& incident : *kept) {
    RaisedIncidents::Subject subject(incident.rule(), incident.subject());
    auto read = ReadIncident(std::move(incident));
    if (!read) return read.error();
    incidents.insert_or_assign(std::move(subject), std::move(*read));
  }
  return incidents;
}

Result<void> SaveMemory(const Disarming::Remembered& remembered, StoreTransaction& transaction) {
  auto incident = transaction.FindIncident(remembered.incident);
  if (!incident) return incident.error();
  if (!*incident) return {};
  (*incident)->clear_disarmed();
  if (remembered.memory) *(*incident)->mutable_disarmed() = *remembered.memory;
  return transaction.SaveIncident(**incident, {});
}

}  // namespace

Detector::Detector(Store& store, const base::Clock& clock, std::vector<DetectionListener*> listeners,
                   NearThresholds* near, ChangeWitness* witness)
    : store_(store), clock_(clock), listeners_(std::move(listeners)), near_(near), witness_(witness) {
}
Detector::~Detector() = default;

Result<void> Detector::Start(Policy policy) {
  policy_ = std::move(policy);
  auto rebuilt = Rebuild();
  if (rebuilt) TellBlocks();
  return rebuilt;
}

Result<threshold::ThresholdEngine> Detector::CountAgain(const Policy& policy) {
  threshold::ThresholdEngine engine(policy);
  if (near_ != nullptr) near_->Clear();
  if (engine.longest_window() == std::chrono::nanoseconds::zero()) return engine;
  auto counted = store_.ReplayEvents(engine.longest_window(), [&](const v1::Event& event) -> Result<void> {
    for (const auto& observation : engine.Observe(event, [](const auto&, const auto&) { return false; })) {
      TouchSubject(observation, event);
    }
    return {};
  });
  if (!counted) return counted.error().Wrap("count the stored events again");
  return engine;
}

void Detector::TouchSubject(const threshold::Observation& observation, const v1::Event& event) {
  const RaisedIncidents::Subject subject(observation.threshold->source.id(), observation.subject);
  NoteNear(near_, observation, event, raised_.open().contains(subject));
  if (!event.has_received_at()) return;
  const base::SystemTime received = contract::FromProto(event.received_at());
  raised_.Touch(subject, std::min(received, clock_.Now()));
}

Result<void> Detector::Rebuild() {
  const Policy policy = policy_ ? policy_ : NothingButCanaries();
  auto open = BySubject(store_.OpenIncidents());
  if (!open) return open.error().Wrap("read the open incidents");
  const auto disarming = store_.DisarmingIncidents();
  if (!disarming) return disarming.error().Wrap("read the closed incidents");
  raised_.GoOnWith(std::move(*open), *disarming, clock_.Now());
  auto engine = CountAgain(policy);
  if (!engine) return engine.error();
  raised_.CountWith(policy, std::move(*engine));
  return {};
}

Result<void> Detector::Prepare() {
  touched_ = false;
  next_policy_.reset();
  raised_.Settle();
  news_.clear();
  observed_.clear();
  if (!broken_) return {};
  if (auto rebuilt = Rebuild(); !rebuilt) return Error{ErrorCode::kUnavailable, rebuilt.error().message};
  broken_ = false;
  base::LogInfo("thresholds are counted again from the store");
  return {};
}

Result<void> Detector::Observe(const v1::Event& event, StoreTransaction& transaction) {
  if (IsWatched()) observed_.push_back(std::make_shared<const v1::Event>(event));
  if (!raised_.counts()) return {};
  touched_ = true;
  raised_.ForgetIdle(clock_.Now());
  TransactionKeeper keeper(transaction, clock_, near_);
  return raised_.Observe(event, keeper);
}

bool Detector::IsWatched() const {
  return std::ranges::any_of(listeners_, [](const DetectionListener* listener) { return listener->WantsEvents(); });
}

Result<OpenIncident*> Detector::FindOpen(const std::string& id, StoreTransaction& transaction) {
  if (OpenIncident* open = raised_.FindById(id)) return open;
  const auto kept = transaction.FindIncident(id);
  if (!kept) return kept.error();
  if (!*kept) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  return Error{ErrorCode::kFailedPrecondition, "incident " + (*kept)->id() + " is closed already"};
}

Result<v1::Incident> Detector::Close(const std::string& id, const std::string& reason, StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  touched_ = true;
  return raised_.Close(**open, reason, clock_.Now());
}

Result<v1::Incident> Detector::Assign(const std::string& id, const std::string& assignee,
                                      StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  touched_ = true;
  v1::Incident& incident = (*open)->incident;
  incident.set_assignee(assignee);
  *incident.mutable_updated_at() = contract::ToProto(clock_.Now());
  raised_.MarkChanged(**open);
  return (*open)->Kept();
}

Result<v1::Incident> Detector::Reopen(const std::string& id, StoreTransaction& transaction) {
  auto kept = transaction.FindIncident(id);
  if (!kept) return kept.error();
  if (!*kept) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  if ((*kept)->state() != v1::INCIDENT_STATE_CLOSED)
    return Error{ErrorCode::kFailedPrecondition, "incident " + id + " is not closed"};
  const auto other = raised_.open().find({(*kept)->rule(), (*kept)->subject()});
  if (other != raised_.open().end()) {
    return Error{ErrorCode::kFailedPrecondition, "incident " + other->second.incident.id() +
                                                     " goes on for the same rule and subject: work on that one"};
  }
  if (near_ != nullptr) near_->Forget((*kept)->rule(), (*kept)->subject());
  auto read = ReadIncident(std::move(**kept));
  if (!read) return read.error();
  touched_ = true;
  return raised_.Reopen(*std::move(read), clock_.Now());
}

Result<v1::Incident> Detector::Block(const std::string& id, v1::IncidentBlock block, StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  touched_ = true;
  v1::Incident& incident = (*open)->incident;
  block.set_number(incident.block().number() + 1);
  *incident.mutable_block() = std::move(block);
  *incident.mutable_updated_at() = contract::ToProto(clock_.Now());
  raised_.MarkChanged(**open);
  return (*open)->Kept();
}

Result<v1::Incident> Detector::Lift(const std::string& id, const v1::IncidentBlock& lifted,
                                    StoreTransaction& transaction) {
  const auto open = FindOpen(id, transaction);
  if (!open) return open.error();
  v1::Incident& incident = (*open)->incident;
  const std::vector<BlockOrder> blocks = BlocksOfThese({&incident});
  if (blocks.empty())
    return Error{ErrorCode::kFailedPrecondition, "nothing is blocked because of incident " + incident.id()};
  touched_ = true;
  // One that has ended is not lifted: only the threshold's own is.
  const bool is_ordered = std::ranges::any_of(blocks, [](const BlockOrder& order) { return order.block.has_until(); });
  if (!is_ordered) {
    const std::uint32_t number = incident.block().number() + 1;
    incident.mutable_block()->Clear();
    incident.mutable_block()->set_number(number);
  }
  incident.mutable_block()->MergeFrom(lifted);
  *incident.mutable_updated_at() = contract::ToProto(clock_.Now());
  raised_.MarkChanged(**open);
  return (*open)->Kept();
}

Result<void> Detector::ReplacePolicy(Policy policy) {
  touched_ = true;
  const Policy counted = policy ? policy : NothingButCanaries();
  auto engine = CountAgain(counted);
  if (!engine) return engine.error();
  raised_.CountWith(counted, std::move(*engine));
  next_policy_ = std::move(policy);
  return {};
}

Result<void> Detector::Save(OpenIncident& incident, StoreTransaction& transaction) {
  incident.records.Settle();
  const v1::Incident kept = incident.Kept();
  if (auto saved = transaction.SaveIncident(kept, incident.new_events); !saved) return saved;
  incident.new_events.clear();
  news_.push_back(WithoutDetails(kept));
  const auto before = std::exchange(incident.saved, StandingOf(kept));
  return witness_ == nullptr ? Result<void>() : witness_->OnIncidentSaved(before, news_.back(), transaction);
}

Result<void> Detector::Finish(StoreTransaction& transaction) {
  for (OpenIncident* open : raised_.changed()) {
    if (auto saved = Save(*open, transaction); !saved) return saved;
  }
  for (OpenIncident& closed : raised_.closed()) {
    if (auto saved = Save(closed, transaction); !saved) return saved;
  }
  for (const Disarming::Remembered& remembered : raised_.Remembered()) {
    if (auto saved = SaveMemory(remembered, transaction); !saved) return saved;
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
  if (!observed_.empty()) {
    for (DetectionListener* listener : listeners_) listener->OnEvents(observed_);
  }
  if (blocks_may_change) TellBlocks();
}

std::vector<BlockOrder> Detector::BlocksOfThese(const std::vector<const v1::Incident*>& open) const {
  return BlocksOf(open, policy_ ? *policy_ : *NothingButCanaries(), clock_.Now());
}

void Detector::TellBlocks() {
  std::vector<const v1::Incident*> open;
  for (const auto& [subject, incident] : raised_.open()) open.push_back(&incident.incident);
  std::vector<BlockOrder> blocks = BlocksOfThese(open);
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
