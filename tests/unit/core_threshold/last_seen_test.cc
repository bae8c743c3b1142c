#include "core/threshold/last_seen.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/threshold/agent_names.h"

namespace vigie::threshold {
namespace {

constexpr std::int64_t kWindow = 512;

// What LastSeen promises, the plain way.
template <typename Key>
struct Reference {
  std::map<Key, std::int64_t> seen;

  void See(Key key, std::int64_t step) {
    const auto [entry, fresh] = seen.try_emplace(key, step);
    if (!fresh) entry->second = std::max(entry->second, step);
  }
  void Forget(Key key, std::int64_t step) {
    const auto found = seen.find(key);
    if (found != seen.end() && found->second == step) seen.erase(found);
  }
};

// Steps grow, a few samples come late, what leaves the window is forgotten.
template <typename Key>
void CompareFrom(std::int64_t begin, std::uint64_t seed, Key keys) {
  std::mt19937_64 random(seed);
  LastSeen<Key> tested;
  Reference<Key> reference;
  std::map<std::int64_t, std::vector<Key>> steps;
  std::int64_t newest = begin;
  for (int round = 0; round < 3000; ++round) {
    newest += static_cast<std::int64_t>(random() % (round % 500 == 499 ? 2 * kWindow : 3));
    const std::int64_t step = newest - static_cast<std::int64_t>(random() % 8 == 0 ? random() % kWindow : 0);
    std::vector<Key> sample(random() % 40);
    for (Key& key : sample) key = static_cast<Key>(random() % keys);
    tested.See(sample, step);
    for (const Key key : sample) reference.See(key, step);
    auto& kept = steps[step];
    kept.insert(kept.end(), sample.begin(), sample.end());
    while (steps.begin()->first < newest - kWindow) {
      tested.Forget(steps.begin()->second, steps.begin()->first);
      for (const Key key : steps.begin()->second) reference.Forget(key, steps.begin()->first);
      steps.erase(steps.begin());
    }
    ASSERT_EQ(reference.seen.size(), tested.size()) << "seed " << seed << ", round " << round;
  }
}

TEST(LastSeen, CountsAsAMapOfTheLastStepsDoes) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    CompareFrom<std::uint32_t>(1'000, seed, 3'000);
    CompareFrom<std::uint64_t>(1'000, seed, 300);
  }
}

TEST(LastSeen, CountsOnWhereTheMarksOfStepsBeginAnew) {
  CompareFrom<std::uint32_t>((std::int64_t{1} << 31) - 1'500, 7, 2'000);
  CompareFrom<std::uint32_t>((std::int64_t{1} << 32) - 1'500, 8, 2'000);
  CompareFrom<std::uint32_t>(-1'500, 9, 2'000);
}

TEST(AgentNames, NumberEachAgentOnceAndKnowItsId) {
  AgentNames names;
  const auto id = [](std::uint32_t i) { return i == 7 ? std::string() : "agent-" + std::to_string(i * 7919); };
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 5'000; ++i) ASSERT_EQ(i, names.NumberOf(id(i)));
  }
  for (std::uint32_t i = 0; i < 5'000; ++i) ASSERT_EQ(id(i), names.IdOf(i));
}

}  // namespace
}  // namespace vigie::threshold
