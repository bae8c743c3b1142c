// Agents, policies and tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;

class RecordStoreContract : public StoreContract {
 protected:
  base::Result<void> Use(const std::string& hash, base::SystemTime now) {
    return store().Write([&](StoreTransaction& transaction) { return transaction.UseEnrollmentToken(hash, now); });
  }
};

AgentRecord MakeAgent(const std::string& id, const std::string& host) {
  AgentRecord agent;
  agent.status.set_id(id);
  agent.status.set_host(host);
  agent.status.set_connected(true);
  agent.enrolled_host = host + "-at-first";
  return agent;
}

TEST_P(RecordStoreContract, AgentsAreListedByHostAndKeepNoConnection) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SaveAgent(MakeAgent("a", "w2")));
    EXPECT_TRUE(transaction.SaveAgent(MakeAgent("b", "w1")));
    return transaction.SaveAgent(MakeAgent("a", "w3"));
  });
  const auto agents = store().ListAgents();
  ASSERT_TRUE(agents);
  ASSERT_EQ(agents->size(), 2U);
  EXPECT_EQ(agents->at(0).status.id(), "b");
  EXPECT_EQ(agents->at(1).status.host(), "w3");
  EXPECT_EQ(agents->at(1).enrolled_host, "w3-at-first");
  EXPECT_FALSE(agents->at(0).status.connected());
  EXPECT_FALSE(store().FindAgent("c")->has_value());
  EXPECT_EQ(store().FindAgent("a").value()->status.host(), "w3");
}

TEST_P(RecordStoreContract, TheLatestPolicyHasTheGreatestVersion) {
  EXPECT_FALSE(store().LatestPolicy()->has_value());
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SavePolicy({10, "ten", kStoryBegin}));
    return transaction.SavePolicy({9, "nine", kStoryBegin});
  });
  const auto latest = store().LatestPolicy();
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->version, 10U);
  EXPECT_EQ((*latest)->text, "ten");
  EXPECT_EQ((*latest)->in_force_since, kStoryBegin);
  const auto repeated = store().Write([](StoreTransaction& transaction) {
    return transaction.SavePolicy({9, "other", kStoryBegin});
  });
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().code, base::ErrorCode::kAlreadyExists);
}

v1::Ring MakeRing(const std::string& name, std::uint32_t version) {
  v1::Ring ring;
  ring.set_name(name);
  ring.set_policy_version(version);
  return ring;
}

TEST_P(RecordStoreContract, RingsAreKeptInTheirOrderAndReplacedAsAWhole) {
  EXPECT_TRUE(store().ListRings()->empty());
  Write([](StoreTransaction& transaction) {
    return transaction.SaveRings({MakeRing("pilot", 8), MakeRing("early", 7), MakeRing("default", 7)});
  });
  Write([](StoreTransaction& transaction) {
    return transaction.SaveRings({MakeRing("pilot", 9), MakeRing("default", 7)});
  });
  const auto rings = store().ListRings();
  ASSERT_TRUE(rings);
  ASSERT_EQ(rings->size(), 2U);
  EXPECT_EQ(rings->at(0).name(), "pilot");
  EXPECT_EQ(rings->at(0).policy_version(), 9U);
  EXPECT_EQ(rings->at(1).name(), "default");
}

TEST_P(RecordStoreContract, ApiTokensAreKnownByTheirHash) {
  Write([](StoreTransaction& transaction) { return transaction.AddApiToken({.hash = "00ff", .name = "admin"}); });
  EXPECT_TRUE(store().FindApiToken("00ff").value());
  EXPECT_FALSE(store().FindApiToken("00fe").value());
  EXPECT_FALSE(store().FindApiToken("").value());
}

TEST_P(RecordStoreContract, AnEnrolmentTokenServesItsUses) {
  Write([](StoreTransaction& transaction) {
    return transaction.AddEnrollmentToken({"aa", kStoryBegin + hours(1), 2}, kStoryBegin);
  });
  EXPECT_TRUE(Use("aa", kStoryBegin));
  EXPECT_TRUE(Use("aa", kStoryBegin));
  const auto third = Use("aa", kStoryBegin);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, base::ErrorCode::kPermissionDenied);
}

TEST_P(RecordStoreContract, UnknownUsedAndExpiredTokensSoundTheSame) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AddEnrollmentToken({"used", kStoryBegin + hours(1), 1}, kStoryBegin));
    return transaction.AddEnrollmentToken({"expired", kStoryBegin + hours(1), 1}, kStoryBegin);
  });
  EXPECT_TRUE(Use("used", kStoryBegin));
  const auto used = Use("used", kStoryBegin);
  const auto unknown = Use("unknown", kStoryBegin);
  const auto expired = Use("expired", kStoryBegin + hours(1));
  ASSERT_FALSE(used || unknown || expired);
  EXPECT_EQ(used.error().message, unknown.error().message);
  EXPECT_EQ(used.error().message, expired.error().message);
}

TEST_P(RecordStoreContract, AUseThatIsRolledBackCanBeMadeAgain) {
  Write([](StoreTransaction& transaction) {
    return transaction.AddEnrollmentToken({"aa", kStoryBegin + hours(1), 1}, kStoryBegin);
  });
  const auto failed = store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.UseEnrollmentToken("aa", kStoryBegin));
    return base::Error{base::ErrorCode::kInvalidArgument, "the request was damaged"};
  });
  EXPECT_FALSE(failed);
  EXPECT_TRUE(Use("aa", kStoryBegin));
}

TEST_P(RecordStoreContract, ExpiredTokensMakeRoom) {
  const auto add = [&](std::int64_t from, std::int64_t to, base::SystemTime now) {
    return store().Write([&](StoreTransaction& transaction) -> base::Result<void> {
      for (std::int64_t i = from; i < to; ++i) {
        const EnrollmentToken token{std::to_string(i), kStoryBegin + hours(1), 1};
        if (auto added = transaction.AddEnrollmentToken(token, now); !added) return added;
      }
      return {};
    });
  };
  // The fake copies nothing inside a transaction, so the limit is reached in one.
  const auto full = add(0, kMaxEnrollmentTokens + 1, kStoryBegin);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, base::ErrorCode::kResourceExhausted);
  ASSERT_TRUE(add(0, 3, kStoryBegin));
  EXPECT_TRUE(store().Write([](StoreTransaction& transaction) {
    return transaction.AddEnrollmentToken({"0", kStoryBegin + hours(3), 1}, kStoryBegin + hours(2));
  })) << "the expired token of the same hash is still there";
}

INSTANTIATE_TEST_SUITE_P(Stores, RecordStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace vigie::server
