#include "platform/linux/proc_text.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace vigie::platform {
namespace {

constexpr std::string_view kRest =
    " S 41 42 42 34816 50 4194304 812 0 0 0 1 2 0 0 20 0 1 0 987654 11563008 1000 18446744073709551615 1 1 0";

TEST(ProcessStat, GivesParentAndStartTime) {
  const auto stat = ParseProcessStat("42 (bash)" + std::string(kRest));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, 41);
  EXPECT_EQ(stat->start_time, 987654U);
}

TEST(ProcessStat, IsNotDeceivedByANameThatLooksLikeFields) {
  for (const char* name : {"a b", "a) S 1 2 (b", "))", "\n) R 7"}) {
    const auto stat = ParseProcessStat("42 (" + std::string(name) + ")" + std::string(kRest));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->parent, 41) << name;
    EXPECT_EQ(stat->start_time, 987654U) << name;
  }
}

TEST(ProcessStat, RefusesWhatIsCutOff) {
  const std::string whole = "42 (bash) S 41 42 42 34816 50 4194304 812 0 0 0 1 2 0 0 20 0 1 0 987654";
  EXPECT_TRUE(ParseProcessStat(whole));
  EXPECT_FALSE(ParseProcessStat(whole.substr(0, whole.find(" 987654"))));
  EXPECT_FALSE(ParseProcessStat(""));
  EXPECT_FALSE(ParseProcessStat("42 (bash"));
  EXPECT_FALSE(ParseProcessStat("42 (bash) S x"));
}

TEST(RealUid, IsTheFirstOfTheFour) {
  EXPECT_EQ(ParseRealUid("Name:\tcat\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n"), 1000U);
  EXPECT_EQ(ParseRealUid("Name:\tcat\n"), std::nullopt);
  EXPECT_EQ(ParseRealUid("Uid:\t\n"), std::nullopt);
  EXPECT_EQ(ParseRealUid("Uid:\t-1\t0\n"), std::nullopt);
}

TEST(NumberFile, HoldsOneUnsignedNumber) {
  EXPECT_EQ(ParseNumberFile("1000"), 1000U);
  EXPECT_EQ(ParseNumberFile("4294967295\n"), 4294967295U);
  EXPECT_EQ(ParseNumberFile(""), std::nullopt);
  EXPECT_EQ(ParseNumberFile("4294967296"), std::nullopt);
}

TEST(Arguments, AreJoinedBySpacesAndCut) {
  EXPECT_EQ(JoinArguments(std::string_view("cp\0a b\0c\0", 9), 4096), "cp a b c");
  EXPECT_EQ(JoinArguments(std::string_view("cp\0\0x\0", 6), 4096), "cp  x");
  EXPECT_EQ(JoinArguments("abcdef", 3), "abc");
  EXPECT_EQ(JoinArguments("", 3), "");
}

TEST(DescriptorFlags, AreOctal) {
  EXPECT_EQ(ParseDescriptorFlags("pos:\t0\nflags:\t0100001\nmnt_id:\t29\n"), 0100001U);
  EXPECT_EQ(ParseDescriptorFlags("pos:\t0\n"), std::nullopt);
  EXPECT_EQ(ParseDescriptorFlags("flags:\t9\n"), std::nullopt);
}

TEST(SystemCall, OfAWaitingThreadHasSixArguments) {
  const auto call = ParseSystemCall("257 0xffffff9c 0x7ffd1 0x80241 0x1b6 0x0 0xffffffffffffffff 0x7ffd5e 0x7f6e\n");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->number, 257);
  EXPECT_EQ(call->arguments[0], 0xffffff9cU);
  EXPECT_EQ(call->arguments[2], 0x80241U);
  EXPECT_EQ(call->arguments[5], UINT64_MAX);
}

TEST(SystemCall, IsAbsentWhenTheThreadRunsOrWaitsElsewhere) {
  EXPECT_FALSE(ParseSystemCall("running\n"));
  EXPECT_FALSE(ParseSystemCall("-1 0x7ffd5e 0x7f6e\n"));
  EXPECT_FALSE(ParseSystemCall(""));
  EXPECT_FALSE(ParseSystemCall("257 0x1 0x2"));
  EXPECT_FALSE(ParseSystemCall("257 1 2 3 4 5 6"));
}

std::optional<OpenMode> ModeOf(std::int64_t number, std::uint64_t second, std::uint64_t third) {
  return OpenModeOf({number, {0, second, third, 0, 0, 0}});
}

TEST(OpenModeOfACall, FollowsItsFlags) {
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_RDONLY), OpenMode::kRead);
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_RDONLY | O_CREAT | O_CLOEXEC), OpenMode::kRead);
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_WRONLY), OpenMode::kWrite);
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_RDWR | O_APPEND), OpenMode::kWrite);
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_RDONLY | O_TRUNC), OpenMode::kWrite);
  EXPECT_EQ(ModeOf(SYS_openat, 0, O_ACCMODE), OpenMode::kWrite);
  EXPECT_EQ(ModeOf(SYS_open_by_handle_at, 0, O_WRONLY), OpenMode::kWrite);
#ifdef SYS_open
  EXPECT_EQ(ModeOf(SYS_open, O_WRONLY, O_RDONLY), OpenMode::kWrite);
  EXPECT_EQ(ModeOf(SYS_open, O_RDONLY, O_WRONLY), OpenMode::kRead);
  EXPECT_EQ(ModeOf(SYS_creat, 0, 0), OpenMode::kWrite);
#endif
}

TEST(OpenModeOfACall, IsUnknownWhereTheFlagsAreInTheProcess) {
  EXPECT_EQ(ModeOf(SYS_openat2, 0, 0), OpenMode::kUnknown);
  EXPECT_EQ(ModeOf(SYS_io_uring_enter, 0, 0), OpenMode::kUnknown);
}

TEST(OpenModeOfACall, IsAReadWhenAProgramIsExecuted) {
  EXPECT_EQ(ModeOf(SYS_execve, 0, 0), OpenMode::kRead);
}

TEST(OpenModeOfACall, IsNoneForCallsThatOpenNothing) {
  EXPECT_EQ(ModeOf(SYS_read, 0, O_WRONLY), std::nullopt);
  EXPECT_EQ(ModeOf(SYS_futex, 0, O_WRONLY), std::nullopt);
}

TEST(DeletedNote, IsCutOff) {
  EXPECT_EQ(WithoutDeletedNote("/usr/bin/cat (deleted)"), "/usr/bin/cat");
  EXPECT_EQ(WithoutDeletedNote("/usr/bin/cat"), "/usr/bin/cat");
}

TEST(ParsePressure, ReadsTheShareOfTenSeconds) {
  EXPECT_EQ(
      ParsePressure("some avg10=12.50 avg60=0.00 avg300=0.00 total=1\nfull avg10=99.00 avg60=0 avg300=0 total=1\n"),
      0.125);
  EXPECT_EQ(ParsePressure("full avg10=12.50"), std::nullopt);
  EXPECT_EQ(ParsePressure("some avg10="), std::nullopt);
  EXPECT_EQ(ParsePressure("some avg10=-1"), std::nullopt);
  EXPECT_EQ(ParsePressure("some avg10=nan"), std::nullopt);
}

}  // namespace
}  // namespace vigie::platform
