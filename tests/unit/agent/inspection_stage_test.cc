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

void AddClass(v1::Inspection& inspection, const std::string& name, std::uint64_t distinct) {
  auto& found = *inspection.add_classes();
  found.set_class_(name);
  found.set_distinct(distinct);
}

TEST(StandingOf, NeverCallsCleanWhatWasNotEvaluated) {
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_FULL), Sensitivity()), Standing::kClean);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE), Sensitivity()), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_TIMED_OUT}), Sensitivity()), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_INSPECTOR_FAILED}), Sensitivity()), Standing::kUnknown);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_ENCRYPTED}), Sensitivity()), Standing::kOpaque);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_PARTIAL, {v1::REASON_TOO_LARGE}), Sensitivity()), Standing::kOpaque);
  EXPECT_EQ(StandingOf(Make(v1::EVALUATED_PARTIAL, {v1::REASON_UNSUPPORTED, v1::REASON_ENCRYPTED}), Sensitivity()),
            Standing::kOpaque);
  EXPECT_EQ(StandingOf(v1::Inspection(), Sensitivity()), Standing::kUnknown);
}

TEST(StandingOf, FindingsMakeAFileSensitiveHoweverIncompleteTheInspection) {
  v1::Inspection inspection = Make(v1::EVALUATED_PARTIAL, {v1::REASON_TIMED_OUT});
  inspection.mutable_customers()->set_distinct(1);
  EXPECT_EQ(StandingOf(inspection, Sensitivity()), Standing::kSensitive);
  v1::Inspection many = Make(v1::EVALUATED_FULL);
  AddClass(many, "iban", 10);
  EXPECT_EQ(StandingOf(many, Sensitivity()), Standing::kSensitive);
}

TEST(StandingOf, AFewIdentifiersThatNoPolicySpeaksOfAreNobodysCustomerData) {
  v1::Inspection authors = Make(v1::EVALUATED_FULL);
  AddClass(authors, "email_address", 5);
  EXPECT_EQ(StandingOf(authors, Sensitivity()), Standing::kClean);
  AddClass(authors, "phone_number", 5);
  EXPECT_EQ(StandingOf(authors, Sensitivity()), Standing::kSensitive) << "ten of all classes together";
}

TEST(StandingOf, OneIdentifierIsEnoughWhereThePolicySpeaksOfIt) {
  v1::Inspection one = Make(v1::EVALUATED_FULL);
  AddClass(one, "iban", 1);
  v1::Policy rule;
  rule.add_rules()->mutable_when()->add_classes("iban");
  EXPECT_EQ(StandingOf(one, Sensitivity(rule)), Standing::kSensitive);
  v1::Policy threshold;
  threshold.add_thresholds()->mutable_when()->add_classes("iban");
  EXPECT_EQ(StandingOf(one, Sensitivity(threshold)), Standing::kSensitive);
  v1::Policy drip;
  drip.add_thresholds()->set_measure(v1::MEASURE_DISTINCT_IDENTIFIERS);
  EXPECT_EQ(StandingOf(one, Sensitivity(drip)), Standing::kSensitive) << "it counts identifiers of every class";
  v1::Policy own;
  own.add_detectors()->set_id("iban");
  EXPECT_EQ(StandingOf(one, Sensitivity(own)), Standing::kSensitive);
  v1::Policy other;
  other.add_rules()->mutable_when()->add_classes("email_address");
  EXPECT_EQ(StandingOf(one, Sensitivity(other)), Standing::kClean);
}

TEST(StandingOf, WatchesNoFilesThatNoDetectorCanRead) {
  EXPECT_FALSE(NeedsWatch(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_UNSUPPORTED}), Sensitivity())));
  EXPECT_TRUE(NeedsWatch(StandingOf(Make(v1::EVALUATED_NONE, {v1::REASON_ENCRYPTED}), Sensitivity())));
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
  EXPECT_TRUE(bench.inspection.FindRenamed({changed, "/b", file.change_time_ns}));
  EXPECT_TRUE(bench.inspection.Find(changed)) << "it is known by its new time now";
}

TEST(InspectionStage, RemembersNoVerdictOfDetectorsThatWereReplacedMeanwhile) {
  PipelineWorkbench bench;
  bench.AddFile("/a", "nothing");
  const auto content = bench.files.OpenForReading("/a");
  const auto file = bench.files.Status(*content)->identity;
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  bench.inspector.Meanwhile([&] {
    bench.verdicts->UseVersion("of other detectors");
    EXPECT_FALSE(bench.inspection.AwaitOther(file, soon)) << "whoever opens it now waits for an inspection by those";
  });
  bench.inspection.Inspect({*content, file, "/a"}, soon);
  EXPECT_FALSE(bench.inspection.Find(file));
  bench.inspection.Inspect({*content, file, "/a"}, soon);
  EXPECT_TRUE(bench.inspection.Find(file));
}

}  // namespace
}  // namespace vigie::agent::inspect
