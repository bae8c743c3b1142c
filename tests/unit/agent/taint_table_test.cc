#include "agent/lineage/taint_table.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent::lineage {
namespace {

constexpr platform::ProcessId kCopier{7, 70};

TEST(TaintTable, UnitesWhatAProcessHasRead) {
  TaintTable table;
  table.Add(kCopier, {"/home/a", CustomersFound(0, 9)});
  table.Add(kCopier, {"/home/b", CustomersFound(5, 14)});
  const auto taint = table.CarriedInto(kCopier, "/media/c");
  ASSERT_TRUE(taint);
  EXPECT_EQ(taint->inspection.customers().distinct(), 15U);
  EXPECT_EQ(taint->source_path, "/home/b");
  EXPECT_FALSE(table.CarriedInto({7, 71}, "/media/c"));
}

TEST(TaintTable, TakesTheSourceWithTheSameName) {
  TaintTable table;
  table.Add(kCopier, {"/home/a", CustomersFound(0, 9)});
  table.AddLineage(kCopier, "/home/a", "event-1");
  table.Add(kCopier, {"/home/b", CustomersFound(5, 14)});
  const auto taint = table.CarriedInto(kCopier, "/media/a");
  EXPECT_EQ(taint->inspection.customers().distinct(), 10U);
  EXPECT_EQ(taint->lineage, std::vector<std::string>{"event-1"});
}

TEST(TaintTable, LosesNothingWhenSourcesAreMerged) {
  TaintTable table({.processes = 4, .sources = 2});
  for (std::uint32_t i = 0; i < 10; ++i) table.Add(kCopier, {"/home/" + std::to_string(i), CustomersFound(i, i)});
  EXPECT_EQ(table.CarriedInto(kCopier, "/media/x")->inspection.customers().distinct(), 10U);
}

TEST(TaintTable, ForgetsTheProcessTaintedLongestAgo) {
  TaintTable table({.processes = 2, .sources = 2});
  for (const std::int32_t pid : {1, 2, 3}) table.Add({pid, 10}, {"/a", CustomersFound(0, 0)});
  EXPECT_EQ(table.size(), 2U);
  EXPECT_FALSE(table.CarriedInto({1, 10}, "/b"));
  EXPECT_TRUE(table.CarriedInto({3, 10}, "/b"));
}

TEST(TaintTable, KeepsWhatAnEndedProcessCarriedForAMinute) {
  TaintTable table;
  const base::SteadyTime now(std::chrono::hours(1));
  table.Add({1, 10}, {"/a", CustomersFound(0, 0)});
  table.Add({2, 10}, {"/a", CustomersFound(0, 0)});
  const auto runs = [](platform::ProcessId id) { return id.pid == 2; };
  EXPECT_EQ(table.DropEnded(runs, now), (std::vector<platform::ProcessId>{{1, 10}}));
  EXPECT_EQ(table.Living(), (std::vector<platform::ProcessId>{{2, 10}}));
  EXPECT_TRUE(table.DropEnded(runs, now + std::chrono::seconds(59)).empty()) << "told once";
  EXPECT_TRUE(table.CarriedInto({1, 10}, "/b")) << "what it wrote may not be inspected yet";
  table.DropEnded(runs, now + std::chrono::seconds(60));
  EXPECT_FALSE(table.CarriedInto({1, 10}, "/b"));
  EXPECT_TRUE(table.CarriedInto({2, 10}, "/b"));
  EXPECT_EQ(table.forgotten(), 0U);
}

TEST(TaintTable, PassesOnWhatWasReadByThatTimeOnly) {
  TaintTable table;
  const base::SystemTime noon(std::chrono::hours(12));
  table.Add({1, 10}, {"/early", CustomersFound(0, 9), noon});
  table.Add({1, 10}, {"/late", CustomersFound(20, 24), noon + std::chrono::minutes(1)});
  EXPECT_TRUE(table.Pass({1, 10}, {2, 20}, noon));
  EXPECT_EQ(table.Carried({2, 20})->inspection.customers().distinct(), 10U);
  EXPECT_FALSE(table.Pass({1, 10}, {2, 20}, noon)) << "nothing new";
  EXPECT_TRUE(table.Pass({1, 10}, {2, 20}));
  EXPECT_EQ(table.Carried({2, 20})->inspection.customers().distinct(), 15U);
}

TEST(TaintTable, WhatIsSharedGetsItsLineageForAll) {
  TaintTable table;
  table.Add({1, 10}, {"/a", CustomersFound(0, 9)});
  table.Pass({1, 10}, {2, 20});
  table.AddLineage({1, 10}, "/a", "event-1");
  EXPECT_EQ(table.Carried({2, 20})->lineage, std::vector<std::string>{"event-1"});
}

TEST(TaintTable, ForgetsTheOldestWhenItsBytesAreUsedUpAndCountsIt) {
  TaintTable table({.processes = 100, .sources = 4, .bytes = 2000});
  for (std::int32_t pid = 1; pid <= 20; ++pid) table.Add({pid, 10}, {std::string(300, 'a'), CustomersFound(0, 0)});
  EXPECT_LT(table.size(), 10U);
  EXPECT_EQ(table.forgotten(), 20U - table.size());
  EXPECT_TRUE(table.Carries({20, 10}));
  EXPECT_FALSE(table.Carries({1, 10}));
}

TEST(TaintTable, AThousandChildrenShareTheirParentsBytes) {
  TaintTable table({.processes = 2000, .sources = 4, .bytes = 2000});
  table.Add({1, 10}, {std::string(300, 'a'), CustomersFound(0, 0)});
  for (std::int32_t pid = 2; pid <= 1001; ++pid) table.Pass({1, 10}, {pid, 10});
  EXPECT_EQ(table.size(), 1001U);
  EXPECT_EQ(table.forgotten(), 0U);
}

}  // namespace
}  // namespace vigie::agent::lineage
