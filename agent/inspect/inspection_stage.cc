#include "agent/inspect/inspection_stage.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

bool IsPassing(int reason) {
  return reason == v1::REASON_TIMED_OUT || reason == v1::REASON_INSPECTOR_FAILED || reason == v1::REASON_UNREADABLE;
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

InspectionStage::InspectionStage(Inspectors inspectors, VerdictIndex& index) : inspectors_(inspectors), index_(index) {
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
  return InspectBy(inspectors_.just_in_time, subject, deadline);
}

Assessment InspectionStage::InspectAtLeisure(const Subject& subject, base::Deadline deadline) {
  return InspectBy(inspectors_.at_leisure, subject, deadline);
}

Assessment InspectionStage::InspectBy(inspection::ContentInspector& inspector, const Subject& subject,
                                      base::Deadline deadline) {
  Assessment assessment = Assess(inspector.Inspect(subject.content, deadline));
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
