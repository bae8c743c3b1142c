#include "agent/inspect/inspection_stage.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent::inspect {
namespace {

v1::Inspection Make(v1::Evaluated evaluated, std::vector<v1::Reason> reasons = {}) {
  v1::Inspection inspection;
  inspection.set_evaluated(evaluated);
  for (const v1::Reason reason : reasons) inspection.add_reasons(reason);
  return inspection;
}

TEST(StandingOf, NeverCallsCleanWhatWasNotEvaluated) {
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_FULL)), Standing::kClean);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE)), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_TIMED_OUT})), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_INSPECTOR_FAILED})), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_ENCRYPTED})), Standing::kOpaque);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_PARTIAL, {v1::REASON_TOO_LARGE})), Standing::kOpaque);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_PARTIAL, {v1::REASON_UNSUPPORTED, v1::REASON_ENCRYPTED})), Standing::kOpaque);
  EXPECT_EQ(StandingOf(v1::Inspection()), Standing::kUnknown);
}

TEST(StandingOf, FindingsMakeAFileSensitiveHoweverIncompleteTheInspection) {
  v1::Inspection inspection = Make(v1::EVALUATED_PARTIAL, {v1::REASON_TIMED_OUT});
  inspection.mutable_customers()->set_distinct(1);
  EXPECT_EQ(StandingOf(inspection), Standing::kSensitive);
  v1::Inspection classes = Make(v1::EVALUATED_FULL);
  classes.add_classes()->set_class_("iban");
  EXPECT_EQ(StandingOf(classes), Standing::kSensitive);
}

TEST(StandingOf, WatchesNoFilesThatNoDetectorCanRead) {
  EXPECT_FALSE(NeedsWatch(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_UNSUPPORTED}))));
  EXPECT_TRUE(NeedsWatch(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_ENCRYPTED}))));
}

TEST(InspectionStage, RemembersAVerdictForExactlyItsContent) {
  PipelineWorkbench bench;
  bench.AddFile("/a", "customers 0 9");
  auto content = bench.files.OpenForReading("/a");
  const auto file = bench.files.Status(*content)->identity;
  bench.inspection.Inspect({*content, file, "/a"}, base::Deadline::After(std::chrono::minutes(1)));
  ASSERT_TRUE(bench.inspection.Find(file));
  EXPECT_EQ(bench.inspection.Find(file)->inspection.customers().distinct(), 10U);
  auto changed = file;
  ++changed.change_time_ns;
  EXPECT_FALSE(bench.inspection.Find(changed));
  EXPECT_TRUE(bench.inspection.FindRenamed(changed, "/b"));
  EXPECT_TRUE(bench.inspection.Find(changed)) << "it is known by its new time now";
}

}  // namespace
}  // namespace vigie::agent::inspect
