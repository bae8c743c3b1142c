#include "agent/enforce/taint_table.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent::enforce {
namespace {

constexpr platform::ProcessId kCopier{7, 70};

TEST(TaintTable, UnitesWhatAProcessHasRead) {
  TaintTable table;
  table.Add(kCopier, "/home/a", CustomersFound(0, 9));
  table.Add(kCopier, "/home/b", CustomersFound(5, 14));
  const auto taint = table.CarriedInto(kCopier, "/media/c");
  ASSERT_TRUE(taint);
  EXPECT_EQ(taint->inspection.customers().distinct(), 15U);
  EXPECT_EQ(taint->source_path, "/home/b");
  EXPECT_FALSE(table.CarriedInto({7, 71}, "/media/c"));
}

TEST(TaintTable, TakesTheSourceWithTheSameName) {
  TaintTable table;
  table.Add(kCopier, "/home/a", CustomersFound(0, 9));
  table.AddLineage(kCopier, "/home/a", "event-1");
  table.Add(kCopier, "/home/b", CustomersFound(5, 14));
  const auto taint = table.CarriedInto(kCopier, "/media/a");
  EXPECT_EQ(taint->inspection.customers().distinct(), 10U);
  EXPECT_EQ(taint->lineage, std::vector<std::string>{"event-1"});
}

TEST(TaintTable, LosesNothingWhenSourcesAreMerged) {
  TaintTable table({.processes = 4, .sources = 2});
  for (std::uint32_t i = 0; i < 10; ++i) table.Add(kCopier, "/home/" + std::to_string(i), CustomersFound(i, i));
  EXPECT_EQ(table.CarriedInto(kCopier, "/media/x")->inspection.customers().distinct(), 10U);
}

TEST(TaintTable, ForgetsTheProcessTaintedLongestAgo) {
  TaintTable table({.processes = 2, .sources = 2});
  for (const std::int32_t pid : {1, 2, 3}) table.Add({pid, 10}, "/a", CustomersFound(0, 0));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_FALSE(table.CarriedInto({1, 10}, "/b"));
  EXPECT_TRUE(table.CarriedInto({3, 10}, "/b"));
}

TEST(TaintTable, DropsProcessesThatHaveEnded) {
  TaintTable table;
  table.Add({1, 10}, "/a", CustomersFound(0, 0));
  table.Add({2, 10}, "/a", CustomersFound(0, 0));
  table.DropEnded([](platform::ProcessId id) { return id.pid == 2; });
  EXPECT_FALSE(table.CarriedInto({1, 10}, "/b"));
  EXPECT_TRUE(table.CarriedInto({2, 10}, "/b"));
}

TEST(MergeInspection, SumsClassesAndKeepsTheWeakerEvaluation) {
  v1::Inspection one;
  one.set_evaluated(v1::EVALUATED_FULL);
  v1::ClassFinding& iban = *one.add_classes();
  iban.set_class_("iban");
  iban.set_matches(3);
  iban.set_distinct(2);
  v1::Inspection sum = one;
  sum.set_evaluated(v1::EVALUATED_PARTIAL);
  sum.add_reasons(v1::REASON_TOO_DEEP);
  MergeInspection(one, sum);
  EXPECT_EQ(sum.classes(0).matches(), 6U);
  EXPECT_EQ(sum.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_EQ(sum.reasons_size(), 1);
}

}  // namespace
}  // namespace vigie::agent::enforce
