#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "agent/spool/event_spool.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

class DamagedSpool : public ::testing::Test {
 protected:
  // What was written by the version before the sealed one is not kept aside: this one has its key.
  void Damage() {
    { ASSERT_TRUE(EventSpool::Open(path, {.agent_id = "desk-7"}, clock)); }
    std::ofstream(path) << std::string(8192, 'x');
  }
  TemporaryDirectory directory;
  platform::FakeClock clock;
  const std::string path = directory.path() + "/spool.db";
};

TEST_F(DamagedSpool, IsSetAsideAndToldAsAGap) {
  Damage();
  auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
  ASSERT_TRUE(spool) << spool.error().message;
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged"));
  ASSERT_TRUE((*spool)->Append(SomeEvent(), 0));
  const auto stored = (*spool)->ReadAfter({}, {});
  ASSERT_EQ(stored->size(), 2U);
  v1::Event gap;
  ASSERT_TRUE(gap.ParseFromString(stored->front().bytes));
  EXPECT_EQ(gap.gap().sensor(), "spool");
  EXPECT_NE(gap.gap().reason().find("damaged"), std::string::npos);
}

TEST_F(DamagedSpool, IsKeptBesideAnEarlierOne) {
  for (int i = 0; i < 2; ++i) {
    Damage();
    ASSERT_TRUE(EventSpool::Open(path, {.agent_id = "desk-7"}, clock));
  }
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged"));
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged.1"));
}

TEST_F(DamagedSpool, KeepsWhatWasLostBeforeAndNotToldYet) {
  const SpoolOptions options{.agent_id = "desk-7", .byte_cap = 100'000};
  {
    auto spool = EventSpool::Open(path, options, clock);
    ASSERT_TRUE(spool);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE((*spool)->Append(SomeEvent(), 0));
    v1::Event large = SomeEvent();
    large.mutable_inspection()->mutable_customers()->set_records(std::string(200'000, 'r'));
    ASSERT_FALSE((*spool)->Append(large, 0));
  }
  {
    constexpr std::streamoff kIndexBySeverity = 3 * 4096;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(kIndexBySeverity);
    file << std::string(4096, '\xff');
  }
  auto spool = EventSpool::Open(path, options, clock);
  ASSERT_TRUE(spool) << spool.error().message;
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged"));
  ASSERT_TRUE((*spool)->Append(SomeEvent(), 0));
  std::uint64_t lost = 0;
  for (EventKey after;;) {
    const auto stored = (*spool)->ReadAfter(after, {});
    ASSERT_TRUE(stored);
    if (stored->empty()) break;
    for (const StoredEvent& one : *stored) {
      v1::Event event;
      ASSERT_TRUE(event.ParseFromString(one.bytes));
      lost += event.gap().lost();
    }
    after = stored->back().key;
  }
  EXPECT_EQ(lost, 1U);
}

}  // namespace
}  // namespace vigie::agent::spool
