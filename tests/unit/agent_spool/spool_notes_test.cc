// What the spool notes beside its events outlives a damage: what the collector has, out of turn too, and gaps that no
// event has told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "agent/spool/event_spool.h"
#include "agent/spool/untold_gaps.h"
#include "platform/fake/fake_clock.h"
#include "platform/sqlite/database.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kEvents = 200;

class SpoolNotes : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open() {
    // Few are remembered, so that what was acknowledged is known by the notes only.
    auto spool = EventSpool::Open(path, {.agent_id = "desk-7", .remembered = 4}, clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  // Events up to 20 are acknowledged in turn, 50 to 69, 100 and 150 ahead of it.
  void Fill() {
    const auto spool = Open();
    epoch = spool->boot_epoch();
    for (std::uint64_t i = 1; i <= kEvents; ++i) ASSERT_TRUE(spool->Append(Large(), 0));
    ASSERT_TRUE(spool->Forget({epoch, 20}));
    std::vector<std::uint64_t> ahead = {150, 100};
    for (std::uint64_t i = 69; i >= 50; --i) ahead.push_back(i);
    ASSERT_TRUE(spool->ForgetThese(epoch, ahead));
    for (std::uint64_t i = 1; i <= 20; ++i) acknowledged.insert(i);
    acknowledged.insert(ahead.begin(), ahead.end());
  }
  static v1::Event Large() {
    v1::Event event = SomeEvent();
    event.mutable_inspection()->mutable_customers()->set_records(std::string(400, 'r'));
    return event;
  }
  std::string Bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  // Pages of rows, behind those with which the tables begin.
  static std::vector<std::size_t> Leaves(const std::string& bytes) {
    std::vector<std::size_t> leaves;
    for (std::size_t page = 14; page < bytes.size() / kPage; ++page) {
      if (bytes[page * kPage] == '\x0d') leaves.push_back(page);
    }
    return leaves;
  }
  static std::string Without(std::string bytes, const std::vector<std::size_t>& pages) {
    for (const std::size_t page : pages) bytes.replace(page * kPage, kPage, kPage, '\xee');
    return bytes;
  }

  // What a spool that was damaged gives and tells, of the events of Fill.
  struct Given {
    std::set<std::uint64_t> sent;
    std::set<std::uint64_t> never_sent;
    std::uint64_t lost = 0;
  };
  Given Read(EventSpool& spool) {
    Given given;
    EXPECT_TRUE(spool.Append(SomeEvent(), 0));  // gaps are told before an event
    for (EventKey after;;) {
      const auto stored = spool.ReadAfter(after, {});
      EXPECT_TRUE(stored);
      if (!stored || stored->empty()) return given;
      for (const StoredEvent& one : *stored) {
        v1::Event event;
        EXPECT_TRUE(event.ParseFromString(one.bytes));
        if (one.key.boot_epoch == epoch) given.sent.insert(one.key.sequence);
        given.lost += event.gap().lost();
        for (const auto& range : event.gap().never_sent()) {
          EXPECT_EQ(range.boot_epoch(), epoch);
          for (std::uint64_t i = range.first(); i <= range.last(); ++i) given.never_sent.insert(i);
        }
      }
      after = stored->back().key;
    }
  }
  // Each event was acknowledged, is there, or is told as lost: one of the three.
  void ExpectTheTruth(const Given& given) {
    EXPECT_EQ(given.lost, given.never_sent.size());
    for (const std::uint64_t one : acknowledged) {
      EXPECT_THAT(given.never_sent, Not(Contains(one)));
      EXPECT_THAT(given.sent, Not(Contains(one))) << "the collector has it";
    }
    for (std::uint64_t i = 1; i < *given.sent.rbegin(); ++i) {
      if (acknowledged.contains(i)) continue;
      EXPECT_NE(given.sent.contains(i), given.never_sent.contains(i)) << i;
    }
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
  const std::string path = directory.path() + "/spool.db";
  std::uint64_t epoch = 0;
  std::set<std::uint64_t> acknowledged;
};

TEST_F(SpoolNotes, AGapNamesOnlyWhatIsTrulyLost) {
  Fill();
  const std::string whole = Bytes();
  const auto leaves = Leaves(whole);
  ASSERT_GT(leaves.size(), 10U);
  std::size_t lost = 0;
  for (const std::size_t leaf : leaves) {
    SCOPED_TRACE("without the first page and page " + std::to_string(leaf + 1));
    Write(Without(whole, {0, leaf}));
    const Given given = Read(*Open());
    ASSERT_FALSE(given.sent.empty());
    ExpectTheTruth(given);
    lost += given.lost;
    if (HasFailure()) return;
  }
  EXPECT_GT(lost, 50U) << "nothing was damaged";
}

TEST_F(SpoolNotes, ASecondDamageForgetsNothingOfTheFirstThatNoEventHasTold) {
  Fill();
  const std::string whole = Bytes();
  const auto leaves = Leaves(whole);
  for (std::size_t first = 0; first + 6 < leaves.size(); first += 5) {
    SCOPED_TRACE(first);
    Write(Without(whole, {leaves[first], leaves[first + 1]}));
    { (void)Open(); }
    const std::string rebuilt = Bytes();
    const auto left = Leaves(rebuilt);
    Write(Without(rebuilt, {0, left[left.size() / 2]}));
    const Given given = Read(*Open());
    ASSERT_FALSE(given.sent.empty());
    ExpectTheTruth(given);
    if (HasFailure()) return;
  }
}

TEST_F(SpoolNotes, WhatWasToldIsNotToldAgainAfterADamage) {
  Fill();
  const std::string whole = Bytes();
  Write(Without(whole, {0, Leaves(whole)[3]}));
  const Given told = Read(*Open());
  ASSERT_GT(told.lost, 0U);
  Write(Without(Bytes(), {0}));
  const Given again = Read(*Open());
  EXPECT_EQ(again.lost, told.lost);
  EXPECT_EQ(again.never_sent, told.never_sent);
}

// Of what was refused no row and no hole is left: only the note knows.
TEST_F(SpoolNotes, AGapThatNoEventHasToldOutlivesTheFirstPage) {
  {
    auto spool = EventSpool::Open(path, {.agent_id = "desk-7", .byte_cap = 100'000}, clock);
    ASSERT_TRUE(spool);
    epoch = (*spool)->boot_epoch();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE((*spool)->Append(Large(), 0));
    v1::Event too_large = SomeEvent();
    too_large.mutable_inspection()->mutable_customers()->set_records(std::string(200'000, 'r'));
    ASSERT_FALSE((*spool)->Append(too_large, 0));
    ASSERT_FALSE((*spool)->Append(too_large, 0));
  }
  for (int damage = 0; damage < 3; ++damage) {
    Write(Without(Bytes(), {0}));
    { (void)Open(); }
  }
  EXPECT_EQ(Read(*Open()).lost, 2U);
  Write(Without(Bytes(), {0}));
  EXPECT_EQ(Read(*Open()).lost, 2U) << "told once";
}

TEST_F(SpoolNotes, OneOfTheVersionBeforeIsTakenOverWithItsGaps) {
  Fill();
  v1::Gap gap = MakeGap("told by nobody yet", clock.Now());
  gap.set_lost(3);
  {
    auto database = sqlite::Database::OpenAlone(path);
    ASSERT_TRUE(database->Execute("DROP TABLE acknowledged; DROP TABLE untold; PRAGMA user_version=3"));
    auto keep = database->Prepare("INSERT INTO gap(reason, body) VALUES(?1, ?2)");
    ASSERT_TRUE(keep->BindText(1, gap.reason()).BindBlob(2, gap.SerializeAsString()).Run());
  }
  {
    const auto spool = Open();
    EXPECT_FALSE(std::filesystem::exists(path + ".damaged"));
    EXPECT_EQ(spool->counts().events, kEvents - acknowledged.size());
  }
  const Given given = Read(*Open());
  EXPECT_EQ(given.lost, 3U);
  EXPECT_THAT(given.never_sent, IsEmpty());
  EXPECT_EQ(Read(*Open()).lost, 3U) << "once";
}

TEST(UntoldGapsKnown, OfTwoThatSayTheSameTheOneThatSaysMoreStays) {
  const base::SystemTime at{std::chrono::seconds(1'800'000'000)};
  UntoldGaps gaps;
  v1::Gap gap = MakeGap("the spool was damaged", at);
  gap.set_lost(2);
  gaps.Add(gap);
  gap.set_lost(5);
  gaps.Learn(gap);
  gap.set_lost(4);
  gaps.Learn(gap);
  gaps.Learn(MakeGap("another reason", at));
  ASSERT_EQ(gaps.all().size(), 2U);
  EXPECT_EQ(gaps.all().front().lost(), 5U);
}

}  // namespace
}  // namespace vigie::agent::spool
