#include "server/api/policy_book.h"

#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

class PolicyPushing : public ServerFixture {
 protected:
  void SetUp() override { Start(nullptr); }
  static std::string Text(int version) { return "version: " + std::to_string(version) + "\n" + BulkThreshold(5); }

  api::AgentSessions sessions_{clock_};
  api::PolicyBook book_{{lane_, detector_, sessions_, clock_}, std::nullopt};
};

TEST_F(PolicyPushing, PutsItInForceEverywhere) {
  EXPECT_FALSE(book_.current());
  const auto pushed = book_.Push(Text(7));
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->version, 7U);
  EXPECT_EQ(book_.current()->record.text, Text(7));
  EXPECT_EQ(store_.LatestPolicy().value()->version, 7U);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_EQ(TheOpenIncident().rule(), "bulk");
}

TEST_F(PolicyPushing, VersionsMustGrow) {
  ASSERT_TRUE(book_.Push(Text(7)));
  for (const int version : {7, 6}) {
    const auto pushed = book_.Push(Text(version));
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(pushed.error().message, HasSubstr("greater than 7"));
  }
}

TEST_F(PolicyPushing, ABadOneLeavesTheGoodOneInForce) {
  ASSERT_TRUE(book_.Push(Text(7)));
  const auto pushed = book_.Push("version: 8\nthresholds:\n  - id: x\n    bogus: 1\n");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(book_.current()->record.version, 7U);
}

TEST_F(PolicyPushing, OneThatCannotBeKeptIsNotInForce) {
  ASSERT_TRUE(book_.Push(Text(7)));
  store_.FailCommits(1);
  EXPECT_FALSE(book_.Push(Text(8)));
  EXPECT_EQ(book_.current()->record.version, 7U);
  EXPECT_TRUE(book_.Push(Text(8)));
}

}  // namespace
}  // namespace vigie::server
