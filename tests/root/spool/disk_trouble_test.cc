// A disk that is full, and one that the kernel makes read-only under its feet, for real.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "agent/spool/event_spool.h"
#include "tests/root/loop_mount.h"
#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::spool {
namespace {

// The system's clock, and hours that the test adds: the spool waits a second between its attempts.
class HastyClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return std::chrono::system_clock::now() + added_; }
  base::SteadyTime SteadyNow() const override { return std::chrono::steady_clock::now() + added_; }
  void Advance(std::chrono::nanoseconds time) { added_ += time; }

 private:
  std::chrono::nanoseconds added_{};
};

class DiskTrouble : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = test::LoopMount::Make({.file_system = "ext4", .mebibytes = 8});
    if (!made) GTEST_SKIP() << made.error().message;
    disk = *std::move(made);
    Open();
  }
  void Open() {
    auto opened = EventSpool::Open(*disk / "spool.db", {.agent_id = "desk-7"}, clock);
    ASSERT_TRUE(opened) << opened.error().message;
    spool = *std::move(opened);
  }
  // Until the disk takes no more; how many it took.
  int Fill(int most) {
    int kept = 0;
    v1::Event event = SomeEvent();
    event.mutable_inspection()->mutable_customers()->set_records(std::string(20'000, 'r'));
    while (kept < most && spool->Append(event, 0)) ++kept;
    return kept;
  }
  // (activities, what gaps say was lost)
  std::pair<std::uint64_t, std::uint64_t> ReadAll() {
    std::uint64_t activities = 0;
    std::uint64_t lost = 0;
    for (EventKey after;;) {
      const auto stored = spool->ReadAfter(after, {});
      EXPECT_TRUE(stored) << stored.error().message;
      if (!stored || stored->empty()) return {activities, lost};
      for (const StoredEvent& one : *stored) {
        v1::Event event;
        EXPECT_TRUE(event.ParseFromString(one.bytes));
        if (event.has_gap()) lost += event.gap().lost();
        if (!event.has_gap()) ++activities;
      }
      after = stored->back().key;
    }
  }

  HastyClock clock;
  std::unique_ptr<test::LoopMount> disk;
  std::unique_ptr<EventSpool> spool;
};

TEST_F(DiskTrouble, AFullDiskIsToldAndUsedAgainOnceItHasRoom) {
  const std::string ballast = *disk / "ballast";
  { std::ofstream(ballast) << std::string(2 << 20, 'b'); }
  const int kept = Fill(10'000);
  ASSERT_GT(kept, 10);
  ASSERT_LT(kept, 10'000) << "the disk was never full";
  EXPECT_FALSE(spool->Append(SomeEvent(std::string(5000, 'p')), 0));
  EXPECT_FALSE(spool->counts().last_error.empty());
  EXPECT_EQ(ReadAll().first, static_cast<std::uint64_t>(kept)) << "what is there can be read";
  std::filesystem::remove(ballast);
  clock.Advance(std::chrono::seconds(2));
  ASSERT_TRUE(spool->NoteAlive()) << spool->counts().last_error;
  EXPECT_TRUE(spool->counts().last_error.empty()) << "and it says so on a quiet host, too";
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  const auto [activities, lost] = ReadAll();
  EXPECT_EQ(activities, static_cast<std::uint64_t>(kept) + 1);
  EXPECT_EQ(lost, 2U);
  EXPECT_EQ(spool->counts().lost, 2U);
}

TEST_F(DiskTrouble, AFullDiskDoesNotStopTheStart) {
  ASSERT_GT(Fill(10'000), 10);
  { std::ofstream(*disk / "ballast") << std::string(8 << 20, 'b'); }
  const std::uint64_t epoch = spool->boot_epoch();
  spool.reset();
  Open();
  EXPECT_GT(spool->boot_epoch(), epoch);
  EXPECT_GT(ReadAll().first, 10U);
}

TEST_F(DiskTrouble, AReadOnlyDiskIsToldAndUsedAgainWhenItIsMountedAnew) {
  ASSERT_EQ(Fill(5), 5);
  // As after an error of the disk (ext4: errors=remount-ro).
  ASSERT_EQ(::mount(nullptr, disk->path().c_str(), nullptr, MS_REMOUNT, "abort"), 0);
  EXPECT_FALSE(spool->Append(SomeEvent(), 0));
  EXPECT_FALSE(spool->counts().last_error.empty());
  clock.Advance(std::chrono::seconds(2));
  EXPECT_FALSE(spool->Append(SomeEvent(), 0));
  ASSERT_EQ(::umount2(disk->path().c_str(), MNT_DETACH), 0);
  ASSERT_TRUE(disk->Mount());
  clock.Advance(std::chrono::seconds(2));
  const auto appended = spool->Append(SomeEvent(), 0);
  ASSERT_TRUE(appended) << appended.error().message;
  EXPECT_TRUE(spool->counts().last_error.empty());
  const auto [activities, lost] = ReadAll();
  EXPECT_EQ(activities, 6U);
  EXPECT_EQ(lost, 2U);
}

}  // namespace
}  // namespace vigie::agent::spool
