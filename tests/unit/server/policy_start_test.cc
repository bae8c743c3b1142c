#include "server/policy_start.h"

#include "platform/linux/linux_platform.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

class PolicyStart : public ::testing::Test {
 protected:
  base::Result<api::PolicyState> Choose() { return ChoosePolicy(path(), *files_, store_, clock_); }
  std::string path() const { return folder_.File("policy.yaml"); }
  void WriteFile(const std::string& text) { WriteText(path(), text); }
  static std::string Text(int version, int over = 5) {
    return "version: " + std::to_string(version) + "\n" + BulkThreshold(over);
  }

  TemporaryFolder folder_;
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  MemoryStore store_;
  SetClock clock_;
};

TEST_F(PolicyStart, WithoutAnythingThereIsNone) {
  const auto chosen = ChoosePolicy("", *files_, store_, clock_);
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(chosen->in_force());
  ASSERT_EQ(chosen->plan.rings().size(), 1U);
  EXPECT_EQ(chosen->plan.rings()[0].name(), kDefaultRing);
}

TEST_F(PolicyStart, TheFilesIsTakenAndKept) {
  WriteFile(Text(3));
  const auto chosen = Choose();
  ASSERT_TRUE(chosen && chosen->in_force());
  EXPECT_EQ(chosen->in_force()->record.version, 3U);
  EXPECT_EQ(store_.LatestPolicy().value()->text, Text(3));
  EXPECT_EQ(store_.ListRings()->back().policy_version(), 3U);
}

TEST_F(PolicyStart, OnlyAGreaterVersionReplacesTheKeptOne) {
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  WriteFile(Text(3, 99));
  EXPECT_EQ(Choose()->in_force()->record.text, Text(3));
  WriteFile(Text(4, 99));
  EXPECT_EQ(Choose()->in_force()->record.text, Text(4, 99));
}

TEST_F(PolicyStart, OfBeforeThereWereRingsTheLatestIsInForceAndTheOthersCameBefore) {
  ASSERT_TRUE(store_.Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SavePolicy({2, Text(2), kStoryBegin, "carol"}));
    return transaction.SavePolicy({5, Text(5), kStoryBegin, "carol"});
  }));
  const auto chosen = ChoosePolicy("", *files_, store_, clock_);
  ASSERT_TRUE(chosen && chosen->in_force());
  EXPECT_EQ(chosen->in_force()->record.version, 5U);
  ASSERT_EQ(store_.ListRings()->size(), 1U) << "kept from now on";
  EXPECT_EQ(store_.ListRings()->at(0).former_versions(0), 2U);
  EXPECT_EQ(store_.ListRings()->at(0).set_by(), "carol");
}

TEST_F(PolicyStart, EachRingHasItsOwnAndAVersionThatWasRolledBackStaysSo) {
  WriteFile(Text(3));
  auto chosen = Choose();
  ASSERT_TRUE(chosen);
  RolloutPlan plan = chosen->plan;
  ASSERT_TRUE(plan.SetNames({"pilot"}));
  ASSERT_TRUE(plan.RollOut(4, "pilot", {kStoryBegin, "carol"}));
  ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SavePolicy({4, Text(4), kStoryBegin, "carol"}));
    return transaction.SaveRings(plan.rings());
  }));
  chosen = Choose();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->in_force()->record.version, 3U);
  EXPECT_TRUE(chosen->policies.contains(4));
  EXPECT_EQ(chosen->greatest, 4U);
  WriteFile(Text(4, 99));
  EXPECT_EQ(Choose()->in_force()->record.version, 3U) << "its version is used up";
  WriteFile(Text(5));
  chosen = Choose();
  EXPECT_EQ(chosen->in_force()->record.version, 5U);
  const auto rings = store_.ListRings();
  for (const v1::Ring& ring : *rings) EXPECT_EQ(ring.policy_version(), 5U);
}

TEST_F(PolicyStart, ARingWhosePolicyCannotBeReadHindersNobody) {
  WriteFile(Text(3));
  const auto chosen = Choose();
  ASSERT_TRUE(chosen);
  RolloutPlan plan = chosen->plan;
  ASSERT_TRUE(plan.SetNames({"pilot"}));
  ASSERT_TRUE(plan.RollOut(4, "pilot", {kStoryBegin, "carol"}));
  ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SavePolicy({4, "of_a_newer_build: true\n", kStoryBegin, "carol"}));
    return transaction.SaveRings(plan.rings());
  }));
  const auto again = Choose();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->in_force()->record.version, 3U);
  EXPECT_FALSE(again->policies.contains(4));
}

TEST_F(PolicyStart, ABadFileIsAnErrorOnlyWithoutAGoodOne) {
  WriteFile("version: 3\nbogus: 1\n");
  const auto refused = Choose();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("policy.yaml"), std::string::npos);
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  WriteFile("version: 4\nbogus: 1\n");
  const auto chosen = Choose();
  ASSERT_TRUE(chosen && chosen->in_force());
  EXPECT_EQ(chosen->in_force()->record.version, 3U);
}

TEST_F(PolicyStart, AMissingFileIsAnErrorOnlyWithoutAGoodOne) {
  EXPECT_FALSE(Choose());
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  std::filesystem::remove(path());
  EXPECT_TRUE(Choose());
}

}  // namespace
}  // namespace vigie::server
