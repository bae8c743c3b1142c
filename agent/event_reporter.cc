#include "agent/event_reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/validation.h"

namespace vigie::agent {
namespace {

v1::Event MakeEvent(Report report) {
  v1::Event event;
  *event.mutable_activity() = std::move(report.activity);
  *event.mutable_inspection() = std::move(report.inspection);
  event.set_verdict(report.judgement.decision.verdict);
  event.set_rule(report.judgement.decision.rule);
  event.set_shadow(report.judgement.decision.shadow);
  event.set_policy_version(report.judgement.policy_version);
  event.set_late(report.late);
  for (const std::string& id : report.lineage) {
    if (event.lineage_size() < contract::kMaxLineage) event.add_lineage(id);
  }
  return event;
}

}  // namespace

std::string EventReporter::Tell(Report report) {
  const std::uint64_t position = report.position;
  v1::Event event = MakeEvent(std::move(report));
  if (folds_.Knows(event)) {
    ++folded_;
    return {};
  }
  // Whether or not it can be kept: it has happened.
  if (thresholds_ != nullptr) thresholds_->Observe(event);
  std::string id = Append(event, position);
  // What was lost may be told when it happens again.
  if (!id.empty()) folds_.Add(event);
  return id;
}

bool EventReporter::TellGap(v1::Gap gap) {
  v1::Event event;
  gap.set_reason(gap.reason().substr(0, contract::kMaxReasonBytes));
  *event.mutable_gap() = std::move(gap);
  return !Append(std::move(event), 0).empty();
}

std::string EventReporter::Append(v1::Event event, std::uint64_t position) {
  const auto key = spool_.Append(std::move(event), position);
  if (!key) {
    // One line for the first of a row; health and the gap tell how many.
    if (lost_++ == 0) base::LogError("an event is lost: {}", key.error().message);
    return {};
  }
  ++reported_;
  return fmt::format("{}/{}/{}", spool_.agent_id(), key->boot_epoch, key->sequence);
}

}  // namespace vigie::agent
