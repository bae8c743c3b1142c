#include "core/evidence/link_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "core/evidence/event_digest.h"

namespace vigie::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Link {
  std::uint64_t sequence = 0;
  std::string previous{};
  Digest digest{};
};

// 1 to `count`; what the digests are of does not matter here.
std::vector<Link> Chain(std::uint64_t count) {
  std::vector<Link> chain;
  Digest before = EpochDigest("desk-7", 5);
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    const Digest own = Hasher("event").Add(sequence).Finish();
    chain.push_back({sequence, std::string(Bytes(before)), own});
    before = own;
  }
  return chain;
}

LinkReport Check(const std::vector<Link>& links, const std::vector<Stretch>& explained = {}) {
  LinkCheck check("desk-7", 5);
  for (const Link& link : links) check.Take(link.sequence, link.previous, link.digest);
  for (const Stretch& stretch : explained) check.Explain(stretch);
  return check.Finish();
}

std::vector<std::uint64_t> Sequences(const std::vector<Stretch>& stretches) {
  std::vector<std::uint64_t> sequences;
  for (const Stretch& stretch : stretches) {
    for (std::uint64_t sequence = stretch.first; sequence <= stretch.last; ++sequence) sequences.push_back(sequence);
  }
  return sequences;
}

TEST(LinkCheck, HoldsAWholeEpoch) {
  const LinkReport report = Check(Chain(9));
  EXPECT_EQ(report.held, 9U);
  EXPECT_THAT(report.broken, IsEmpty());
  EXPECT_THAT(report.unexplained, IsEmpty());
}

TEST(LinkCheck, OfAnotherEpochTheFirstDoesNotFollow) {
  LinkCheck check("desk-7", 6);
  for (const Link& link : Chain(3)) check.Take(link.sequence, link.previous, link.digest);
  EXPECT_THAT(check.Finish().broken, ElementsAre(1));
}

TEST(LinkCheck, TellsWhatAGapExplainsFromWhatNothingDoes) {
  std::vector<Link> links = Chain(10);
  std::erase_if(links, [](const Link& link) { return link.sequence >= 3 && link.sequence <= 7; });
  const LinkReport report = Check(links, {{6, 6}, {4, 5}, {9, 9}});
  EXPECT_THAT(report.explained, ElementsAre(Stretch{4, 6}));
  EXPECT_THAT(report.unexplained, ElementsAre(Stretch{3, 3}, Stretch{7, 7}));
  EXPECT_THAT(report.broken, IsEmpty()) << "what is left is as good as before";
  EXPECT_EQ(report.held, 4U) << "1, 2, 9 and 10; nobody can say of 8";
}

TEST(LinkCheck, FindsTheEventBehindOneThatWasExchanged) {
  std::vector<Link> links = Chain(6);
  links[3].digest = Hasher("another").Finish();
  EXPECT_THAT(Check(links).broken, ElementsAre(5));
}

TEST(LinkCheck, FindsWhatIsThereTwice) {
  std::vector<Link> links = Chain(4);
  links.push_back(links[1]);
  EXPECT_THAT(Check(links).repeated, ElementsAre(2));
}

TEST(LinkCheck, ManyOrdersRemovalsAndExchangesAreFoundAsTheyAre) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t count = 2 + random() % 40;
    std::vector<Link> links = Chain(count);
    std::set<std::uint64_t> removed;
    for (std::uint64_t sequence = 1; sequence < count; ++sequence) {
      if (random() % 4 == 0) removed.insert(sequence);
    }
    std::vector<Stretch> explained;
    std::vector<std::uint64_t> expected_explained;
    std::vector<std::uint64_t> expected_missing;
    for (const std::uint64_t sequence : removed) {
      if (random() % 2 == 0) {
        explained.push_back({sequence, sequence});
        expected_explained.push_back(sequence);
      } else {
        expected_missing.push_back(sequence);
      }
    }
    const std::uint64_t exchanged = 1 + random() % count;
    links[exchanged - 1].digest = Hasher("another").Finish();
    const bool seen = !removed.contains(exchanged) && exchanged < count && !removed.contains(exchanged + 1);
    std::erase_if(links, [&](const Link& link) { return removed.contains(link.sequence); });
    std::ranges::shuffle(links, random);
    const LinkReport report = Check(links, explained);
    EXPECT_EQ(report.broken, seen ? std::vector{exchanged + 1} : std::vector<std::uint64_t>()) << round;
    EXPECT_EQ(Sequences(report.explained), expected_explained) << round;
    EXPECT_EQ(Sequences(report.unexplained), expected_missing) << round;
  }
}

}  // namespace
}  // namespace vigie::evidence
