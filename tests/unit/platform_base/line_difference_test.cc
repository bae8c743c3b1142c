#include "platform/base/line_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LineDifference, TellsWhatWasTakenAndWhatWasAdded) {
  EXPECT_THAT(LineDifference("version: 1\na\nb\nc\n", "version: 2\na\nc\nd\n"),
              ElementsAre("- version: 1", "+ version: 2", "  a", "- b", "  c", "+ d"));
}

TEST(LineDifference, TheSameTextsHaveOnlyCommonLines) {
  EXPECT_THAT(LineDifference("a\nb\n", "a\nb\n"), ElementsAre("  a", "  b"));
  EXPECT_THAT(LineDifference("", ""), IsEmpty());
}

TEST(LineDifference, OneEmptyTextIsAllNewOrAllGone) {
  EXPECT_THAT(LineDifference("", "a\nb"), ElementsAre("+ a", "+ b"));
  EXPECT_THAT(LineDifference("a\nb", ""), ElementsAre("- a", "- b"));
}

TEST(LineDifference, FindsAsFewChangesAsThereAre) {
  EXPECT_THAT(LineDifference("a\nb\na\nb\n", "b\na\nb\n"), ElementsAre("- a", "  b", "  a", "  b"));
}

TEST(LineDifference, LongTextsThatShareNothingAreOneChangeAtOnce) {
  std::string older = "head\n";
  std::string newer = "head\n";
  for (int i = 0; i < 100'000; ++i) {
    older += "a" + std::to_string(i) + "\n";
    newer += "b" + std::to_string(i) + "\n";
  }
  const auto difference = LineDifference(older, newer);
  ASSERT_EQ(difference.size(), 200'001U);
  EXPECT_EQ(difference[0], "  head");
  EXPECT_EQ(difference[100'000], "- a99999");
  EXPECT_EQ(difference[100'001], "+ b0");
}

// What GNU diff 3.8 writes below the names of the files.
TEST(UnifiedDifference, IsAsDiffWritesIt) {
  EXPECT_EQ(UnifiedDifference("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n"),
            "@@ -2,9 +2,10 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n+11\n");
  EXPECT_EQ(UnifiedDifference("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(UnifiedDifference("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\nc\n"),
            "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,4 @@\n 5\n 6\n 7\n-b\n+c\n");
  EXPECT_EQ(UnifiedDifference("a\n", "a\n"), "");
}

}  // namespace
}  // namespace vigie::base
