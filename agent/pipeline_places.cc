// The pipeline's part about places that lead out: media, shares, cloud folders, and pictures of the screen.
#include <algorithm>
#include <utility>

#include "agent/enforce/enforcer.h"
#include "agent/pipeline.h"

namespace vigie::agent {

using platform::FileEvent;
using platform::OpenMode;

// A program that takes pictures of the screen is about to run (its file is marked, see Agent): it is judged by what may
// be on the screen.
void Pipeline::HandleScreenshot(Opening& opening) {
  Describe(opening);
  auto shown = stages_.screen.ShownTo(opening.process.uid);
  if (!shown) {
    (void)opening.access.Allow();
    return;
  }
  Report report{.activity = stages_.classifier.Classify({.event = opening.event(),
                                                         .process = opening.process,
                                                         .screenshot = true,
                                                         .copied_from = shown->source_path}),
                .inspection = std::move(shown->inspection),
                .lineage = std::move(shown->lineage),
                .position = opening.event().position};
  report.judgement = stages_.policy.Judge(report.activity, report.inspection);
  if (enforce::Stops(report.judgement.decision)) return Deny(opening, std::move(report));
  stages_.reporter.Tell(std::move(report));
  (void)opening.access.Allow();
}

// Reading what lies on a medium takes nothing out. Writing there does, if the process has read something worth
// protecting, or if the policy closes the channel whatever is written.
void Pipeline::HandleMediumOpening(Opening& opening) {
  Describe(opening);
  const bool downloads = opening.mode == OpenMode::kWrite && !opening.event().on_medium &&
                         stages_.classifier.IsCloudClient(opening.process);
  if (opening.mode == OpenMode::kRead || downloads) {
    (void)opening.access.Allow();
    return;
  }
  const auto taint = stages_.carriers.CarriedInto(opening.process.id, opening.event().path);
  Report report{.activity = stages_.classifier.Classify({.event = opening.event(),
                                                         .process = opening.process,
                                                         .mode = opening.mode,
                                                         .medium = MediumOf(opening.event()),
                                                         .copied_from = taint ? taint->source_path : ""}),
                .position = opening.event().position};
  report.inspection.set_evaluated(v1::EVALUATED_NONE);  // what will be written is not known yet …
  if (taint) {                                          // … but what the process has read is
    report.inspection = taint->inspection;
    report.lineage = taint->lineage;
    report.activity.mutable_file()->set_bytes(std::max(report.activity.file().bytes(), taint->inspection.bytes()));
  }
  report.judgement = stages_.policy.Judge(report.activity, report.inspection);
  if (enforce::Stops(report.judgement.decision)) return Deny(opening, std::move(report));
  // Told before it is allowed; without a taint the file's own content is told when it is closed.
  if (taint) stages_.reporter.Tell(std::move(report));
  (void)opening.access.Allow();
}

// A cloud folder lies on a disk of ours: what is read there is read as anywhere else.
bool Pipeline::GoesOut(const Opening& opening) const {
  if (opening.event().on_medium) return true;
  return opening.mode != OpenMode::kRead && MediumOf(opening.event()).has_value();
}

// An event knows that its file is on a medium even if that was pulled out since.
std::optional<platform::Medium> Pipeline::MediumOf(const FileEvent& event) const {
  if (!event.on_medium) {
    auto folder = stages_.media.Holding(event.path);
    return folder && folder->kind == platform::MediumKind::kCloudFolder ? std::move(folder) : std::nullopt;
  }
  return stages_.media.Holding(event.path).value_or(platform::Medium{"", "", "", "removable medium"});
}

void Pipeline::Describe(Opening& opening) {
  opening.process = stages_.processes.Observe(opening.event());
  stages_.carriers.Meet(opening.process);
}

}  // namespace vigie::agent
