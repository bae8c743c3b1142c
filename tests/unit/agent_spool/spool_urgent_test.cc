#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/spool/event_spool.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Event UrgentEvent() {
  v1::Event event = SomeEvent("/media/stick/export.csv");
  event.mutable_activity()->set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  event.mutable_inspection()->mutable_customers()->set_distinct(40);
  return event;
}

class SpoolUrgent : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open() {
    auto spool = EventSpool::Open(directory.path() + "/spool.db", {.agent_id = "desk-7"}, clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  // "u" is urgent, anything else is not.
  static void Append(EventSpool& spool, std::string_view events) {
    for (const char c : events) ASSERT_TRUE(spool.Append(c == 'u' ? UrgentEvent() : SomeEvent(), 0));
  }
  static std::vector<std::uint64_t> Sequences(const base::Result<std::vector<StoredEvent>>& stored) {
    EXPECT_TRUE(stored);
    std::vector<std::uint64_t> sequences;
    for (const StoredEvent& event : *stored) sequences.push_back(event.key.sequence);
    return sequences;
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
};

TEST_F(SpoolUrgent, EventsAreReadNewestFirst) {
  const auto spool = Open();
  Append(*spool, "u..uu.");
  EXPECT_THAT(Sequences(spool->ReadUrgent({})), ElementsAre(5, 4, 1));
  EXPECT_THAT(Sequences(spool->ReadUrgent({.events = 2})), ElementsAre(5, 4));
  EXPECT_THAT(Sequences(spool->ReadUrgent({.bytes = 1})), ElementsAre(5)) << "one at least";
  EXPECT_THAT(Sequences(spool->ReadUrgent({}, {spool->boot_epoch(), 5})), ElementsAre(4, 1)) << "what is in flight";
}

TEST_F(SpoolUrgent, EventsOfOneEpochComeTogether) {
  { Append(*Open(), "uu"); }
  const auto spool = Open();
  Append(*spool, ".u");
  const auto newest = spool->ReadUrgent({});
  EXPECT_THAT(Sequences(newest), ElementsAre(2));
  EXPECT_EQ(newest->front().key.boot_epoch, spool->boot_epoch());
  EXPECT_THAT(Sequences(spool->ReadUrgent({}, newest->back().key)), ElementsAre(2, 1)) << "of the life before";
}

TEST_F(SpoolUrgent, EventsThatWereAcknowledgedOutOfTurnAreNotReadAgainAndAreNoHole) {
  const auto spool = Open();
  Append(*spool, "u..u.");
  const std::vector<std::uint64_t> acknowledged = {4, 1, 99};
  ASSERT_TRUE(spool->ForgetThese(spool->boot_epoch(), acknowledged));
  EXPECT_THAT(Sequences(spool->ReadUrgent({})), IsEmpty());
  EXPECT_THAT(Sequences(spool->ReadAfter({}, {})), ElementsAre(2, 3, 5));
  EXPECT_EQ(spool->counts().events, 3U);
  EXPECT_EQ(spool->counts().lost, 0U);
  Append(*spool, ".");
  EXPECT_THAT(Sequences(spool->ReadAfter({spool->boot_epoch(), 5}, {})), ElementsAre(6)) << "no gap was told";
}

TEST_F(SpoolUrgent, EventsThatWereAcknowledgedOutOfTurnAreRememberedAndStayForgotten) {
  {
    const auto spool = Open();
    Append(*spool, ".u");
    const std::vector<std::uint64_t> acknowledged = {2};
    ASSERT_TRUE(spool->ForgetThese(spool->boot_epoch(), acknowledged));
  }
  const auto spool = Open();
  EXPECT_THAT(Sequences(spool->ReadAfter({}, {})), ElementsAre(1));
  EXPECT_EQ(spool->Remembered()->size(), 2U);
  EXPECT_EQ(spool->counts().events, 1U);
}

TEST_F(SpoolUrgent, ForgettingInTurnPassesOverWhatIsForgottenAlready) {
  const auto spool = Open();
  Append(*spool, ".u.");
  const std::vector<std::uint64_t> acknowledged = {2};
  ASSERT_TRUE(spool->ForgetThese(spool->boot_epoch(), acknowledged));
  ASSERT_TRUE(spool->Forget({spool->boot_epoch(), 3}));
  EXPECT_EQ(spool->counts().events, 0U);
  EXPECT_EQ(spool->counts().bytes, 0U);
}

}  // namespace
}  // namespace vigie::agent::spool
