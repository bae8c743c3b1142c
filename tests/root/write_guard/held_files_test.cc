// What a process had open, or mapped, before it became a carrier; and who is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/root/write_guard/write_guard_fixture.h"

namespace vigie::test {
namespace {

using platform::WriteOperation;

constexpr const char* kRefused = "E1";

class HeldFiles : public WriteGuardFixture {};

TEST_F(HeldFiles, NothingIsWrittenIntoThemWhateverTheCall) {
  const std::string secret = *local_ / "secret";
  const std::string other = *place_ / "other";  // copy_file_range(2) stays on one file system
  WriteText(other, "another text");
  const std::string calls[] = {"write",  "write-vector",       "allocate",
                               "splice", "sendfile " + secret, "copy-range " + other};
  for (const auto& call : calls) EXPECT_EQ(actor_->Do(call), "ok") << call << ", before";
  const std::string before = ReadText(*place_ / "old");
  Refuse();
  for (const auto& call : calls) EXPECT_EQ(actor_->Do(call), kRefused) << call;
  EXPECT_EQ(ReadText(*place_ / "old"), before);
}

TEST_F(HeldFiles, TheyMayBeRead) {
  Refuse();
  EXPECT_EQ(actor_->Do("read"), "ok");
  EXPECT_EQ(actor_->Do("look " + *place_ / "old"), "ok");
  EXPECT_EQ(actor_->Do("map-to-read"), "ok");
}

TEST_F(HeldFiles, AMappingToReadBecomesNoneToWrite) {
  ASSERT_EQ(actor_->Do("map-to-read"), "ok");
  Refuse();
  EXPECT_EQ(actor_->Do("protect"), kRefused);
  EXPECT_TRUE(Await([](const auto& told) { return told.operation == WriteOperation::kMap; }));
}

TEST_F(HeldFiles, AMappingForItselfHarmsNobody) {
  Refuse();
  EXPECT_EQ(actor_->Do("map"), kRefused);
  EXPECT_EQ(actor_->Do("map-for-itself"), "ok");
}

TEST_F(HeldFiles, AThreadIsTheSameProcess) {
  Refuse();
  EXPECT_EQ(actor_->Do("thread write"), kRefused);
  const auto told = Await([&](const auto& write) { return write.operation == WriteOperation::kWrite; });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->process, actor_->id());
}

TEST_F(HeldFiles, AChildMadeBeforeIsFree) {
  actor_->Fork();
  Refuse();
  EXPECT_EQ(actor_->Do("child write"), "ok");
  EXPECT_EQ(actor_->Do("write"), kRefused);
}

TEST_F(HeldFiles, WhoReadsACarriersOutputMayNotWriteEither) {
  const auto reader = actor_->Fork(true);
  EXPECT_EQ(actor_->Do("child write"), "ok");
  Refuse();
  EXPECT_EQ(actor_->Do("child write"), kRefused);
  EXPECT_TRUE(Await([&](const auto& told) { return told.process == reader; }));
}

TEST_F(HeldFiles, AnotherProgramIsTheSameProcess) {
  Refuse();
  ASSERT_EQ(actor_->Do("exec " + WriteActor::Program() + "\nready"), "ok");
  EXPECT_EQ(actor_->Do("create " + *place_ / "new"), kRefused);
  EXPECT_FALSE(std::filesystem::exists(*place_ / "new"));
}

TEST_F(HeldFiles, AProcessThatHasEndedIsNotFound) {
  const auto id = actor_->id();
  EXPECT_EQ(guard().Refuse({id.pid, id.start_time + 1}, 1).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(guard().Refuse({0x7ffffff0, 1}, 1).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(actor_->Do("write"), "ok");
}

TEST_F(HeldFiles, TheSameRefusalOverAndOverIsToldNowAndThen) {
  constexpr unsigned kTimes = 200;
  Refuse();
  const auto before = guard().counts();
  for (unsigned i = 0; i < kTimes; ++i) ASSERT_EQ(actor_->Do("write"), kRefused);
  ASSERT_TRUE(Await([](const auto&) { return true; }));
  const auto counts = guard().counts();
  EXPECT_EQ(counts.produced - before.produced, kTimes);
  EXPECT_GT(counts.coalesced - before.coalesced, 0U);
}

}  // namespace
}  // namespace vigie::test
