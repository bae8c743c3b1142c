#include "core/threshold/threshold_engine.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/threshold/sequence_event.h"
#include "core/threshold/sequence_table.h"
#include "core/threshold/subject_key.h"
#include "core/threshold/subject_table.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::threshold {
namespace {

// A clock that runs ahead must not push everybody's history out of the window: nothing happened after it was received.
base::SystemTime TimeOf(const v1::Event& event) {
  return contract::HappenedAt(event);
}

base::SystemTime ReceivedAt(const v1::Event& event) {
  return event.has_received_at() ? contract::FromProto(event.received_at()) : base::SystemTime::min();
}

// Bytes that are no record set are the business of whoever accepted the event; here they hold nobody.
customers::RecordSet RecordsOf(const v1::Event& event) {
  auto records = customers::RecordSet::Parse(event.inspection().customers().records());
  return records ? *std::move(records) : customers::RecordSet();
}

bool HoldsCanary(const v1::Inspection& inspection) {
  const auto holds = [](const v1::CustomerFinding& found) { return found.canaries() > 0; };
  return holds(inspection.customers()) || std::ranges::any_of(inspection.customers_of_other_ledgers(), holds);
}

}  // namespace

class ThresholdEngine::Impl {
 public:
  explicit Impl(std::shared_ptr<const policy::CompiledPolicy> policy) : policy_(std::move(policy)) {
    for (const policy::CompiledThreshold& threshold : policy_->thresholds()) {
      tables_.emplace_back(threshold, SubjectKeys(threshold.source, *policy_));
      if (threshold.source.sequence_size() > 0) sequences_.emplace(&threshold, threshold);
      if (threshold.source.has_baseline()) baselines_.emplace(&threshold, threshold.source);
    }
    tables_.emplace_back(policy_->canary(),
                         SubjectKeys(policy_->canary().source, *policy_, SubjectKeys::Missing::kIsLeftOut));
  }

  std::vector<Observation> Observe(const v1::Event& event, const WantsWindow& wants_window,
                                   std::optional<v1::Verdict> judged);
  void Describe(Observation& observation);
  std::chrono::nanoseconds longest_window() const;
  std::uint64_t let_go() const;

 private:
  bool Concerns(const policy::CompiledThreshold& threshold, const v1::Event& event, v1::Verdict verdict) const;
  // What the event does to the subject's window; false = nothing.
  bool Count(const v1::Event& event, SubjectTable& table, Observation& observation);
  bool Follow(const v1::Event& event, const policy::CompiledThreshold& threshold, v1::Verdict verdict,
              Observation& observation);
  void Compare(const v1::Event& event, const SubjectTable& table, std::int64_t end_step, Observation& observation);
  const SlidingWindow& LastWindow(SubjectTable& table);
  std::uint64_t LetGo(const SubjectTable& table) const;
  void TellLetGo(const SubjectTable& table);
  EventNumber NumberOf(const v1::Event& event);
  std::string IdOf(const EventNumber& number) const;
  void DescribeWindow(const SlidingWindow& window, Observation& observation) const;

  std::shared_ptr<const policy::CompiledPolicy> policy_;
  std::vector<SubjectTable> tables_;  // of the policy's thresholds, then the canary's
  std::map<const policy::CompiledThreshold*, SequenceTable> sequences_;  // of those that have one
  std::map<const policy::CompiledThreshold*, BaselineTable> baselines_;  // likewise
  std::vector<std::string> agents_;
  std::unordered_map<std::string, std::uint32_t> agent_numbers_;
  std::set<std::string> told_let_go_;  // rules

  // Of the event that is observed.
  bool is_allowed_ = false;
  base::SystemTime at_{};
  base::SystemTime received_{};
  std::optional<EventNumber> number_;  // for the first threshold that wants it
  std::string subject_;
  std::optional<customers::RecordSet> records_;  // parsed for the first threshold that wants it
  std::vector<customers::RecordId> ids_;         // the same
  std::deque<customers::RecordSet> carried_;     // by sequences
};

bool ThresholdEngine::Impl::Concerns(const policy::CompiledThreshold& threshold, const v1::Event& event,
                                     v1::Verdict verdict) const {
  if (&threshold == &policy_->canary()) return HoldsCanary(event.inspection());
  return !is_allowed_ && threshold.when.Matches(event.activity(), event.inspection(), verdict);
}

