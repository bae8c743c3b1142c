#include "core/content/findings.h"

#include <random>
#include <string>
#include <unordered_set>

#include "core/content/distinct_counter.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

class FindingsTest : public ContentTest {};

TEST_F(FindingsTest, CountsMatchesAndDistinctValues) {
  const auto inspection = Inspect("a@example.com b@example.com A@EXAMPLE.com\n");
  EXPECT_EQ(Matches(inspection, "email_address"), 3U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
}

TEST_F(FindingsTest, CountsOnePhoneNumberInItsManySpellingsOnce) {
  const auto inspection = Inspect("06 39 98 01 23;+33 6.39.98.01.23;0033639980123;0639980123\n");
  EXPECT_EQ(Matches(inspection, "phone_number"), 4U);
  EXPECT_EQ(Distinct(inspection, "phone_number"), 1U);
}

// Values are hashed eight at once, but those longer than SipLanes::kLongest alone.
class ValuesByLength : public ContentTest, public ::testing::WithParamInterface<std::size_t> {
 protected:
  static std::string EmailOf(char person) {
    const std::string domain = "@example.com";
    return std::string(GetParam() - domain.size() - 1, 'a') + person + domain;
  }
};

INSTANTIATE_TEST_SUITE_P(AroundTheLimit, ValuesByLength,
                         ::testing::Values(customers::SipLanes::kLongest, customers::SipLanes::kLongest + 1,
                                           customers::SipLanes::kLongest + 2));

TEST_P(ValuesByLength, CountARepeatedOneOnce) {
  std::string batch;
  for (const char person : {'b', 'c', 'd', 'e', 'b'}) batch += EmailOf(person) + "\n";
  const auto inspection = Inspect(batch);
  EXPECT_EQ(Matches(inspection, "email_address"), 5U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 4U);
}

TEST_P(ValuesByLength, KeepTheirPlacesAmongOthers) {
  const auto inspection = Inspect("x@example.com\n" + EmailOf('b') + "\n0639980123\n" + EmailOf('b') +
                                  "\nX@example.com\n" + EmailOf('c') + "\n+33639980123\n");
  EXPECT_EQ(Matches(inspection, "email_address"), 5U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 3U);
  EXPECT_EQ(Matches(inspection, "phone_number"), 2U);
  EXPECT_EQ(Distinct(inspection, "phone_number"), 1U);
}

TEST_F(FindingsTest, ResolvesOverlapsToOneClass) {
  const auto inspection = Inspect("NL91ABNA0417164300 0639980123@sms.example.com\n");
  ASSERT_EQ(inspection.classes_size(), 2);
  EXPECT_EQ(inspection.classes(0).class_(), "email_address");
  EXPECT_EQ(inspection.classes(1).class_(), "iban");
}

TEST_F(FindingsTest, SortsClassesAndKeepsAtMostThreeSamples) {
  const auto inspection = Inspect(CustomerCsv(10) + "0639980123,DE89370400440532013000,4111111111111111\n");
  ASSERT_EQ(inspection.classes_size(), 4);
  EXPECT_EQ(inspection.classes(0).class_(), "email_address");
  EXPECT_EQ(inspection.classes(0).masked_samples_size(), 3);
  EXPECT_EQ(inspection.classes(3).class_(), "phone_number");
}

TEST_F(FindingsTest, NeverHoldsAMatchedValue) {
  const auto bytes =
      Inspect("secretive@example.com 0639980123 DE89370400440532013000 4111111111111111").SerializeAsString();
  for (const auto* value : {"secretive", "example.com", "639980123", "370400440532013000", "41111111"}) {
    EXPECT_EQ(bytes.find(value), std::string::npos) << value;
  }
}

TEST_F(FindingsTest, ASecretThatOnlyBeginsLikeATokenIsMaskedWhole) {
  const auto inspection = Inspect("password=eyJ\u00e9\u00e0\u00e7#9xKq!7z\n");
  ASSERT_EQ(inspection.classes_size(), 1);
  EXPECT_EQ(inspection.classes(0).class_(), "secret_key");
  ASSERT_EQ(inspection.classes(0).masked_samples_size(), 1);
  EXPECT_EQ(inspection.classes(0).masked_samples(0), "********");
}

TEST_F(FindingsTest, UnitesTheCustomersOfAllIndexes) {
  const WordIndex first({{"anna", 1}, {"berta", 2}, {"nobody", 9}});
  const WordIndex second({{"berta", 2}, {"carla", 70000}});
  indexes_ = {&first, &second};
  const auto inspection = Inspect("anna, berta, carla\n");
  EXPECT_EQ(inspection.customers().distinct(), 3U);
  const auto records = customers::RecordSet::Parse(inspection.customers().records());
  ASSERT_TRUE(records);
  EXPECT_EQ(records->Ids(), (std::vector<customers::RecordId>{1, 2, 70000}));
}

TEST(DistinctCounter, CountsDifferentHashes) {
  DistinctCounter counter;
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      counter.Add(i * 0x9e3779b97f4a7c15ULL);
      if (round == 0 && i % 7777 == 0) {
        EXPECT_EQ(counter.count(), i + 1);
      }
    }
    EXPECT_EQ(counter.count(), 100'000U);
  }
}

