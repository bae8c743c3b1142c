#include "core/threshold/threshold_engine.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/threshold/subject_key.h"
#include "core/threshold/subject_table.h"
#include "proto/contract/validation.h"

namespace vigie::threshold {
namespace {

// A clock that runs ahead must not push everybody's history out of the window: nothing happened after it was received.
base::SystemTime TimeOf(const v1::Event& event) {
  return contract::HappenedAt(event);
}

// Device and inode identify a file through renames; without them only its path does. NUL occurs in neither host nor
// path.
std::string FileIdentity(const v1::Activity& activity) {
  const v1::File& file = activity.file();
  if (file.inode() != 0) {
    return activity.host() + '\0' + std::to_string(file.device()) + ':' + std::to_string(file.inode());
  }
  return file.path().empty() ? "" : activity.host() + '\0' + file.path();
}

// Bytes that are no record set are the business of whoever accepted the event; here they hold nobody.
customers::RecordSet RecordsOf(const v1::Event& event) {
  auto records = customers::RecordSet::Parse(event.inspection().customers().records());
  return records ? *std::move(records) : customers::RecordSet();
}

}  // namespace

class ThresholdEngine::Impl {
 public:
  explicit Impl(std::shared_ptr<const policy::CompiledPolicy> policy) : policy_(std::move(policy)) {
    for (const policy::CompiledThreshold& threshold : policy_->thresholds()) tables_.emplace_back(threshold);
  }

  std::vector<Observation> Observe(const v1::Event& event, const WantsWindow& wants_window);
  std::chrono::nanoseconds longest_window() const;

 private:
  EventNumber NumberOf(const v1::Event& event, base::SystemTime at);
  std::string IdOf(const EventNumber& number) const;
  void DescribeWindow(const SlidingWindow& window, Observation& observation) const;

  std::shared_ptr<const policy::CompiledPolicy> policy_;
  std::vector<SubjectTable> tables_;
  std::vector<std::string> agents_;
  std::unordered_map<std::string, std::uint32_t> agent_numbers_;
};

std::vector<Observation> ThresholdEngine::Impl::Observe(const v1::Event& event, const WantsWindow& wants_window) {
  std::vector<Observation> observations;
  if (!event.has_activity()) return observations;
  if (policy_->allowed_destinations().Holds(event.activity().destination())) return observations;
  const base::SystemTime at = TimeOf(event);
  std::optional<customers::RecordSet> records;  // parsed for the first threshold that wants it
  for (SubjectTable& table : tables_) {
    const policy::CompiledThreshold& threshold = table.threshold();
    if (!threshold.when.Matches(event.activity(), event.inspection(), event.verdict())) continue;
    auto subject = SubjectOf(threshold.source, event.activity());
    if (!subject) continue;
    if (!records) records = RecordsOf(event);
    const bool counts_files = threshold.source.measure() == v1::MEASURE_DISTINCT_FILES;
    const Sample sample{at,
                        NumberOf(event, at),
                        std::uint64_t{1} + event.folded(),
                        event.activity().file().bytes(),
                        counts_files ? FileIdentity(event.activity()) : std::string(),
                        *records};
    const SlidingWindow& window = table.Add(*subject, sample);
    Observation& observation = observations.emplace_back();
    observation.threshold = &threshold;
    observation.subject = *std::move(subject);
    observation.measured = window.Measured();
    observation.over = observation.measured > threshold.source.over();
    if (observation.over && wants_window(threshold, observation.subject)) DescribeWindow(window, observation);
  }
  return observations;
}

EventNumber ThresholdEngine::Impl::NumberOf(const v1::Event& event, base::SystemTime at) {
  const auto next = static_cast<std::uint32_t>(agents_.size());
  const auto [agent, fresh] = agent_numbers_.try_emplace(event.agent_id(), next);
  if (fresh) agents_.push_back(event.agent_id());
  return {at.time_since_epoch().count(), agent->second, event.boot_epoch(), event.sequence()};
}

std::string ThresholdEngine::Impl::IdOf(const EventNumber& number) const {
  return agents_[number.agent] + "/" + std::to_string(number.boot_epoch) + "/" + std::to_string(number.sequence);
}

void ThresholdEngine::Impl::DescribeWindow(const SlidingWindow& window, Observation& observation) const {
  observation.window_events = window.events();
  observation.window_records = window.records();
  for (const EventNumber& number : window.FirstEvents()) observation.window_event_ids.push_back(IdOf(number));
}

std::chrono::nanoseconds ThresholdEngine::Impl::longest_window() const {
  std::chrono::nanoseconds longest{0};
  for (const SubjectTable& table : tables_) {
    longest = std::max(longest, table.window() + SlidingWindow::StepOf(table.window()));
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
  return impl_->Observe(event, [](const auto&, const auto&) { return true; });
}

std::vector<Observation> ThresholdEngine::Observe(const v1::Event& event, const WantsWindow& wants_window) {
  return impl_->Observe(event, wants_window);
}

std::chrono::nanoseconds ThresholdEngine::longest_window() const {
  return impl_->longest_window();
}

}  // namespace vigie::threshold