std::vector<Observation> ThresholdEngine::Impl::Observe(const v1::Event& event, const WantsWindow& wants_window,
                                                        std::optional<v1::Verdict> judged) {
  std::vector<Observation> observations;
  if (!event.has_activity()) return observations;
  observations.reserve(tables_.size());
  is_allowed_ = policy_->allowed_destinations().Holds(event.activity().destination());
  const v1::Verdict verdict = judged.value_or(event.verdict());
  at_ = TimeOf(event);
  received_ = ReceivedAt(event);
  number_.reset();
  records_.reset();
  carried_.clear();
  for (SubjectTable& table : tables_) {
    const policy::CompiledThreshold& threshold = table.threshold();
    if (!Concerns(threshold, event, verdict) || !table.keys().Write(event.activity(), subject_)) continue;
    if (!records_) {
      records_ = RecordsOf(event);
      ids_ = records_->Ids();
    }
    Observation observation;
    observation.limit = threshold.source.over();
    const bool counted = sequences_.contains(&threshold) ? Follow(event, threshold, verdict, observation)
                                                         : Count(event, table, observation);
    if (LetGo(table) > 0) TellLetGo(table);
    if (!counted) continue;
    observation.threshold = &threshold;
    observation.subject = subject_;
    observation.over = observation.measured > observation.limit;
    if (observation.over && wants_window(threshold, subject_)) DescribeWindow(LastWindow(table), observation);
    observations.push_back(std::move(observation));
  }
  return observations;
}

bool ThresholdEngine::Impl::Count(const v1::Event& event, SubjectTable& table, Observation& observation) {
  const bool counts_files = table.threshold().source.measure() == v1::MEASURE_DISTINCT_FILES;
  const SubjectTable::Added added =
      table.Add(subject_, {at_, NumberOf(event), std::uint64_t{1} + event.folded(), event.activity().file().bytes(),
                           counts_files ? FileIdentity(event.activity()) : 0, ids_, false, received_});
  observation.measured = added.measured;
  observation.before = added.before;
  observation.late = added.late;
  observation.records = &*records_;
  observation.record_ids = ids_;
  Compare(event, table, added.end, observation);
  return true;
}

void ThresholdEngine::Impl::Compare(const v1::Event& event, const SubjectTable& table, std::int64_t end_step,
                                    Observation& observation) {
  const auto baseline = baselines_.find(&table.threshold());
  if (baseline == baselines_.end()) return;
  const auto step = SlidingWindow::StepOf(table.window());
  observation.compared = baseline->second.Observe({.subject = subject_,
                                                   .group = policy_->GroupOf(event.activity().user()),
                                                   .measured = observation.measured,
                                                   .begin = base::SystemTime(step * (end_step - SlidingWindow::kSteps)),
                                                   .end = base::SystemTime(step * end_step),
                                                   .received = received_});
  observation.limit = observation.compared->limit;
}

const SlidingWindow& ThresholdEngine::Impl::LastWindow(SubjectTable& table) {
  const auto sequence = sequences_.find(&table.threshold());
  return sequence == sequences_.end() ? table.LastWindow() : *sequence->second.last_window();
}

std::uint64_t ThresholdEngine::Impl::LetGo(const SubjectTable& table) const {
  const auto sequence = sequences_.find(&table.threshold());
  return sequence == sequences_.end() ? table.let_go() : sequence->second.let_go();
}

void ThresholdEngine::Impl::TellLetGo(const SubjectTable& table) {
  const std::string& rule = table.threshold().source.id();
  if (!told_let_go_.insert(rule).second) return;
  base::LogWarning(
      "rule {}: a subject has more events within the rule's window than are kept, the oldest give way and may be "
      "missed",
      rule);
}

std::uint64_t ThresholdEngine::Impl::let_go() const {
  std::uint64_t sum = 0;
  for (const SubjectTable& table : tables_) sum += LetGo(table);
  return sum;
}

void ThresholdEngine::Impl::Describe(Observation& observation) {
  const auto table =
      std::ranges::find(tables_, observation.threshold, [](const auto& each) { return &each.threshold(); });
  DescribeWindow(LastWindow(*table), observation);
}

