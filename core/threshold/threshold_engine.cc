#include "core/threshold/threshold_engine.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "core/threshold/agent_names.h"
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

bool HoldsCanary(const v1::Inspection& inspection) {
  const auto holds = [](const v1::CustomerFinding& found) { return found.canaries() > 0; };
  return holds(inspection.customers()) || std::ranges::any_of(inspection.customers_of_other_ledgers(), holds);
}

// For whom rules of the same keys count the event that is observed: worked out once.
struct Subjects {
  explicit Subjects(SubjectKeys by) : keys(std::move(by)) {}

  SubjectKeys keys;
  bool is_written = false;
  bool is_counted = false;  // it has the keys
  std::string name;
  SubjectHash hash;
};

// A threshold and what it counts in.
struct Counted {
  explicit Counted(const policy::CompiledThreshold& threshold) : table(threshold) {
    if (threshold.source.sequence_size() > 0) sequence.emplace(threshold);
    if (threshold.source.has_baseline()) baseline.emplace(threshold.source);
  }

  SubjectTable table;
  std::optional<SequenceTable> sequence;  // if it has one
  std::optional<BaselineTable> baseline;  // likewise
  Subjects* subjects = nullptr;

  const policy::CompiledThreshold& threshold() const { return table.threshold(); }
  const SlidingWindow& LastWindow() { return sequence ? *sequence->last_window() : table.LastWindow(); }
  std::uint64_t let_go() const { return sequence ? sequence->let_go() : table.let_go(); }
};

// As a new one, but for the memory it has.
void Clear(Observation& observation) {
  observation.late = false;
  observation.record_ids = {};
  observation.records = nullptr;
  observation.way.clear();
  observation.compared.reset();
  observation.window_events = 0;
  if (!observation.window_records.empty()) observation.window_records = customers::RecordSet();
  observation.window_event_ids.clear();
}

}  // namespace

class ThresholdEngine::Impl {
 public:
  explicit Impl(std::shared_ptr<const policy::CompiledPolicy> policy) : policy_(std::move(policy)) {
    for (const policy::CompiledThreshold& threshold : policy_->thresholds()) {
      Add(threshold, SubjectKeys(threshold.source, *policy_));
    }
    Add(policy_->canary(), SubjectKeys(policy_->canary().source, *policy_, SubjectKeys::Missing::kIsLeftOut));
  }

  std::vector<Observation> Observe(const v1::Event& event, const WantsWindow& wants_window,
                                   std::optional<v1::Verdict> judged);
  std::span<Observation> ObserveInPlace(const v1::Event& event, std::optional<v1::Verdict> judged, Exact exact);
  void Describe(Observation& observation);
  std::chrono::nanoseconds longest_window() const;
  std::uint64_t let_go() const;

 private:
  void Add(const policy::CompiledThreshold& threshold, SubjectKeys keys);
  // What earlier events left behind.
  void Begin(const v1::Event& event);
  bool Concerns(const policy::CompiledThreshold& threshold, const v1::Event& event, v1::Verdict verdict) const;
  bool HasSubject(Subjects& subjects, const v1::Activity& activity) const;
  // What the event does to the subject's window; false = nothing.
  bool Observe(const v1::Event& event, Counted& counted, v1::Verdict verdict, Observation& observation);
  void Count(const v1::Event& event, Counted& counted, Observation& observation);
  std::uint64_t ExactAbove(const Counted& counted) const;
  bool Follow(const v1::Event& event, Counted& counted, v1::Verdict verdict, Observation& observation);
  void Compare(const v1::Event& event, Counted& counted, std::int64_t end_step, Observation& observation);
  void TellLetGo(const Counted& counted);
  // Bytes that are no record set are the business of whoever accepted the event; here they hold nobody.
  const std::vector<customers::RecordId>& RecordsOf(const v1::Event& event);
  EventNumber NumberOf(const v1::Event& event);
  std::string IdOf(const EventNumber& number) const;
  void DescribeWindow(const SlidingWindow& window, Observation& observation) const;

  std::shared_ptr<const policy::CompiledPolicy> policy_;
  std::deque<Subjects> subjects_;  // of all rules, each keys once
  std::deque<Counted> counted_;    // of the policy's thresholds, then the canary's
  SubjectHasher hasher_;
  AgentNames agents_;
  std::set<std::string> told_let_go_;  // rules

