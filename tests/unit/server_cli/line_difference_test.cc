#include "server/cli/line_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::cli {
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

}  // namespace
}  // namespace vigie::cli
