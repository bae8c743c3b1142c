#include "agent/spool/event_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EventSpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open(SpoolOptions options = {.agent_id = "desk-7"}) {
    auto spool = EventSpool::Open(path(), std::move(options), clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  std::string path() const { return directory.path() + "/spool.db"; }

  static std::vector<std::uint64_t> Sequences(EventSpool& spool, EventKey after = {}) {
    std::vector<std::uint64_t> sequences;
    const auto stored = spool.ReadAfter(after, {});
    EXPECT_TRUE(stored);
    for (const StoredEvent& event : *stored) sequences.push_back(event.key.sequence);
    return sequences;
  }
  static v1::Event Read(EventSpool& spool, std::size_t index) {
    v1::Event event;
    const auto stored = spool.ReadAfter({}, {});
    EXPECT_TRUE(stored && stored->size() > index && event.ParseFromString((*stored)[index].bytes));
    return event;
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
};

TEST_F(EventSpoolTest, NumbersEventsFromOneWithoutHoles) {
  const auto spool = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  v1::Event invalid;
  EXPECT_FALSE(spool->Append(invalid, 0));
  EXPECT_EQ(spool->counts().lost, 1U);
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_THAT(Sequences(*spool), ElementsAre(1, 2, 3, 4, 5)) << "the fourth is the gap that tells of the lost one";
  EXPECT_EQ(Read(*spool, 3).gap().lost(), 1U);
}

TEST_F(EventSpoolTest, KnowsOfNoAbsenceAtFirst) {
  EXPECT_FALSE(Open()->absence());
}

TEST_F(EventSpoolTest, CountsAnAbsenceFromTheLastSignOfLife) {
  base::SystemTime last_sign;
  {
    const auto spool = Open();
    clock.Advance(std::chrono::seconds(5));
    ASSERT_TRUE(spool->Append(SomeEvent(), 0));
    clock.Advance(std::chrono::seconds(30));
    ASSERT_TRUE(spool->NoteAlive());
    last_sign = clock.Now();
    clock.Advance(std::chrono::seconds(20));
  }
  const auto spool = Open();
  ASSERT_TRUE(spool->absence());
  EXPECT_LT(last_sign - spool->absence()->since, std::chrono::milliseconds(1));
  EXPECT_FALSE(spool->absence()->stopped);
}

TEST_F(EventSpoolTest, TakesAnAppendForASignOfLife) {
  {
    const auto spool = Open();
    clock.Advance(std::chrono::hours(1));
    ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  }
  const auto spool = Open();
  ASSERT_TRUE(spool->absence());
  EXPECT_LT(clock.Now() - spool->absence()->since, std::chrono::milliseconds(1));
}

TEST_F(EventSpoolTest, RemembersAnAbsenceUntilItIsTold) {
  ASSERT_TRUE(Open()->NoteStopped(clock.Now()));
  const auto stopped_at = clock.Now();
  clock.Advance(std::chrono::hours(1));
  ASSERT_TRUE(Open()->Append(SomeEvent(), 0)) << "killed before it told of the absence";
  clock.Advance(std::chrono::hours(1));
  {
    const auto spool = Open();
    ASSERT_TRUE(spool->absence());
    EXPECT_LT(stopped_at - spool->absence()->since, std::chrono::milliseconds(1));
    EXPECT_TRUE(spool->absence()->stopped);
    ASSERT_TRUE(spool->AbsenceTold());
  }
  const auto spool = Open();
  ASSERT_TRUE(spool->absence());
  EXPECT_LT(clock.Now() - spool->absence()->since, std::chrono::milliseconds(1));
  EXPECT_FALSE(spool->absence()->stopped) << "this life ended without a word";
}

TEST_F(EventSpoolTest, KeepsEventsOverARestartAndBeginsAGreaterEpoch) {
  std::uint64_t first_epoch = 0;
  {
    const auto spool = Open();
    first_epoch = spool->boot_epoch();
    ASSERT_TRUE(spool->Append(SomeEvent("/home/first"), 17));
  }
  clock.SetNow(base::SystemTime(std::chrono::seconds(1'660'000'000)));  // set back: the epoch must not follow
  const auto spool = Open();
  EXPECT_GT(spool->boot_epoch(), first_epoch);
  EXPECT_EQ(spool->last_position(), 17U);
  EXPECT_EQ(spool->counts().events, 1U);
  const v1::Event event = Read(*spool, 0);
  EXPECT_EQ(event.boot_epoch(), first_epoch);
  EXPECT_EQ(event.agent_id(), "desk-7");
  EXPECT_EQ(event.activity().file().path(), "/home/first");
}

TEST_F(EventSpoolTest, ReadsOneEpochAtATime) {
  { ASSERT_TRUE(Open()->Append(SomeEvent("/home/old"), 0)); }
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(SomeEvent("/home/new"), 0));
  const auto first = spool->ReadAfter({}, {});
  ASSERT_TRUE(first);
  ASSERT_THAT(*first, SizeIs(1));
  const auto second = spool->ReadAfter(first->back().key, {});
  ASSERT_TRUE(second);
  ASSERT_THAT(*second, SizeIs(1));
  EXPECT_EQ(second->front().key.boot_epoch, spool->boot_epoch());
}

TEST_F(EventSpoolTest, ReadsWithinItsLimits) {
  const auto spool = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_THAT(*spool->ReadAfter({}, {.events = 2}), SizeIs(2));
  EXPECT_THAT(*spool->ReadAfter({}, {.bytes = 1}), SizeIs(1)) << "one at least";
}

TEST_F(EventSpoolTest, ForgetsWhatWasAcknowledgedOnly) {
  const auto spool = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  ASSERT_TRUE(spool->Forget({spool->boot_epoch(), 3}));
  EXPECT_THAT(Sequences(*spool), ElementsAre(4, 5));
  EXPECT_EQ(spool->counts().events, 2U);
  ASSERT_TRUE(spool->Forget({spool->boot_epoch(), 5}));
  EXPECT_EQ(spool->counts().bytes, 0U);
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_THAT(Sequences(*spool), ElementsAre(6));
}

TEST_F(EventSpoolTest, RemembersTheLatestEventsAfterTheirAcknowledgement) {
  const auto spool = Open({.agent_id = "desk-7", .remembered = 2});
  for (const char* path : {"/1", "/2", "/3", "/4"}) ASSERT_TRUE(spool->Append(SomeEvent(path), 0));
  ASSERT_TRUE(spool->Forget({spool->boot_epoch(), 3}));
  std::vector<std::string> paths;
  const auto remembered = spool->Remembered();
  ASSERT_TRUE(remembered);
  for (const v1::Event& event : *remembered) paths.push_back(event.activity().file().path());
  EXPECT_THAT(paths, ElementsAre("/2", "/3", "/4"));
}

TEST_F(EventSpoolTest, RefusesWhatCannotFitAndTellsOfTheLossWithTheNextEvent) {
  const auto spool = Open({.agent_id = "desk-7", .byte_cap = 1000});
  EXPECT_FALSE(spool->Append(SomeEvent(std::string(2000, '/')), 0));
  EXPECT_FALSE(spool->Append(SomeEvent(std::string(2000, '/')), 0));
  EXPECT_EQ(spool->counts().lost, 2U);
  EXPECT_FALSE(spool->counts().last_error.empty());
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_EQ(Read(*spool, 0).gap().sensor(), "spool");
  EXPECT_EQ(Read(*spool, 0).gap().lost(), 2U);
  EXPECT_TRUE(spool->counts().last_error.empty());
}

TEST_F(EventSpoolTest, TellsOfALossBeforeTheRestart) {
  {
    const auto spool = Open({.agent_id = "desk-7", .byte_cap = 10});
    EXPECT_FALSE(spool->Append(SomeEvent(), 0));
  }
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_EQ(Read(*spool, 0).gap().lost(), 1U);
}

TEST_F(EventSpoolTest, StoresTogetherWhatSeveralThreadsAppendAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  const auto spool = Open();
  std::array<std::vector<std::uint64_t>, kThreads> sequences;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : sequences) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          // One in five breaks the contract, and must not take its neighbours with it.
          const auto key = spool->Append(i % 5 == 4 ? v1::Event() : SomeEvent(), 0);
          EXPECT_EQ(static_cast<bool>(key), i % 5 != 4);
          if (key) mine.push_back(key->sequence);
        }
      });
    }
  }
  std::set<std::uint64_t> all;
  for (const auto& mine : sequences) {
    EXPECT_TRUE(std::ranges::is_sorted(mine)) << "a thread's events keep their order";
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), kThreads * kEach * 4U / 5);
  EXPECT_EQ(spool->counts().lost, kThreads * kEach / 5U);
  const auto stored = Sequences(*spool);
  for (std::size_t i = 0; i < stored.size(); ++i) ASSERT_EQ(stored[i], i + 1) << "a hole";
}

TEST_F(EventSpoolTest, WakesWhoeverWaitsForEvents) {
  const auto spool = Open();
  int woken = 0;
  spool->OnAppended([&] { ++woken; });
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_EQ(woken, 1);
}

TEST_F(EventSpoolTest, KeepsNothingThatItRefused) {
  const auto spool = Open();
  EXPECT_FALSE(spool->Append({}, 5));
  EXPECT_THAT(Sequences(*spool), IsEmpty());
  EXPECT_EQ(spool->last_position(), 0U);
}

}  // namespace
}  // namespace vigie::agent::spool