bool ThresholdEngine::Impl::Follow(const v1::Event& event, const policy::CompiledThreshold& threshold,
                                   v1::Verdict verdict, Observation& observation) {
  SequenceTable& table = sequences_.at(&threshold);
  std::vector<std::size_t> matches = table.Matches(event, verdict);
  if (matches.empty()) return false;
  SequenceEvent links = LinksOf(event);
  links.at = at_;
  links.received = received_;
  links.number = NumberOf(event);
  links.accesses = std::uint64_t{1} + event.folded();
  links.bytes = event.activity().file().bytes();
  links.file = FileIdentity(event.activity());
  links.records = &*records_;
  links.matches = std::move(matches);
  SequenceTable::Added added = table.Add(subject_, links);
  if (added.window == nullptr) return false;
  observation.measured = added.window->Measured();
  observation.before = added.before;
  observation.late = added.late;
  carried_.push_back(std::move(added.records));
  observation.records = &carried_.back();
  for (const SequenceStop& stop : added.way) {
    const auto name = static_cast<int>(stop.step);
    observation.way.push_back({threshold.source.sequence(name).name(), IdOf(stop.number),
                               base::SystemTime(std::chrono::nanoseconds(stop.number.at_ns))});
  }
  return true;
}

EventNumber ThresholdEngine::Impl::NumberOf(const v1::Event& event) {
  if (number_) return *number_;
  const auto next = static_cast<std::uint32_t>(agents_.size());
  const auto [agent, fresh] = agent_numbers_.try_emplace(event.agent_id(), next);
  if (fresh) agents_.push_back(event.agent_id());
  number_ = {at_.time_since_epoch().count(), agent->second, event.boot_epoch(), event.sequence()};
  return *number_;
}

std::string ThresholdEngine::Impl::IdOf(const EventNumber& number) const {
  return agents_[number.agent] + "/" + std::to_string(number.boot_epoch) + "/" + std::to_string(number.sequence);
}

void ThresholdEngine::Impl::DescribeWindow(const SlidingWindow& window, Observation& observation) const {
  observation.window_events = window.events();
  observation.window_records = window.records();
  for (const EventNumber& number : window.FirstEvents()) observation.window_event_ids.push_back(IdOf(number));
  // What a sequence measures is its last events; those before belong to it.
  auto& ids = observation.window_event_ids;
  for (auto stop = observation.way.rbegin(); stop != observation.way.rend(); ++stop) {
    if (std::ranges::find(ids, stop->event_id) == ids.end()) ids.insert(ids.begin(), stop->event_id);
  }
}

std::chrono::nanoseconds ThresholdEngine::Impl::longest_window() const {
  std::chrono::nanoseconds longest{0};
  for (const SubjectTable& table : tables_) {
    if (&table.threshold() == &policy_->canary()) continue;  // each sighting stands for itself
    const auto whole = table.window() + SlidingWindow::StepOf(table.window());
    if (table.threshold().source.has_baseline()) {
      longest = std::max(longest, BaselineTable::KeptOf(table.threshold().source.baseline()) + whole);
    }
    // The ways that ended in the window began up to a window before.
    longest = std::max(longest, sequences_.contains(&table.threshold()) ? 2 * whole : whole);
  }
  return longest;
}

ThresholdEngine::ThresholdEngine(std::shared_ptr<const policy::CompiledPolicy> policy)
    : impl_(std::make_unique<Impl>(std::move(policy))) {
}
ThresholdEngine::~ThresholdEngine() = default;
ThresholdEngine::ThresholdEngine(ThresholdEngine&&) noexcept = default;
ThresholdEngine& ThresholdEngine::operator=(ThresholdEngine&&) noexcept = default;

std::vector<Observation> ThresholdEngine::Observe(const v1::Event& event) {
  return impl_->Observe(
      event, [](const auto&, const auto&) { return true; }, std::nullopt);
}

std::vector<Observation> ThresholdEngine::Observe(const v1::Event& event, const WantsWindow& wants_window,
                                                  std::optional<v1::Verdict> judged) {
  return impl_->Observe(event, wants_window, judged);
}

void ThresholdEngine::Describe(Observation& observation) {
  impl_->Describe(observation);
}

std::uint64_t ThresholdEngine::let_go() const {
  return impl_->let_go();
}

std::chrono::nanoseconds ThresholdEngine::longest_window() const {
  return impl_->longest_window();
}

}  // namespace vigie::threshold
