// A closed incident is opened again.
#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::minutes;

class Reopening : public ServerFixture {
 protected:
  void Leak(std::uint64_t sequence, const std::vector<std::uint32_t>& records) {
    Observe({MakeEvent({.sequence = sequence, .after = minutes(sequence), .records = records})});
  }
  base::Result<v1::Incident> Reopen(const std::string& id) {
    v1::Incident reopened;
    auto done = lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      auto result = detector_.Reopen(id, transaction);
      if (!result) return result.error();
      reopened = *result;
      return {};
    });
    if (!done) return done.error();
    return reopened;
  }
};

TEST_F(Reopening, ItGoesOnWithWhatItCounted) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n")));
  Leak(1, Records(1, 10));
  ASSERT_EQ(heard_.blocks.size(), 1U);
  ASSERT_TRUE(Close("inc-1"));
  EXPECT_TRUE(heard_.blocks.empty());
  const auto reopened = Reopen("inc-1");
  ASSERT_TRUE(reopened) << reopened.error().message;
  EXPECT_EQ(reopened->state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(reopened->closed_reason(), "");
  EXPECT_EQ(heard_.blocks.size(), 1U) << "what it blocked is blocked again";
  Leak(2, Records(8, 10));
  const v1::Incident open = TheOpenIncident();
  EXPECT_EQ(open.id(), "inc-1");
  EXPECT_EQ(open.distinct_customers(), 17U);
  EXPECT_EQ(open.events(), 2U);
  EXPECT_FALSE(open.has_disarmed());
}

TEST_F(Reopening, ARestartFindsItOpen) {
  Start(MakePolicy(BulkThreshold(5)));
  Leak(1, Records(1, 10));
  ASSERT_TRUE(Close("inc-1"));
  ASSERT_TRUE(Reopen("inc-1"));
  Start(MakePolicy(BulkThreshold(5)));
  Leak(2, Records(11, 1));
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 11U);
}

TEST_F(Reopening, ClosedAgainItDisarmsAgain) {
  Start(MakePolicy(BulkThreshold(5)));
  Leak(1, Records(1, 10));
  ASSERT_TRUE(Close("inc-1"));
  ASSERT_TRUE(Reopen("inc-1"));
  ASSERT_TRUE(Close("inc-1"));
  Leak(2, Records(11, 1));
  EXPECT_TRUE(store_.OpenIncidents()->empty()) << "it was closed over these events";
}

TEST_F(Reopening, OnlyAClosedOneAndOnlyWhileNoOtherGoesOn) {
  Start(MakePolicy(BulkThreshold(5)));
  EXPECT_EQ(Reopen("inc-1").error().code, base::ErrorCode::kNotFound);
  Leak(1, Records(1, 10));
  EXPECT_EQ(Reopen("inc-1").error().code, base::ErrorCode::kFailedPrecondition);
  ASSERT_TRUE(Close("inc-1"));
  Leak(2, Records(11, 20));
  ASSERT_EQ(TheOpenIncident().id(), "inc-2");
  const auto refused = Reopen("inc-1");
  EXPECT_EQ(refused.error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("inc-2"));
  ASSERT_TRUE(Close("inc-2"));
  EXPECT_TRUE(Reopen("inc-1"));
}

TEST_F(Reopening, IfItCannotBeKeptNothingHappened) {
  Start(MakePolicy(BulkThreshold(5)));
  Leak(1, Records(1, 10));
  ASSERT_TRUE(Close("inc-1"));
  store_.FailCommits(1);
  EXPECT_FALSE(Reopen("inc-1"));
  EXPECT_TRUE(store_.OpenIncidents()->empty());
  EXPECT_TRUE(Reopen("inc-1")) << "the detector's cache went back, too";
}

}  // namespace
}  // namespace vigie::server
