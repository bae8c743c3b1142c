#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/spool/event_spool.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

using ::testing::ElementsAre;

// l, m, h: low, medium, high.
v1::Event OfSeverity(char severity) {
  v1::Event event = SomeEvent();
  if (severity != 'l') event.mutable_inspection()->mutable_customers()->set_distinct(4);
  if (severity == 'h') event.mutable_activity()->set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  return event;
}

class SpoolEviction : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open(std::uint64_t byte_cap) {
    auto spool = EventSpool::Open(directory.path() + "/spool.db", {.agent_id = "desk-7", .byte_cap = byte_cap}, clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  static void Append(EventSpool& spool, std::string_view severities) {
    for (const char severity : severities) ASSERT_TRUE(spool.Append(OfSeverity(severity), 0)) << severity;
  }
  struct Content {
    std::vector<std::uint64_t> activities{};
    std::vector<v1::Gap> gaps{};
    std::set<std::uint64_t> there{};
  };
  static Content Read(EventSpool& spool) {
    Content content;
    const auto stored = spool.ReadAfter({}, {});
    EXPECT_TRUE(stored);
    for (const StoredEvent& one : *stored) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(one.bytes));
      content.there.insert(one.key.sequence);
      if (event.has_gap()) content.gaps.push_back(event.gap());
      if (!event.has_gap()) content.activities.push_back(one.key.sequence);
    }
    return content;
  }
  // Room for so many events of high severity; the others are smaller by some bytes.
  std::uint64_t RoomFor(std::uint64_t events) {
    auto spool = EventSpool::Open(":memory:", {.agent_id = "desk-7"}, clock);
    EXPECT_TRUE(spool);
    Append(**spool, "h");
    return events * (*spool)->counts().bytes + 4 * events;
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
};

TEST_F(SpoolEviction, TakesTheLeastSevereFirstAndOfThoseTheOldest) {
  const auto spool = Open(RoomFor(6));
  Append(*spool, "mhlmlh");
  Append(*spool, "h");
  const Content content = Read(*spool);
  ASSERT_FALSE(content.gaps.empty());
  EXPECT_EQ(content.gaps[0].never_sent(0).first(), 3U) << "the oldest low one";
  EXPECT_EQ(content.gaps[0].sensor(), "spool");
  EXPECT_THAT(content.gaps[0].reason(), ::testing::HasSubstr("full"));
  for (const std::uint64_t kept : {1U, 2U, 4U, 6U}) EXPECT_TRUE(content.there.contains(kept)) << kept;
}

TEST_F(SpoolEviction, RefusesWhatIsLessSevereThanAllThatIsThere) {
  const auto spool = Open(RoomFor(6));
  int kept = 0;
  while (spool->Append(OfSeverity(kept < 6 ? 'h' : 'l'), 0)) ++kept;
  EXPECT_EQ(spool->counts().evicted, 0U);
  EXPECT_EQ(spool->counts().lost, 1U);
  Append(*spool, "h");
  EXPECT_EQ(spool->counts().lost, 1U) << "that one gives up the oldest of its kind";
}

TEST_F(SpoolEviction, TellsEveryHole) {
  const auto spool = Open(RoomFor(40));
  std::uint64_t refused = 0;
  for (int i = 0; i < 2000; ++i) refused += spool->Append(OfSeverity("llmlh"[i % 5]), 0) ? 0 : 1;
  const Content content = Read(*spool);
  std::set<std::uint64_t> told;
  std::uint64_t lost = 0;
  for (const v1::Gap& gap : content.gaps) {
    lost += gap.lost();
    for (const v1::SequenceRange& range : gap.never_sent()) {
      EXPECT_EQ(range.boot_epoch(), spool->boot_epoch());
      for (std::uint64_t i = range.first(); i <= range.last(); ++i) told.insert(i);
    }
  }
  const std::uint64_t last = *content.there.rbegin();
  for (std::uint64_t i = 1; i <= last; ++i) {
    EXPECT_NE(content.there.contains(i), told.contains(i)) << i << " is a hole that is not told, or told and there";
  }
  EXPECT_GT(told.size(), 1000U);
  EXPECT_EQ(content.activities.size() + lost, 2000U) << "every event is there, or counted once";
  EXPECT_EQ(spool->counts().lost, refused);
  EXPECT_LE(spool->counts().bytes, RoomFor(40) + 8192) << "only gaps go over the cap";
  EXPECT_TRUE(spool->counts().crowded);
}

TEST_F(SpoolEviction, GivesUpWhatHasWaitedForTooLong) {
  const auto spool = Open(RoomFor(1000));
  Append(*spool, "hl");
  clock.Advance(std::chrono::days(40));
  Append(*spool, "l");
  clock.Advance(std::chrono::days(21));
  ASSERT_TRUE(spool->NoteAlive());
  const Content content = Read(*spool);
  EXPECT_THAT(content.activities, ElementsAre(3));
  ASSERT_EQ(content.gaps.size(), 1U);
  EXPECT_EQ(content.gaps[0].lost(), 2U);
  EXPECT_THAT(content.gaps[0].reason(), ::testing::HasSubstr("age limit"));
  EXPECT_EQ(spool->counts().events, 2U);
}

TEST_F(SpoolEviction, CountsTheSameAfterARestart) {
  std::uint64_t bytes = 0;
  {
    const auto spool = Open(RoomFor(20));
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(spool->Append(OfSeverity('m'), 0));
    bytes = spool->counts().bytes;
  }
  EXPECT_EQ(Open(RoomFor(20))->counts().bytes, bytes);
}

}  // namespace
}  // namespace vigie::agent::spool
