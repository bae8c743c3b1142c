#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "core/threshold/sequence_event.h"
#include "core/threshold/threshold_engine.h"
#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Collected on the share, packed, sent: each step is known by its channel.
v1::Threshold Exfiltration(v1::Measure measure = v1::MEASURE_DISTINCT_CUSTOMERS) {
  v1::Threshold threshold = MakeThreshold(measure, minutes(512), 0);
  const std::pair<const char*, v1::Channel> steps[] = {{"collect", v1::CHANNEL_NETWORK_SHARE},
                                                       {"obfuscate", v1::CHANNEL_ARCHIVE},
                                                       {"exfiltrate", v1::CHANNEL_WEB_UPLOAD}};
  for (const auto& [name, channel] : steps) {
    v1::SequenceStep& step = *threshold.add_sequence();
    step.set_name(name);
    step.mutable_when()->add_channels(channel);
  }
  return threshold;
}

class Sequence : public ::testing::Test {
 protected:
  // Without process, file identity or lineage; each event has its own path.
  v1::Event At(int minute, v1::Channel channel, std::vector<customers::RecordId> customers) {
    v1::Event event = MakeEvent({.at = kMonday + minutes(minute),
                                 .customers = std::move(customers),
                                 .path = "/x/" + std::to_string(sequence_ + 1),
                                 .sequence = sequence_ + 1});
    ++sequence_;
    event.mutable_activity()->set_channel(channel);
    event.mutable_inspection()->set_evaluated(v1::EVALUATED_FULL);
    return event;
  }
  v1::Event Collect(int minute, std::vector<customers::RecordId> customers) {
    return At(minute, v1::CHANNEL_NETWORK_SHARE, std::move(customers));
  }
  v1::Event Pack(int minute, std::vector<customers::RecordId> customers) {
    return At(minute, v1::CHANNEL_ARCHIVE, std::move(customers));
  }
  v1::Event Send(int minute, std::vector<customers::RecordId> customers) {
    return At(minute, v1::CHANNEL_WEB_UPLOAD, std::move(customers));
  }
  // The customers that went the whole way.
  std::vector<customers::RecordId> WholeWay(const v1::Event& event) {
    observed_ = engine_.Observe(event);
    return observed_.empty() ? std::vector<customers::RecordId>() : observed_[0].window_records.Ids();
  }

  ThresholdEngine engine_ = MakeEngine({Exfiltration()});
  std::vector<Observation> observed_;
  std::uint64_t sequence_ = 0;
};

TEST_F(Sequence, CountsTheCustomersThatWentTheWholeWay) {
  EXPECT_THAT(WholeWay(Collect(0, {1, 2, 3, 4})), IsEmpty());
  EXPECT_THAT(WholeWay(Pack(10, {2, 3, 4, 5})), IsEmpty());
  EXPECT_THAT(WholeWay(Send(20, {3, 4, 5, 6})), ElementsAre(3, 4));
  ASSERT_EQ(observed_.size(), 1U);
  EXPECT_EQ(observed_[0].measured, 2U);
  ASSERT_EQ(observed_[0].way.size(), 3U);
  EXPECT_EQ(observed_[0].way[0].step, "collect");
  EXPECT_EQ(observed_[0].way[0].event_id, "agent-w1/1/1");
  EXPECT_EQ(observed_[0].way[1].event_id, "agent-w1/1/2");
  EXPECT_EQ(observed_[0].way[2].step, "exfiltrate");
  EXPECT_EQ(observed_[0].way[2].at, kMonday + minutes(20));
}

TEST_F(Sequence, AStepThatIsLeftOutOrComesTooEarlyCompletesNothing) {
  WholeWay(Pack(0, {1, 2}));
  WholeWay(Collect(10, {1, 2}));
  EXPECT_THAT(WholeWay(Send(20, {1, 2})), IsEmpty());
  EXPECT_THAT(observed_, IsEmpty());
}

TEST_F(Sequence, OtherContentOfTheSameNameIsNotLinked) {
  v1::Event collected = Collect(0, {1});
  v1::Event packed = Pack(1, {2});
  packed.mutable_activity()->mutable_file()->set_path(collected.activity().file().path());
  WholeWay(collected);
  WholeWay(packed);
  EXPECT_THAT(WholeWay(Send(2, {1, 2})), IsEmpty());
}

TEST_F(Sequence, AnEncryptedArchiveCarriesAllThatItsLineageNames) {
  WholeWay(Collect(0, {1, 2, 3}));
  v1::Event packed = Pack(5, {});
  packed.mutable_inspection()->set_evaluated(v1::EVALUATED_NONE);
  packed.add_lineage("agent-w1/1/1");
  WholeWay(packed);
  v1::Event sent = Send(6, {});
  sent.mutable_inspection()->set_evaluated(v1::EVALUATED_NONE);
  sent.mutable_activity()->mutable_file()->set_previous_path(packed.activity().file().path());
  EXPECT_THAT(WholeWay(sent), ElementsAre(1, 2, 3));
}

