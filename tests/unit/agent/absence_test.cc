#include "agent/absence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"

namespace vigie::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

base::SystemTime At(int seconds) {
  return base::SystemTime(std::chrono::seconds(1'800'000'000 + seconds));
}

TEST(Absence, ReachesFromTheLastSignOfLifeToTheFirstWatch) {
  const auto gap = AbsenceGap({.since = At(0), .stopped = false}, {.booted_at = At(-100), .watches_from = At(9)});
  EXPECT_EQ(gap.sensor(), "agent");
  EXPECT_EQ(contract::FromProto(gap.from()), At(0));
  EXPECT_EQ(contract::FromProto(gap.until()), At(9));
  EXPECT_THAT(gap.reason(), HasSubstr("killed"));
  EXPECT_THAT(gap.reason(), Not(HasSubstr("started")));
}

TEST(Absence, SaysThatTheAgentWasToldToStop) {
  const auto gap = AbsenceGap({.since = At(0), .stopped = true}, {.booted_at = At(-100), .watches_from = At(9)});
  EXPECT_THAT(gap.reason(), HasSubstr("stopped"));
}

TEST(Absence, SaysWhenTheMachineWasStartedMeanwhile) {
  const auto gap = AbsenceGap({.since = At(0), .stopped = true}, {.booted_at = At(5), .watches_from = At(9)});
  EXPECT_THAT(gap.reason(), HasSubstr(contract::FormatTime(contract::ToProto(At(5)))));
  EXPECT_EQ(contract::FromProto(gap.from()), At(0)) << "nobody knows when it went down";
}

TEST(Absence, NeverEndsBeforeItBegins) {
  const auto gap = AbsenceGap({.since = At(50), .stopped = false}, {.booted_at = At(-100), .watches_from = At(9)});
  EXPECT_EQ(contract::FromProto(gap.from()), At(9));
}

}  // namespace
}  // namespace vigie::agent
