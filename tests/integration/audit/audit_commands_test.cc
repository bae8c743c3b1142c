// The commands as people type them: vigie audit, token, policy history, store.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "platform/sqlite/database.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class AuditCommands : public CollectorTest {
 protected:
  void SetUp() override { Start(); }
  Outcome Run(const std::string& arguments) { return RunVigie(AsAnalyst(*collector_, state_) + " " + arguments); }
  json RunJson(const std::string& arguments) {
    const Outcome outcome = Run("--output json " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  // Entries are on the disk at the latest half a second after their call.
  json AuditOf(const std::string& method) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    json entries;
    while (entries.empty() && std::chrono::steady_clock::now() < until) {
      entries = RunJson("audit list --method " + method);
    }
    return entries;
  }
};

TEST_F(AuditCommands, ListWhoAskedWhat) {
  EXPECT_EQ(Run("events query --user bob").exit_code, 0);
  const json entries = AuditOf("EventService/QueryEvents");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]["who"], "admin");
  EXPECT_EQ(entries[0]["asked"]["user"], "bob");
  EXPECT_EQ(entries[0]["access"], "read");
  EXPECT_EQ(entries[0]["outcome"], "OK");
  EXPECT_TRUE(RunJson("audit list --method EventService --who bob").empty());
  EXPECT_TRUE(RunJson("audit list --method EventService --since 2100-01-01T00:00:00Z").empty());
  const Outcome table = Run("audit list");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.out, HasSubstr("EventService/QueryEvents"));
}

TEST_F(AuditCommands, VerifySaysWhereTheChainBreaks) {
  (void)Run("events query");
  (void)AuditOf("EventService/QueryEvents");
  const Outcome good = Run("audit verify");
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("good: "));
  Stop();
  ASSERT_TRUE(sqlite::Database::Open(state_.files().store())
                  ->Execute("DROP TRIGGER audit_is_never_changed; UPDATE audit SET who = 'bob' WHERE number = 1"));
  Start();
  const Outcome bad = Run("audit verify");
  EXPECT_EQ(bad.exit_code, 1) << bad.err;
  EXPECT_THAT(bad.out, HasSubstr("NOT GOOD at 1: row 1 was changed"));
}

TEST_F(AuditCommands, TokensForPeople) {
  const Outcome made = Run("token create-api alice --role analyst");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  state_.Write(state_.files().directory() + "/alice.token", made.out);
  const std::string as_alice = "--collector " + address() + " --ca " + state_.files().authority_certificate() +
                               " --token-file " + state_.files().directory() + "/alice.token ";
  EXPECT_EQ(RunVigie(as_alice + "incidents list").exit_code, 0);
  EXPECT_EQ(RunVigie(as_alice + "audit list").exit_code, 3);
  EXPECT_EQ(RunJson("token list").size(), 2U);
  EXPECT_EQ(Run("token revoke alice").exit_code, 0);
  EXPECT_EQ(RunVigie(as_alice + "incidents list").exit_code, 3);
  EXPECT_EQ(Run("token revoke alice").exit_code, 2);
}

TEST_F(AuditCommands, PoliciesWithTheirHistory) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 10)).ok());
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(2, 20)).ok());
  const json history = RunJson("policy history");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0]["version"], 2);
  EXPECT_EQ(history[0]["pushed_by"], "admin");
  EXPECT_EQ(Run("policy get --version 1").out, BulkPolicy(1, 10));
  const Outcome diff = Run("policy diff 1 2");
  EXPECT_EQ(diff.exit_code, 1);
  EXPECT_THAT(diff.out, HasSubstr("- version: 1\n+ version: 2\n"));
  EXPECT_THAT(diff.out, HasSubstr("-     over: 10\n+     over: 20\n"));
  EXPECT_EQ(Run("policy diff 2").exit_code, 0);
  EXPECT_EQ(Run("policy get --version 9").exit_code, 2);
}

TEST_F(AuditCommands, RetentionThatIsNotConfiguredIsSaid) {
  const Outcome outcome = Run("store retention --dry-run");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("collector.yaml has no retention"));
}

}  // namespace
}  // namespace vigie::server