TEST_F(Sequence, WhatComesLateCompletesWhatCameBeforeIt) {
  WholeWay(Send(20, {1, 2, 3}));
  WholeWay(Pack(10, {1, 2, 4}));
  EXPECT_THAT(observed_, IsEmpty());
  EXPECT_THAT(WholeWay(Collect(0, {2, 3, 4})), ElementsAre(2));
  EXPECT_EQ(observed_[0].way.back().event_id, "agent-w1/1/1");
  EXPECT_THAT(WholeWay(Collect(1, {1})), ElementsAre(1, 2)) << "the same upload, with more of its customers";
  EXPECT_EQ(observed_[0].window_events, 1U);
}

TEST_F(Sequence, TheWholeWayIsWithinTheWindow) {
  WholeWay(Collect(0, {1}));
  WholeWay(Pack(300, {1}));
  EXPECT_THAT(WholeWay(Send(513, {1})), IsEmpty());
  WholeWay(Collect(514, {1}));
  WholeWay(Pack(515, {1}));
  EXPECT_THAT(WholeWay(Send(1026, {1})), ElementsAre(1));
}

TEST_F(Sequence, AnotherUserCompletesNothing) {
  WholeWay(Collect(0, {1}));
  WholeWay(Pack(1, {1}));
  v1::Event sent = Send(2, {1});
  sent.mutable_activity()->set_user("bob");
  EXPECT_THAT(WholeWay(sent), IsEmpty());
}

TEST_F(Sequence, TheSameProcessIsALink) {
  for (v1::Event event : {Collect(0, {1, 2}), Pack(1, {}), Send(2, {})}) {
    event.mutable_activity()->mutable_process()->set_pid(7);
    event.mutable_activity()->mutable_process()->set_start_time(70);
    WholeWay(event);
  }
  ASSERT_EQ(observed_.size(), 1U);
  EXPECT_THAT(observed_[0].window_records.Ids(), ElementsAre(1, 2));
}

TEST_F(Sequence, FewerCustomersInCommonThanAskedForAreNoLink) {
  v1::Threshold threshold = Exfiltration();
  threshold.mutable_link()->set_customers_at_least(2);
  threshold.mutable_link()->set_share_at_least(0.5);
  engine_ = MakeEngine({threshold});
  WholeWay(Collect(0, {1, 2, 3, 4}));
  WholeWay(Pack(1, {1, 2, 3, 4}));
  EXPECT_THAT(WholeWay(Send(2, {1})), IsEmpty()) << "one is less than two";
  EXPECT_THAT(WholeWay(Send(3, {1, 2, 10, 11, 12, 13})), ElementsAre(1, 2)) << "half of the four";
  EXPECT_THAT(WholeWay(Send(4, {1, 2, 10})), ElementsAre(1, 2));
}