  // Of the event that is observed.
  Exact exact_ = Exact::kAlways;
  bool is_allowed_ = false;
  base::SystemTime at_{};
  base::SystemTime received_{};
  std::optional<EventNumber> number_;  // for the first threshold that wants it
  bool has_records_ = false;           // likewise, `records_` are its
  std::vector<customers::RecordId> records_;
  customers::RecordSet record_set_;           // for sequences
  std::deque<customers::RecordSet> carried_;  // by sequences
  std::vector<Observation> observations_;     // the first ones are its, the others were of earlier ones
};

void ThresholdEngine::Impl::Add(const policy::CompiledThreshold& threshold, SubjectKeys keys) {
  auto subjects = std::ranges::find(subjects_, keys, &Subjects::keys);
  if (subjects == subjects_.end()) subjects = subjects_.emplace(subjects_.end(), std::move(keys));
  counted_.emplace_back(threshold).subjects = &*subjects;
}

bool ThresholdEngine::Impl::Concerns(const policy::CompiledThreshold& threshold, const v1::Event& event,
                                     v1::Verdict verdict) const {
  if (&threshold == &policy_->canary()) return HoldsCanary(event.inspection());
  return !is_allowed_ && threshold.when.Matches(event.activity(), event.inspection(), verdict);
}

void ThresholdEngine::Impl::Begin(const v1::Event& event) {
  is_allowed_ = policy_->allowed_destinations().Holds(event.activity().destination());
  at_ = TimeOf(event);
  received_ = ReceivedAt(event);
  number_.reset();
  has_records_ = false;
  carried_.clear();
  for (Subjects& subjects : subjects_) subjects.is_written = false;
}

bool ThresholdEngine::Impl::HasSubject(Subjects& subjects, const v1::Activity& activity) const {
  if (subjects.is_written) return subjects.is_counted;
  subjects.is_written = true;
  subjects.is_counted = subjects.keys.Write(activity, subjects.name);
  if (subjects.is_counted) subjects.hash = hasher_(subjects.name);
  return subjects.is_counted;
}

std::span<Observation> ThresholdEngine::Impl::ObserveInPlace(const v1::Event& event, std::optional<v1::Verdict> judged,
                                                             Exact exact) {
  if (!event.has_activity()) return {};
  Begin(event);
  exact_ = exact;
  const v1::Verdict verdict = judged.value_or(event.verdict());
  std::size_t observed = 0;
  if (observations_.size() < counted_.size()) observations_.resize(counted_.size());
  for (Counted& counted : counted_) {
    if (!Concerns(counted.threshold(), event, verdict) || !HasSubject(*counted.subjects, event.activity())) continue;
    if (Observe(event, counted, verdict, observations_[observed])) ++observed;
  }
  return std::span(observations_).first(observed);
}

std::vector<Observation> ThresholdEngine::Impl::Observe(const v1::Event& event, const WantsWindow& wants_window,
                                                        std::optional<v1::Verdict> judged) {
  const std::span<Observation> observed = ObserveInPlace(event, judged, Exact::kAlways);
  for (Observation& observation : observed) {
    if (observation.over && wants_window(*observation.threshold, observation.subject)) Describe(observation);
  }
  return {std::make_move_iterator(observed.begin()), std::make_move_iterator(observed.end())};
}

bool ThresholdEngine::Impl::Observe(const v1::Event& event, Counted& counted, v1::Verdict verdict,
                                    Observation& observation) {
  Clear(observation);
  observation.threshold = &counted.threshold();
  observation.limit = counted.threshold().source.over();
  if (counted.sequence) {
    if (!Follow(event, counted, verdict, observation)) return false;
  } else {
    Count(event, counted, observation);
  }
  observation.subject = counted.subjects->name;
  observation.over = observation.measured > observation.limit;
  return true;
}

const std::vector<customers::RecordId>& ThresholdEngine::Impl::RecordsOf(const v1::Event& event) {
  if (has_records_) return records_;
  has_records_ = true;
  records_.clear();
  if (!customers::RecordSet::ReadIds(event.inspection().customers().records(), records_)) records_.clear();
  return records_;
}

// A baseline keeps what is measured.
std::uint64_t ThresholdEngine::Impl::ExactAbove(const Counted& counted) const {
  const v1::Threshold& source = counted.threshold().source;
  return exact_ == Exact::kAlways || counted.baseline ? 0 : source.over();
}

