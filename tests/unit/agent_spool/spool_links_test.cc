// Each event holds the digest of the one before it in its epoch, whatever becomes of either.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "agent/spool/event_spool.h"
#include "core/evidence/event_digest.h"
#include "core/evidence/link_check.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

using ::testing::IsEmpty;

v1::Event WithCustomers(v1::Channel channel = v1::CHANNEL_LOCAL) {
  v1::Event event = SomeEvent();
  event.mutable_activity()->set_channel(channel);
  event.mutable_inspection()->mutable_customers()->set_distinct(4);
  event.mutable_inspection()->mutable_customers()->set_records("four of them");
  return event;
}

class SpoolLinks : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open(std::uint64_t byte_cap = 1 << 20) {
    auto spool = EventSpool::Open(directory.path() + "/spool.db", {.agent_id = "desk-7", .byte_cap = byte_cap}, clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  static std::vector<v1::Event> All(EventSpool& spool) {
    std::vector<v1::Event> events;
    EventKey after{};
    while (true) {
      const auto stored = spool.ReadAfter(after, {});
      EXPECT_TRUE(stored);
      if (!stored || stored->empty()) return events;
      for (const StoredEvent& one : *stored) {
        EXPECT_TRUE(events.emplace_back().ParseFromString(one.bytes));
        after = one.key;
      }
    }
  }
  // Of one epoch; what gaps name as never sent is explained.
  static evidence::LinkReport Check(const std::vector<v1::Event>& events) {
    const std::uint64_t epoch = events.front().boot_epoch();
    evidence::LinkCheck check("desk-7", epoch);
    for (const v1::Event& event : events) {
      check.Take(event.sequence(), event.previous(), evidence::EventDigest(event));
      for (const v1::SequenceRange& range : event.gap().never_sent()) check.Explain({range.first(), range.last()});
    }
    return check.Finish();
  }
  static void ExpectWhole(const evidence::LinkReport& report) {
    EXPECT_THAT(report.broken, IsEmpty());
    EXPECT_THAT(report.repeated, IsEmpty());
    EXPECT_TRUE(report.unexplained.empty());
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
};

TEST_F(SpoolLinks, FollowEachOtherFromTheFirstOn) {
  const auto spool = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(spool->Append(WithCustomers(), 0));
  const auto events = All(*spool);
  ASSERT_EQ(events.size(), 5U);
  const evidence::LinkReport report = Check(events);
  ExpectWhole(report);
  EXPECT_EQ(report.held, 5U);
  for (const v1::Event& event : events) {
    EXPECT_EQ(event.inspection().customers().salt().size(), evidence::kSaltBytes);
    EXPECT_EQ(event.inspection().customers().records(), "four of them");
  }
}

TEST_F(SpoolLinks, BeginAnewInEachLife) {
  (void)Open()->Append(SomeEvent(), 0);
  clock.Advance(std::chrono::seconds(1));
  const auto spool = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  std::map<std::uint64_t, std::vector<v1::Event>> by_epoch;
  for (const v1::Event& event : All(*spool)) by_epoch[event.boot_epoch()].push_back(event);
  ASSERT_EQ(by_epoch.size(), 2U);
  for (const auto& [epoch, events] : by_epoch) {
    const evidence::LinkReport report = Check(events);
    ExpectWhole(report);
    EXPECT_EQ(report.held, events.size());
  }
}

TEST_F(SpoolLinks, OfThoseThatAreLeftHoldThoughOthersWereGivenUp) {
  const auto spool = Open(8000);
  for (int i = 0; i < 120; ++i) {
    const bool severe = i % 3 == 0;
    (void)spool->Append(severe ? WithCustomers(v1::CHANNEL_REMOVABLE_MEDIA) : SomeEvent(), 0);
  }
  EXPECT_GT(spool->counts().evicted, 0U);
  const evidence::LinkReport report = Check(All(*spool));
  ExpectWhole(report);
  EXPECT_FALSE(report.explained.empty());
}

TEST_F(SpoolLinks, OfThoseThatADamagedFileLeavesHold) {
  for (auto spool = Open(); spool->counts().appended < 150;) ASSERT_TRUE(spool->Append(WithCustomers(), 0));
  {
    std::fstream file(directory.path() + "/spool.db", std::ios::in | std::ios::out | std::ios::binary);
    for (const int page : {7, 10, 13, 16}) file.seekp(page * 4096) << std::string(4096, '\xff');
    ASSERT_TRUE(file.flush());
  }
  clock.Advance(std::chrono::seconds(1));
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  const auto events = All(*spool);
  const std::uint64_t former = events.front().boot_epoch();
  ASSERT_LT(former, spool->boot_epoch());
  std::map<std::uint64_t, evidence::LinkCheck> checks;
  for (const v1::Event& event : events) {
    checks.try_emplace(event.boot_epoch(), "desk-7", event.boot_epoch())
        .first->second.Take(event.sequence(), event.previous(), evidence::EventDigest(event));
    for (const v1::SequenceRange& range : event.gap().never_sent()) {
      if (range.boot_epoch() == former) checks.at(former).Explain({range.first(), range.last()});
    }
  }
  const evidence::LinkReport report = checks.at(former).Finish();
  EXPECT_THAT(report.broken, IsEmpty());
  EXPECT_THAT(report.repeated, IsEmpty());
  EXPECT_FALSE(report.explained.empty());
  // The very first may have been acknowledged: nobody but the collector knows.
  for (const evidence::Stretch& stretch : report.unexplained) EXPECT_EQ(stretch.first, 1U);
  EXPECT_GT(report.held, 20U);
  ExpectWhole(checks.at(spool->boot_epoch()).Finish());
}

TEST_F(SpoolLinks, AnEventThatWasRefusedLeavesNoTrace) {
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  v1::Event bad = SomeEvent();
  bad.clear_activity();
  EXPECT_FALSE(spool->Append(bad, 0));
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  ExpectWhole(Check(All(*spool)));
}

TEST_F(SpoolLinks, UrgentOnesCarryThemAheadOfTheirTurn) {
  const auto spool = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  ASSERT_TRUE(spool->Append(WithCustomers(v1::CHANNEL_REMOVABLE_MEDIA), 0));
  const auto events = All(*spool);
  const auto urgent = spool->ReadUrgent({});
  ASSERT_TRUE(urgent);
  ASSERT_EQ(urgent->size(), 1U);
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(urgent->front().bytes));
  EXPECT_EQ(event.previous(), evidence::Bytes(evidence::EventDigest(events[2])));
}

}  // namespace
}  // namespace vigie::agent::spool
