#include "agent/inspect/inspection_stage.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

bool IsPassing(int reason) {
  return reason == v1::REASON_TIMED_OUT || reason == v1::REASON_INSPECTOR_FAILED || reason == v1::REASON_UNREADABLE;
}

Assessment Assess(v1::Inspection inspection) {
  const Standing standing = StandingOf(inspection);
  return {std::move(inspection), standing};
}

}  // namespace

Standing StandingOf(const v1::Inspection& inspection) {
  if (inspection.customers().distinct() > 0 || inspection.classes_size() > 0) return Standing::kSensitive;
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

InspectionStage::InspectionStage(inspection::ContentInspector& inspector, VerdictIndex& index)
    : inspector_(inspector), index_(index) {
}

std::optional<Assessment> InspectionStage::Find(const platform::FileIdentity& file) {
  auto known = index_.Find(file);
  if (!known) return std::nullopt;
  return Assess(*std::move(known));
}

std::optional<Assessment> InspectionStage::FindRenamed(const platform::FileIdentity& file, const std::string& path) {
  auto known = index_.FindRenamed(file);
  if (!known) return std::nullopt;
  Assessment assessment = Assess(*std::move(known));
  Remember(file, path, assessment);
  return assessment;
}

Assessment InspectionStage::Inspect(const Subject& subject, base::Deadline deadline) {
  Assessment assessment = Assess(inspector_.Inspect(subject.content, deadline));
  Remember(subject.file, subject.path, assessment);
  return assessment;
}

void InspectionStage::Remember(const platform::FileIdentity& file, const std::string& path,
                               const Assessment& assessment) {
  // What a deadline cut short is acted upon, but it is not the truth about the file.
  if (std::ranges::any_of(assessment.inspection.reasons(), IsPassing)) return;
  const auto recorded = index_.Record(file, path, assessment.inspection, NeedsWatch(assessment.standing));
  // Nothing is lost but time: the file is inspected again when it is opened.
  if (!recorded) base::LogWarning("{}", recorded.error().message);
}

}  // namespace vigie::agent::inspect