void ThresholdEngine::Impl::Count(const v1::Event& event, Counted& counted, Observation& observation) {
  const bool counts_files = counted.threshold().source.measure() == v1::MEASURE_DISTINCT_FILES;
  observation.record_ids = RecordsOf(event);
  const SubjectTable::Added added =
      counted.table.Add(counted.subjects->hash,
                        {at_, NumberOf(event), std::uint64_t{1} + event.folded(), event.activity().file().bytes(),
                         counts_files ? FileIdentity(event.activity()) : 0, observation.record_ids, false, received_},
                        ExactAbove(counted));
  observation.measured = added.measured;
  observation.before = added.before;
  observation.late = added.late;
  if (counted.baseline) Compare(event, counted, added.end, observation);
  if (counted.let_go() > 0) TellLetGo(counted);
}

void ThresholdEngine::Impl::Compare(const v1::Event& event, Counted& counted, std::int64_t end_step,
                                    Observation& observation) {
  const auto step = SlidingWindow::StepOf(counted.table.window());
  observation.compared =
      counted.baseline->Observe({.subject = counted.subjects->name,
                                 .group = policy_->GroupOf(event.activity().user()),
                                 .measured = observation.measured,
                                 .begin = base::SystemTime(step * (end_step - SlidingWindow::kSteps)),
                                 .end = base::SystemTime(step * end_step),
                                 .received = received_});
  observation.limit = observation.compared->limit;
}

void ThresholdEngine::Impl::TellLetGo(const Counted& counted) {
  const std::string& rule = counted.threshold().source.id();
  if (!told_let_go_.insert(rule).second) return;
  base::LogWarning(
      "rule {}: a subject has more events within the rule's window than are kept, the oldest give way and may be "
      "missed",
      rule);
}

std::uint64_t ThresholdEngine::Impl::let_go() const {
  std::uint64_t sum = 0;
  for (const Counted& counted : counted_) sum += counted.let_go();
  return sum;
}

void ThresholdEngine::Impl::Describe(Observation& observation) {
  const auto counted =
      std::ranges::find(counted_, observation.threshold, [](const auto& each) { return &each.threshold(); });
  DescribeWindow(counted->LastWindow(), observation);
}

bool ThresholdEngine::Impl::Follow(const v1::Event& event, Counted& counted, v1::Verdict verdict,
                                   Observation& observation) {
  SequenceTable& table = *counted.sequence;
  std::vector<std::size_t> matches = table.Matches(event, verdict);
  if (matches.empty()) return false;
  SequenceEvent links = LinksOf(event);
  record_set_ = customers::RecordSet(RecordsOf(event));
  links.at = at_;
  links.received = received_;
  links.number = NumberOf(event);
  links.accesses = std::uint64_t{1} + event.folded();
  links.bytes = event.activity().file().bytes();
  links.file = FileIdentity(event.activity());
  links.records = &record_set_;
  links.matches = std::move(matches);
  SequenceTable::Added added = table.Add(counted.subjects->name, links);
  if (counted.let_go() > 0) TellLetGo(counted);
  if (added.window == nullptr) return false;
  observation.measured = added.window->Measured();
  observation.before = added.before;
  observation.late = added.late;
  carried_.push_back(std::move(added.records));
  observation.records = &carried_.back();
  for (const SequenceStop& stop : added.way) {
    const auto name = static_cast<int>(stop.step);
    observation.way.push_back({counted.threshold().source.sequence(name).name(), IdOf(stop.number),
                               base::SystemTime(std::chrono::nanoseconds(stop.number.at_ns))});
  }
  return true;
}

EventNumber ThresholdEngine::Impl::NumberOf(const v1::Event& event) {
  if (number_) return *number_;
  number_ = {at_.time_since_epoch().count(), agents_.NumberOf(event.agent_id()), event.boot_epoch(), event.sequence()};
  return *number_;
}

std::string ThresholdEngine::Impl::IdOf(const EventNumber& number) const {
  return std::string(agents_.IdOf(number.agent)) + "/" + std::to_string(number.boot_epoch) + "/" +
         std::to_string(number.sequence);
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
  for (const Counted& counted : counted_) {
    const v1::Threshold& source = counted.threshold().source;
    if (&counted.threshold() == &policy_->canary()) continue;  // each sighting stands for itself
    const auto whole = counted.table.window() + SlidingWindow::StepOf(counted.table.window());
    if (counted.baseline) longest = std::max(longest, BaselineTable::KeptOf(source.baseline()) + whole);
    // The ways that ended in the window began up to a window before.
    longest = std::max(longest, counted.sequence ? 2 * whole : whole);
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

std::span<Observation> ThresholdEngine::ObserveInPlace(const v1::Event& event, std::optional<v1::Verdict> judged,
                                                       Exact exact) {
  return impl_->ObserveInPlace(event, judged, exact);
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
