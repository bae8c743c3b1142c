// A policy is tried over a story that live detection has seen as well: the two must say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "server/detect/stored_backtest.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using detect::StoredBacktest;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Told {
  std::vector<v1::BacktestIncident> incidents;
  std::vector<v1::BacktestBlock> blocks;
  std::vector<v1::BacktestSummary> summaries;
  int progress = 0;
};

// What stays the same whoever counted: all but ids, times of the collector, the links to events, and what serves who
// closes it.
std::string Essence(v1::Incident incident) {
  incident.clear_id();
  incident.clear_opened_at();
  incident.clear_updated_at();
  incident.clear_records();
  incident.clear_event_ids();
  incident.clear_latest_measured();
  return incident.DebugString();
}

class BacktestTest : public ServerFixture {
 protected:
  using Policy = std::shared_ptr<const policy::CompiledPolicy>;

  Told Test(const Policy& tested, const Policy& in_force, std::optional<base::SystemTime> since = std::nullopt) {
    Told told;
    StoredBacktest backtest(store_, clock_);
    const auto run = backtest.Run({tested, in_force, since}, [&](const v1::BacktestPolicyResponse& message) {
      if (message.has_incident()) told.incidents.push_back(message.incident());
      if (message.has_block()) told.blocks.push_back(message.block());
      if (message.has_summary()) told.summaries.push_back(message.summary());
      return true;
    });
    EXPECT_TRUE(run) << run.error().message;
    EXPECT_EQ(told.summaries.size(), 1U);
    return told;
  }

  // Appends what detection then observes, as ingest does.
  void Play(const std::vector<EventPlan>& plans) {
    const auto played = lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      for (EventPlan plan : plans) {
        plan.sequence = ++sequence_;
        v1::Event event = MakeEvent(plan);
        *event.mutable_received_at() = contract::ToProto(clock_.Now());
        if (auto appended = transaction.AppendEvent(event, plan.host); !appended) return appended;
        if (auto observed = detector_.Observe(event, transaction); !observed) return observed;
      }
      return {};
    });
    ASSERT_TRUE(played) << played.error().message;
  }

  // Three users, two hosts, some days; Alice goes over, Bob nearly, Carol in drips.
  void PlayStory() {
    for (std::uint32_t day = 0; day < 6; ++day) {
      clock_.Pass(hours(24));
      Play({{.user = "alice", .after = hours(24 * day), .records = Records(100 * day, 60)},
            {.host = "w2", .user = "alice", .after = hours(24 * day + 1), .records = Records(100 * day + 50, 60)},
            {.user = "bob", .after = hours(24 * day + 2), .records = Records(1, 90)},
            {.user = "carol", .channel = v1::CHANNEL_PRINT, .after = hours(24 * day), .records = Records(40 * day, 40)},
            {.user = "carol", .after = hours(24 * day), .records = Records(40 * day, 40)}});
    }
  }

  // Alice and Bob do as always for ten days, then Bob does not.
  void PlayWeeks() {
    for (std::uint32_t day = 0; day < 12; ++day) {
      clock_.Pass(hours(24));
      const auto after = hours(24 * day) + minutes(5 * day);
      Play({{.user = "alice", .after = after, .records = Records(1000 * day, 60)},
            {.user = "bob", .after = after, .records = Records(1000 * day, day == 11 ? 300 : 20)}});
    }
  }

  static Policy Thresholds(int version, int over, const std::string& extra = "") {
    return MakePolicy("thresholds:\n" + Threshold("bulk", "removable_media", over) + extra, version);
  }
  static std::string Threshold(const std::string& id, const std::string& channel, int over,
                               const std::string& extra = "") {
    return "  - {id: " + id + ", when: {channels: [" + channel +
           "]}, measure: distinct_customers, per: [user], window: 30d, over: " + std::to_string(over) +
           ", severity: high" + extra + "}\n";
  }

  std::uint64_t sequence_ = 0;
};

TEST_F(BacktestTest, ThePolicyInForceRaisesExactlyTheLiveIncidents) {
  const Policy policy = Thresholds(1, 100, Threshold("print", "print", 50));
  Start(policy);
  PlayStory();
  std::vector<std::string> live;
  const auto open = store_.OpenIncidents();
  for (const v1::Incident& incident : *open) live.push_back(Essence(incident));
  ASSERT_EQ(live.size(), 3U) << "alice and carol by media, carol by print";
  // By itself, and as one that differs in what has nothing to do with thresholds: so it is really counted twice.
  const Policy other =
      MakePolicy("thresholds:\n" + Threshold("bulk", "removable_media", 100) + Threshold("print", "print", 50) +
                     "rules:\n  - {id: note, when: {channels: [email]}, action: audit}\n",
                 2);
  for (const Policy& tested : {policy, other}) {
    std::vector<std::string> raised;
    for (const v1::BacktestIncident& incident : Test(tested, policy).incidents) {
      EXPECT_EQ(incident.side(), v1::BACKTEST_SIDE_BOTH);
      EXPECT_EQ(Essence(incident.tested()), Essence(incident.in_force()));
      EXPECT_TRUE(incident.tested().id().empty());
      raised.push_back(Essence(incident.tested()));
    }
    EXPECT_THAT(raised, ::testing::UnorderedElementsAreArray(live));
  }
}

