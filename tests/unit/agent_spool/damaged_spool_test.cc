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

}  // namespace
}  // namespace vigie::agent::spool
