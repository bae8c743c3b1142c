#include "agent/refused_writes.h"

#include <string>
#include <utility>

#include "agent/enforce/enforcer.h"

namespace vigie::agent {
namespace {

using platform::FileEventKind;
using platform::Medium;
using platform::RefusedWrite;
using platform::WriteOperation;

constexpr char kGuardRule[] = "write_guard";

// Of a file that lies deep only the last parts are known.
std::string PathOn(const Medium& medium, const std::string& path) {
  if (path.empty() || path.starts_with('/')) return medium.mount_point + path;
  return medium.mount_point + "/…/" + path;
}

}  // namespace

RefusedWrites::RefusedWrites(Parts parts, std::size_t capacity)
    : parts_(parts), queue_(capacity, base::OverflowPolicy::kReject), gaps_(parts.clock, "write_guard") {
}

void RefusedWrites::OnRefusedWrite(RefusedWrite refused) {
  const auto at = refused.at;
  if (!queue_.Push(std::move(refused))) gaps_.Add("too many refused writes at once", at, 1);
}

void RefusedWrites::Run(const std::stop_token& stop) {
  while (const auto refused = queue_.Pop(stop)) Tell(*refused);
  Step();
}

void RefusedWrites::Step() {
  while (const auto refused = queue_.PopFor({}, std::chrono::nanoseconds::zero())) Tell(*refused);
}

v1::Activity RefusedWrites::ActivityOf(const RefusedWrite& refused, const std::optional<lineage::Taint>& taint) {
  const Medium medium = parts_.places.On(refused.device).value_or(Medium{"", "", "", "removable medium"});
  platform::FileEvent event;
  event.kind = refused.operation == WriteOperation::kRename ? FileEventKind::kRenamed : FileEventKind::kOpening;
  event.path = PathOn(medium, refused.path);
  event.process = refused.process;
  event.owner_uid = refused.uid;
  event.file.device = refused.device;
  event.file.inode = refused.inode;
  event.at = refused.at;
  event.steady_at = parts_.clock.SteadyNow();
  event.on_medium = true;
  const auto process = parts_.processes.Recall(event);
  return parts_.classifier.Classify({.event = event,
                                     .process = process,
                                     .mode = platform::OpenMode::kWrite,
                                     .medium = medium,
                                     .copied_from = taint ? taint->source_path : ""});
}

// How many bytes it would have been nobody knows.
void RefusedWrites::Tell(const RefusedWrite& refused) {
  const auto taint = parts_.carriers.CarriedInto(refused.process, refused.path);
  Report report{.activity = ActivityOf(refused, taint)};
  report.inspection.set_evaluated(v1::EVALUATED_NONE);
  if (taint) {
    report.inspection = taint->inspection;
    report.lineage = taint->lineage;
  }
  report.judgement = parts_.policy.Judge(report.activity, report.inspection);
  // The policy has changed since, or would let this file pass that the kernel could not tell from others.
  if (!enforce::Stops(report.judgement.decision)) report.judgement.decision = {v1::VERDICT_BLOCK, kGuardRule, false};
  parts_.reporter.Tell(std::move(report));
}

}  // namespace vigie::agent