TEST_F(Sequence, WhatMerelyLooksLikeAStepDoesNotPushOutTheFirst) {
  WholeWay(Collect(0, {1, 2, 3, 4}));
  for (int i = 0; i < 1100; ++i) WholeWay(Send(1, {900}));
  WholeWay(Pack(2, {1, 2, 3, 4}));
  EXPECT_THAT(WholeWay(Send(3, {1, 2, 3, 4})), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(engine_.let_go(), 1100U + 3 - 1024) << "and what gave way is counted";
}

TEST_F(Sequence, EventsThatComeLateCompleteEachOtherAcrossThoseOfAnotherDay) {
  const int day = 24 * 60;
  WholeWay(Collect(90 * day, {77}));  // elsewhere, now
  WholeWay(Send(40 * day + 2, {1, 2}));
  WholeWay(Send(60 * day, {5}));
  WholeWay(Collect(40 * day, {1, 2}));
  WholeWay(Collect(60 * day - 1, {1, 2}));
  EXPECT_THAT(WholeWay(Pack(40 * day + 1, {1, 2})), ElementsAre(1, 2));
  EXPECT_TRUE(observed_.at(0).late);
}

TEST_F(Sequence, WhatOneEventBringsToManyIsCarriedOnceFromStepToStep) {
  std::vector<customers::RecordId> customers(2000);
  for (std::size_t i = 0; i < customers.size(); ++i) customers[i] = static_cast<customers::RecordId>(7 * i);
  for (int i = 0; i < 100; ++i) WholeWay(Send(10, customers));
  for (int i = 0; i < 100; ++i) WholeWay(Pack(9, customers));
  EXPECT_THAT(WholeWay(Collect(8, customers)), ::testing::SizeIs(2000));
  EXPECT_EQ(observed_.at(0).window_events, 100U);
  EXPECT_EQ(engine_.let_go(), 0U);
}

// Against a program that tries every way of three events each time.
class PlainSequence {
 public:
  struct Item {
    v1::Event event;
    std::set<customers::RecordId> customers;
    std::set<customers::RecordId> went;
    bool done = false;
  };

  // What has gone the whole way in the window, and how many events did.
  std::pair<std::set<customers::RecordId>, std::size_t> Observe(const v1::Event& event,
                                                                const std::set<customers::RecordId>& customers) {
    items_.push_back({event, customers, {}, false});
    for (std::size_t a = 0; a < items_.size(); ++a) {
      for (std::size_t b = 0; b < items_.size(); ++b) {
        for (std::size_t c = 0; c < items_.size(); ++c) Try(items_[a], items_[b], items_[c]);
      }
    }
    std::int64_t newest = -1;
    for (const Item& item : items_) newest = item.done ? std::max(newest, Minute(item)) : newest;
    std::pair<std::set<customers::RecordId>, std::size_t> all;
    for (const Item& item : items_) {
      if (!item.done || Minute(item) < newest - 512) continue;
      all.first.insert(item.went.begin(), item.went.end());
      ++all.second;
    }
    return all;
  }

 private:
  static std::int64_t Minute(const Item& item) { return item.event.activity().at().seconds() / 60; }
  bool Inside(const Item& item) const {
    std::int64_t newest = 0;
    for (const Item& other : items_) newest = std::max(newest, Minute(other));
    return Minute(item) >= newest - 512;
  }
  static bool Is(const Item& item, v1::Channel channel) { return item.event.activity().channel() == channel; }
  static bool Named(const Item& later, const Item& earlier) {
    return std::ranges::any_of(later.event.lineage(), [&](const std::string& id) {
      return id == "agent-w1/1/" + std::to_string(earlier.event.sequence());
    });
  }
  static bool Linked(const Item& from, const Item& to, std::set<customers::RecordId>& carried) {
    if (from.event.activity().at().seconds() > to.event.activity().at().seconds()) return false;
    std::set<customers::RecordId> common;
    std::ranges::set_intersection(carried, to.customers, std::inserter(common, common.end()));
    if (!Named(to, from) && common.empty()) return false;
    const bool opaque = to.customers.empty() || to.event.inspection().evaluated() != v1::EVALUATED_FULL;
    if (!Named(to, from) || !opaque) carried = common;
    return true;
  }
  void Try(const Item& a, const Item& b, Item& c) const {
    if (!Is(a, v1::CHANNEL_NETWORK_SHARE) || !Is(b, v1::CHANNEL_ARCHIVE) || !Is(c, v1::CHANNEL_WEB_UPLOAD)) return;
    if (!Inside(a) || !Inside(b) || !Inside(c)) return;
    std::set<customers::RecordId> carried = a.customers;
    if (!Linked(a, b, carried) || !Linked(b, c, carried)) return;
    c.done = true;
    c.went.insert(carried.begin(), carried.end());
  }

  std::vector<Item> items_;
};

TEST_F(Sequence, CountsTheSameAsAPlainProgramOnRandomStreams) {
  std::size_t completed = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    engine_ = MakeEngine({Exfiltration()});
    PlainSequence plain;
    sequence_ = 0;
    int now = 600;
    for (int i = 0; i < 30; ++i) {
      now += static_cast<int>(random() % 50);
      const int minute = random() % 3 == 0 ? now - static_cast<int>(random() % 400) : now;
      const v1::Channel channels[] = {v1::CHANNEL_NETWORK_SHARE, v1::CHANNEL_ARCHIVE, v1::CHANNEL_WEB_UPLOAD};
      std::set<customers::RecordId> customers;
      for (auto k = random() % 5; k > 0; --k) customers.insert(static_cast<customers::RecordId>(random() % 7));
      v1::Event event = At(minute, channels[random() % 3], {customers.begin(), customers.end()});
      if (random() % 3 == 0) event.add_lineage("agent-w1/1/" + std::to_string(1 + random() % sequence_));
      if (random() % 4 == 0) event.mutable_inspection()->set_evaluated(v1::EVALUATED_PARTIAL);
      const auto [went, events] = plain.Observe(event, customers);
      WholeWay(event);
      if (observed_.empty() || !observed_[0].over) continue;
      ++completed;
      const auto ids = observed_[0].window_records.Ids();
      ASSERT_EQ(std::set<customers::RecordId>(ids.begin(), ids.end()), went) << "seed " << seed << " event " << i;
      ASSERT_EQ(observed_[0].measured, went.size());
      ASSERT_EQ(observed_[0].window_events, events) << "seed " << seed << " event " << i;
    }
  }
  EXPECT_GT(completed, 300U) << "streams in which something happens";
}

// Of the name alone, wherever it stands and whatever stands around it; and of each byte of it.
TEST(HashOf, IsOfAllBytesOfANameAndOfNoOthers) {
  std::set<std::uint64_t> seen;
  std::size_t names = 0;
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string name(size, 'n');
    const std::uint64_t hash = HashOf(name, 7);
    for (std::size_t at = 0; at < 9; ++at) {
      const std::string around = std::string(at, 'x') + name + std::string(9 - at, 'y');
      EXPECT_EQ(HashOf(std::string_view(around).substr(at, size), 7), hash) << size << " bytes";
    }
    for (std::size_t i = 0; i <= size; ++i, ++names) {
      std::string other = name;
      if (i < size) other[i] = 'm';
      seen.insert(HashOf(other, 7));
    }
  }
  EXPECT_EQ(seen.size(), names);
}

}  // namespace
}  // namespace vigie::threshold