// Of few values and of many, now and then asked: its groups and what waits have any size.
TEST(DistinctCounter, CountsAsASetDoes) {
  std::mt19937_64 random(23);
  for (const std::uint64_t values : {3ULL, 700ULL, 9'000ULL, 60'000ULL, 1'000'000ULL}) {
    DistinctCounter counter;
    std::unordered_set<std::uint64_t> all;
    for (int i = 0; i < 150'000; ++i) {
      const auto hash = KeyedHash(std::to_string(random() % values), HashKey{});
      counter.Add(hash);
      all.insert(hash);
      if (random() % 20'000 == 0) {
        ASSERT_EQ(counter.count(), all.size()) << values << " values, after " << i;
      }
    }
    EXPECT_EQ(counter.count(), all.size()) << values;
  }
}

TEST(DistinctCounter, CountsManyOfOneGroup) {
  DistinctCounter counter;
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t low = 1; low <= 5000; ++low) counter.Add(low);
  }
  EXPECT_EQ(counter.count(), 5000U);
}

TEST(DistinctCounter, StaysAtItsCapHoweverManyFollow) {
  DistinctCounter counter(20'000);
  for (std::uint64_t i = 1; i <= 300'000; ++i) counter.Add(i * 0x9e3779b97f4a7c15ULL);
  EXPECT_EQ(counter.count(), 20'000U);
}

TEST(DistinctCounter, StaysAtItsCap) {
  DistinctCounter counter(100);
  for (std::uint64_t i = 1; i <= 1000; ++i) counter.Add(i);
  EXPECT_EQ(counter.count(), 100U);
  counter.Add(1);
  EXPECT_EQ(counter.count(), 100U);
}

TEST(KeyedHash, DependsOnTheKey) {
  HashKey other{};
  other[0] = 1;
  EXPECT_NE(KeyedHash("ann@example.com", HashKey{}), KeyedHash("ann@example.com", other));
}

DetectedMatch Found(std::size_t detector, Match match, unsigned distance = DetectedMatch::kNoContext) {
  return {detector, match, distance};
}

std::vector<std::size_t> Kept(const std::vector<DetectedMatch>& matches) {
  OverlapResolver resolver;
  for (const auto& match : matches) resolver.Add(match);
  std::vector<std::size_t> detectors;
  for (const auto& kept : resolver.kept()) detectors.push_back(kept.detector);
  return detectors;
}

TEST(Overlaps, TheStricterProofWins) {
  const Match weak{0, 10, Proof::kWeak};
  EXPECT_EQ(Kept({Found(1, weak), Found(2, {0, 10, Proof::kFair})}), std::vector<std::size_t>{2});
  EXPECT_EQ(Kept({Found(1, {0, 10, Proof::kFair}, 5), Found(2, {4, 20, Proof::kStrong})}), std::vector<std::size_t>{2});
}

TEST(Overlaps, ContextLiftsAWeakProofAboveAFairOne) {
  EXPECT_EQ(Kept({Found(1, {0, 10, Proof::kFair}), Found(2, {0, 10, Proof::kWeak}, 50)}), std::vector<std::size_t>{2});
}

TEST(Overlaps, OfEqualsTheNearerContextWinsThenTheLongerThenTheEarlierDetector) {
  const Match weak{0, 10, Proof::kWeak};
  EXPECT_EQ(Kept({Found(1, weak, 30), Found(2, weak, 3)}), std::vector<std::size_t>{2});
  EXPECT_EQ(Kept({Found(1, weak), Found(2, {0, 12, Proof::kWeak})}), std::vector<std::size_t>{2});
  EXPECT_EQ(Kept({Found(2, weak), Found(1, weak)}), std::vector<std::size_t>{1});
}

TEST(Overlaps, WhatDoesNotOverlapStays) {
  EXPECT_EQ(Kept({Found(1, {0, 10}), Found(1, {10, 12}), Found(2, {40, 41})}), (std::vector<std::size_t>{1, 1, 2}));
}

}  // namespace
}  // namespace vigie::content