TEST_F(BacktestTest, ABaselineIsTriedOverTheStoredHistory) {
  const Policy none = Thresholds(1, 100'000);
  const Policy unusual = MakePolicy(BulkThreshold(25, "    baseline: {history: 14d, at_least: 7, deviation: 6}\n"), 2);
  Start(none);
  PlayWeeks();
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  const auto told = Test(unusual, none);
  ASSERT_EQ(told.incidents.size(), 1U);
  EXPECT_EQ(told.incidents[0].side(), v1::BACKTEST_SIDE_NEW);
  EXPECT_EQ(told.incidents[0].tested().subject(), "user=bob");
  EXPECT_EQ(told.incidents[0].tested().explanation(),
            "usually 20 distinct customers a day (median of 10 days), now 300: 140 deviations of 2; the rule allows 6");
}

TEST_F(BacktestTest, OpeningTimesAreThoseOfReceipt) {
  const Policy policy = Thresholds(1, 100);
  Start(policy);
  PlayStory();
  const auto live = store_.OpenIncidents().value();
  const auto told = Test(policy, policy);
  ASSERT_EQ(told.incidents.size(), live.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    EXPECT_EQ(told.incidents[i].tested().opened_at().seconds(), live[i].opened_at().seconds());
  }
}

TEST_F(BacktestTest, AStricterPolicyRaisesMoreAndALaxerLess) {
  Start(Thresholds(1, 100));
  PlayStory();
  const auto stricter = Test(Thresholds(2, 80), Thresholds(1, 100));
  ASSERT_EQ(stricter.incidents.size(), 3U);
  EXPECT_EQ(stricter.incidents[1].tested().subject(), "user=bob");
  EXPECT_EQ(stricter.incidents[1].side(), v1::BACKTEST_SIDE_NEW);
  EXPECT_FALSE(stricter.incidents[1].has_in_force());
  const auto laxer = Test(Thresholds(2, 300), Thresholds(1, 100));
  ASSERT_EQ(laxer.incidents.size(), 2U);
  EXPECT_EQ(laxer.incidents[1].in_force().subject(), "user=carol");
  EXPECT_EQ(laxer.incidents[1].side(), v1::BACKTEST_SIDE_IN_FORCE);
  EXPECT_EQ(laxer.summaries[0].version(), 2U);
  EXPECT_EQ(laxer.summaries[0].in_force_version(), 1U);
  EXPECT_EQ(laxer.summaries[0].events(), 30U);
}

TEST_F(BacktestTest, ChangesNothing) {
  Start(Thresholds(1, 100));
  PlayStory();
  const auto bytes = [&] {
    std::string all;
    const auto page = store_.ListIncidents({});
    for (const v1::Incident& incident : page->incidents) all += incident.SerializeAsString();
    return all + std::to_string(store_.CountEvents().value());
  };
  const std::string before = bytes();
  const auto heard = heard_.incidents.size();
  (void)Test(Thresholds(2, 1), Thresholds(1, 100));
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(heard_.incidents.size(), heard);
}

TEST_F(BacktestTest, RulesRefuseWhatTheyWouldHaveBlocked) {
  Start(Thresholds(1, 1000));
  PlayStory();
  const Policy blocking = MakePolicy(
      "rules:\n  - {id: media, when: {channels: [removable_media], customers_at_least: 80}, action: block}\n"
      "  - {id: shade, when: {channels: [print]}, action: block, shadow: true}\n",
      2);
  const auto told = Test(blocking, Thresholds(1, 1000));
  ASSERT_EQ(told.blocks.size(), 1U);
  const v1::BacktestBlock& block = told.blocks[0];
  EXPECT_EQ(block.user() + "@" + block.host() + ":" + block.rule(), "bob@w1:media");
  EXPECT_EQ(block.tested(), 6U);
  EXPECT_EQ(block.in_force(), 0U);
  EXPECT_EQ(block.side(), v1::BACKTEST_SIDE_NEW);
  EXPECT_THAT(block.channels(), ElementsAre(v1::CHANNEL_REMOVABLE_MEDIA));
  EXPECT_EQ(contract::FromProto(block.first_at()), kStoryBegin + hours(2));
  EXPECT_EQ(contract::FromProto(block.last_at()), kStoryBegin + hours(122));
}

TEST_F(BacktestTest, AnIncidentBlocksFromTheNextEventOnOnEveryHost) {
  Start(Thresholds(1, 1000));
  PlayStory();
  const Policy blocking =
      MakePolicy("thresholds:\n" + Threshold("bulk", "removable_media", 100, ", respond: [block_channels]"), 2);
  std::map<std::string, std::uint64_t> refused;
  for (const v1::BacktestBlock& block : Test(blocking, nullptr).blocks) {
    refused[block.user() + "@" + block.host()] = block.tested();
  }
  // Alice is over with her second event; Carol with the third on media, and only media is blocked for her.
  EXPECT_EQ(refused, (std::map<std::string, std::uint64_t>{{"alice@w1", 5}, {"alice@w2", 5}, {"carol@w1", 3}}));
}

TEST_F(BacktestTest, ThresholdsSeeTheVerdictsOfTheTestedPolicy) {
  const std::string refused_often =
      "thresholds:\n  - {id: tries, when: {verdicts: [block]}, measure: events, per: [user], window: 30d, over: 3, "
      "severity: high}\n";
  const Policy live = MakePolicy(refused_often, 1);
  Start(live);
  PlayStory();
  const std::string blocking = "rules:\n  - {id: media, when: {channels: [removable_media], customers_at_least: 80}, ";
  const auto told = Test(MakePolicy(refused_often + blocking + "action: block}\n", 2), live);
  ASSERT_EQ(told.incidents.size(), 1U) << "live nothing was blocked, so the stored events say allow";
  EXPECT_EQ(told.incidents[0].side(), v1::BACKTEST_SIDE_NEW);
  EXPECT_EQ(told.incidents[0].tested().subject(), "user=bob");
  EXPECT_EQ(told.incidents[0].tested().events(), 6U);
}

TEST_F(BacktestTest, SinceForgetsWhatWasBefore) {
  Start(Thresholds(1, 100));
  PlayStory();
  const auto told = Test(Thresholds(2, 100), nullptr, kStoryBegin + hours(24 * 5));
  EXPECT_EQ(told.summaries[0].events(), 5U);
  ASSERT_EQ(told.incidents.size(), 1U) << "carol's drips are too few in one day";
  EXPECT_EQ(told.incidents[0].tested().subject(), "user=alice");
  EXPECT_EQ(told.summaries[0].in_force_version(), 0U);
  EXPECT_EQ(contract::FromProto(told.summaries[0].from()), kStoryBegin + hours(24 * 5));
}

TEST_F(BacktestTest, AnEmptyStoreRaisesNothing) {
  Start(nullptr);
  const auto told = Test(Thresholds(1, 1), nullptr);
  EXPECT_THAT(told.incidents, IsEmpty());
  EXPECT_EQ(told.summaries[0].events(), 0U);
}

TEST_F(BacktestTest, OneAtATimeAndItEndsWhenNobodyListens) {
  Start(Thresholds(1, 100));
  PlayStory();
  StoredBacktest backtest(store_, clock_);
  std::optional<base::ErrorCode> second;
  const auto run = backtest.Run({Thresholds(2, 1), nullptr, {}}, [&](const v1::BacktestPolicyResponse&) {
    second = backtest.Run({Thresholds(2, 1), nullptr, {}}, [](const auto&) { return true; }).error().code;
    return false;
  });
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, base::ErrorCode::kCancelled);
  EXPECT_EQ(second, base::ErrorCode::kResourceExhausted);
}

TEST_F(BacktestTest, ProgressIsToldWhileItRuns) {
  Start(nullptr);
  std::vector<EventPlan> plans(3000, {.records = {1}});
  Play(plans);
  class Ticking final : public base::Clock {
   public:
    base::SystemTime Now() const override { return kStoryBegin; }
    base::SteadyTime SteadyNow() const override { return base::SteadyTime(std::chrono::seconds(++calls_)); }
    mutable int calls_ = 0;
  } ticking;
  StoredBacktest backtest(store_, ticking);
  std::uint64_t last = 0;
  int told = 0;
  ASSERT_TRUE(backtest.Run({Thresholds(1, 1), nullptr, {}}, [&](const v1::BacktestPolicyResponse& message) {
    if (!message.has_progress()) return true;
    ++told;
    EXPECT_GT(message.progress().events(), last);
    EXPECT_EQ(message.progress().of(), 3000U);
    last = message.progress().events();
    return true;
  }));
  EXPECT_GE(told, 10);
}

}  // namespace
}  // namespace vigie::server
