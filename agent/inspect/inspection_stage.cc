#include "agent/inspect/inspection_stage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/inspection/merge_inspection.h"
#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

constexpr int kMostEvents = 32;

// That an inspection takes, about: 100 MB/s, and what each needs.
std::chrono::nanoseconds OwnTime(const platform::FileIdentity& file) {
  constexpr std::uint64_t kBytesInMicrosecond = 100;
  constexpr std::chrono::microseconds kEach{200};
  return kEach + std::chrono::microseconds(file.bytes / kBytesInMicrosecond);
}

bool IsPassing(int reason) {
  return reason == v1::REASON_TIMED_OUT || reason == v1::REASON_INSPECTOR_FAILED || reason == v1::REASON_UNREADABLE;
}

// What could be read is said of the file itself, not of its source.
v1::Inspection Combine(const v1::Inspection& found, const Origin& origin) {
  v1::Inspection both = found;
  inspection::MergeInspection(origin.carried, both);
  both.set_evaluated(found.evaluated());
  *both.mutable_reasons() = found.reasons();
  both.set_bytes(found.bytes());
  both.set_media_type(found.media_type());
  v1::Derivation derivation = origin.carried.derived_from();
  if (derivation.path().empty()) derivation.set_path(origin.path);
  const int kept = derivation.events_size();
  for (const std::string& id : origin.events) {
    const auto& known = derivation.events();
    if (std::find(known.begin(), known.begin() + kept, id) == known.begin() + kept) derivation.add_events(id);
  }
  while (derivation.events_size() > kMostEvents) derivation.mutable_events()->RemoveLast();
  *both.mutable_derived_from() = std::move(derivation);
  return both;
}

}  // namespace

Standing StandingOf(const v1::Inspection& inspection, const Sensitivity& sensitivity) {
  if (sensitivity.Concerns(inspection)) return Standing::kSensitive;
  if (inspection.evaluated() == v1::EVALUATED_FULL) return Standing::kClean;
  const auto& reasons = inspection.reasons();
  if (reasons.empty() || std::ranges::any_of(reasons, IsPassing)) return Standing::kUnknown;
  const bool unsupported_only =
      std::ranges::all_of(reasons, [](int reason) { return reason == v1::REASON_UNSUPPORTED; });
  return unsupported_only ? Standing::kClean : Standing::kOpaque;
}

bool NeedsWatch(Standing standing) {
  return standing != Standing::kClean;
}

InspectionStage::InspectionStage(Inspectors inspectors, VerdictIndex& index, DerivedIndex& derived)
    : inspectors_(inspectors), index_(index), derived_(derived) {
}

bool InspectionStage::UsePolicy(const v1::Policy& policy) {
  auto wanted = std::make_shared<const Sensitivity>(policy);
  auto current = sensitivity_.Lock();
  const bool changed = !(**current == *wanted);
  *current = std::move(wanted);
  return changed;
}

Standing InspectionStage::StandingOf(const v1::Inspection& inspection) const {
  const std::shared_ptr<const Sensitivity> sensitivity = *sensitivity_.Lock();
  return inspect::StandingOf(inspection, *sensitivity);
}

Assessment InspectionStage::Assess(v1::Inspection inspection) const {
  const Standing standing = StandingOf(inspection);
  return {std::move(inspection), standing};
}

std::optional<Assessment> InspectionStage::Find(const platform::FileIdentity& file) {
  auto known = index_.Find(file);
  if (!known) return std::nullopt;
  return WithDerivation(file, Assess(*std::move(known)));
}

std::optional<Assessment> InspectionStage::FindRenamed(const Renamed& renamed) {
  const std::uint64_t versions = index_.versions();
  auto known = index_.FindRenamed(renamed.file, renamed.modify_time_ns);
  if (!known) return std::nullopt;
  Assessment assessment = Assess(*std::move(known));
  Remember(renamed.file, renamed.path, assessment, versions);
  return WithDerivation(renamed.file, std::move(assessment));
}

Assessment InspectionStage::Inspect(const Subject& subject, base::Deadline deadline) {
  return InspectTold(inspectors_.just_in_time, subject, deadline);
}

Assessment InspectionStage::InspectPromptly(const Subject& subject, base::Deadline deadline) {
  return InspectTold(inspectors_.promptly, subject, deadline);
}

// Others learn of it by AwaitOther.
Assessment InspectionStage::InspectTold(inspection::ContentInspector& inspector, const Subject& subject,
                                        base::Deadline deadline) {
  std::promise<Assessment> answer;
  const UnderWay told{.answer = answer.get_future().share(),
                      .waited_for = &inspector == &inspectors_.just_in_time,
                      .versions = index_.versions()};
  const bool first = under_way_.Lock()->try_emplace(subject.file, told).second;
  Assessment assessment = InspectBy(inspector, subject, deadline);
  if (first) under_way_.Lock()->erase(subject.file);
  answer.set_value(assessment);
  return assessment;
}

std::optional<Assessment> InspectionStage::AwaitOther(const platform::FileIdentity& file, base::Deadline deadline) {
  UnderWay other;
  {
    auto under_way = under_way_.Lock();
    const auto found = under_way->find(file);
    if (found == under_way->end()) return std::nullopt;
    other = found->second;
  }
  if (other.versions != index_.versions()) return std::nullopt;  // it looks for what was looked for before
  const auto until =
      other.waited_for ? deadline.at() : std::min(deadline.at(), base::Deadline::After(OwnTime(file)).at());
  if (other.answer.wait_until(until) != std::future_status::ready) return std::nullopt;
  Assessment assessment = other.answer.get();
  return assessment.standing == Standing::kUnknown ? std::nullopt : std::optional(std::move(assessment));
}

Assessment InspectionStage::InspectAtLeisure(const Subject& subject, base::Deadline deadline) {
  if (subject.file.bytes > kLargeFile) return InspectTold(inspectors_.at_leisure, subject, deadline);
  return InspectBy(inspectors_.at_leisure, subject, deadline);
}

Assessment InspectionStage::InspectBy(inspection::ContentInspector& inspector, const Subject& subject,
                                      base::Deadline deadline) {
  const std::uint64_t versions = index_.versions();
  Assessment assessment = Assess(inspector.Inspect(subject.content, deadline));
  Remember(subject.file, subject.path, assessment, versions);
  return WithDerivation(subject.file, std::move(assessment));
}

Assessment InspectionStage::Derived(const Assessment& found, const Origin& origin) const {
  return Assess(Combine(found.inspection, origin));
}

// What was read to its end and holds nothing is believed, unless its writer is known to disguise: then it was recorded
// as derived although it was read.
Assessment InspectionStage::WithDerivation(const platform::FileIdentity& file, Assessment assessment) {
  auto known = derived_.Find(file);
  if (!known) return assessment;
  const bool readable = assessment.inspection.evaluated() == v1::EVALUATED_FULL;
  if (readable && known->evaluated() != v1::EVALUATED_FULL) return assessment;
  return Assess(*std::move(known));
}

Assessment InspectionStage::Derive(const Subject& subject, const Assessment& found, const Origin& origin) {
  Assessment derived = Derived(found, origin);
  const auto recorded = derived_.Record(subject.file, subject.path, derived.inspection);
  if (!recorded)
    base::LogError("what a file was made from is known until its next open only: {}", recorded.error().message);
  return derived;
}

Assessment InspectionStage::KeepDerived(const Subject& subject, const Assessment& found) {
  const auto known = derived_.FindAnyContent(subject.file);
  if (!known) return found;
  return Derive(subject, found, {*known, known->derived_from().path(), {}});
}

void InspectionStage::NoteCreated(const platform::FileIdentity& file) {
  if (!derived_.Find(file)) derived_.Forget(file);
}

void InspectionStage::Remember(const platform::FileIdentity& file, const std::string& path,
                               const Assessment& assessment, std::uint64_t versions) {
  // What a deadline cut short is acted upon, but it is not the truth about the file.
  if (std::ranges::any_of(assessment.inspection.reasons(), IsPassing)) return;
  const auto recorded = index_.Record(file, path, assessment.inspection, NeedsWatch(assessment.standing), versions);
  // Nothing is lost but time: the file is inspected again when it is opened.
  if (!recorded) base::LogWarning("{}", recorded.error().message);
}

}  // namespace vigie::agent::inspect
