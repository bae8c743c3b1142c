// Detection against a naive reference on random streams: all measures, keys, windows and their edges, late and skewed
// events, suppressions, closes, restarts and new policies in the middle. Each stream is one seed, which a failure
// names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "core/customers/record_set.h"
#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "tests/unit/server/detection_reference.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// What a stream may hold. What is stored and older than a window behind its host's newest, and was received long ago,
// is not counted again after a restart (Store::ReplayEvents), so where there are restarts, events come in order, or are
// a little late on hosts of one user only.
struct Kind {
  const char* name;
  bool restarts = false;
  bool all_keys = true;
  std::int64_t late_windows_times_4 = 0;  // how late, in quarters of the shortest window
  bool baselines = false;                 // weeks instead of hours
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class Story {
 public:
  Story(const Kind& kind, unsigned seed) : kind_(kind), random_(seed) { Restart(); }

  void Play() {
    UseNewPolicy();
    for (int i = 0; i < (kind_.baselines ? 45 : 25) && !::testing::Test::HasFailure(); ++i) {
      Batch();
      if (Random(4) == 0) CloseOne();
      if (kind_.restarts && Random(6) == 0) Restart();
      if (kind_.restarts && Random(8) == 0) UseNewPolicy();
      Compare();
    }
  }

 private:
  unsigned Random(unsigned below) { return static_cast<unsigned>(random_() % below); }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[Random(static_cast<unsigned>(from.size()))];
  }

  reference::Rule RandomRule(int number) {
    reference::Rule rule;
    rule.id = "r" + std::to_string(number);
    rule.measure = Pick<std::string>({"events", "bytes", "distinct_files", "distinct_customers", "distinct_customers"});
    using Keys = std::vector<std::string>;
    rule.per = kind_.all_keys ? Pick<Keys>({{"user"}, {"host"}, {"user", "host"}, {"process"}, {"destination", "user"}})
                              : Pick<Keys>({{"user"}, {"host"}, {"user", "host"}});
    rule.window_seconds = Pick<std::int64_t>({60, 61, 512, 3600, 86'400});
    rule.over = rule.measure == "bytes" ? Random(4000) : Random(rule.measure == "distinct_customers" ? 25 : 8);
    rule.channel = Pick<std::string>({"", "", "print", "email"});
    if (kind_.baselines && number > 0) {
      rule.window_seconds = Pick<std::int64_t>({3600, 86'400, 86'400});
      rule.over = rule.measure == "bytes" ? Random(1000) : Random(3);
      rule.history_days = 7 + Random(4);
      rule.at_least = 5 + Random(2);
      rule.deviation = 1 + Random(3);
    }
    if (Random(3) == 0) rule.rearm_below = Random(static_cast<unsigned>(rule.over) + 1);
    if (Random(3) == 0) rule.rearm_after = Random(10);
    return rule;
  }

  void UseNewPolicy() {
    reference::Policy policy;
    for (int i = 0; i < 3; ++i) policy.rules.push_back(RandomRule(i));
    // Often only what comes of a rule is new, or nothing at all.
    if (!policy_.rules.empty() && Random(2) == 0) policy.rules = policy_.rules;
    for (unsigned i = Random(3); i > 0; --i) {
      const auto& rule = Pick(policy.rules);
      const bool per_user = std::ranges::find(rule.per, "user") != rule.per.end();
      const auto until = std::chrono::floor<seconds>(clock_.Now()) + seconds(Random(20'000));
      policy.suppressions.push_back({rule.id, per_user ? Pick<std::string>({"alice", "bob", ""}) : "", until});
    }
    if (Random(4) == 0) policy.suppressions.push_back({"canary", "alice", clock_.Now() + seconds(9000)});
    if (kind_.baselines) policy.group = {"alice", "bob"};
    policy_ = policy;
    reference_.Use(policy);
    auto compiled = policy::ReadPolicy(reference::YamlOf(policy, ++version_), "test", clock_.Now());
    ASSERT_TRUE(compiled) << compiled.error().message;
    compiled_ = std::make_shared<const policy::CompiledPolicy>(*std::move(compiled));
    ASSERT_TRUE(lane_->Run([&](StoreTransaction&) { return detector_->ReplacePolicy(compiled_); }));
  }

  void Restart() {
    lane_.reset();
    detector_ = std::make_unique<detect::Detector>(store_, clock_, std::vector<DetectionListener*>());
    ASSERT_TRUE(detector_->Start(compiled_));
    lane_ = std::make_unique<WriteLane>(store_, *detector_);
  }

  // Mostly a little later than the last; now and then exactly a window, or a step more or less.
  void Pass() {
    if (kind_.baselines) return clock_.Pass(seconds(Random(10) == 0 ? Random(900'000) : 20'000 + Random(90'000)));
    const std::int64_t window = Pick(policy_.rules).window_seconds * 1'000'000'000;
    const std::int64_t step = (window + 511) / 512;
    const std::int64_t edge = Pick<std::int64_t>({0, -1, 1, step, step - 1, step + 1, -step});
    clock_.Pass(Random(5) == 0 ? nanoseconds(std::max<std::int64_t>(0, window + edge))
                               : nanoseconds(static_cast<std::int64_t>(Random(1000)) * window / 2000));
  }

  base::SystemTime RandomTime() {
    std::int64_t shortest = 86'400;
    for (const auto& rule : policy_.rules) shortest = std::min(shortest, rule.window_seconds);
    if (kind_.late_windows_times_4 == 0 || Random(3) != 0) return clock_.Now();
    if (kind_.baselines) return clock_.Now() - seconds(Random(400'000));
    const auto most = static_cast<unsigned>(shortest * 1000 / 4 * kind_.late_windows_times_4);
    return clock_.Now() - std::chrono::milliseconds(Random(most));
  }

  void Batch() {
    Pass();
    std::vector<v1::Event> events;
    for (unsigned i = (kind_.baselines ? 3 : 1) + Random(4); i > 0; --i) events.push_back(RandomEvent());
    const auto kept = lane_->Run([&](StoreTransaction& transaction) -> base::Result<void> {
      for (const v1::Event& event : events) {
        if (auto appended = transaction.AppendEvent(event, event.activity().host()); !appended) return appended;
        if (auto observed = detector_->Observe(event, transaction); !observed) return observed;
      }
      return {};
    });
    ASSERT_TRUE(kept) << kept.error().message;
  }

  // Tells the reference as well.
  v1::Event RandomEvent() {
    reference::Event plain;
    plain.user = Pick<std::string>({"alice", "bob", "bob", ""});
    // Hosts of one user each, or of all.
    plain.host = (kind_.all_keys ? "w" : "w-" + plain.user) + std::to_string(Random(2));
    plain.process = Pick<std::string>({"/bin/cp", "/bin/tar"});
    plain.destination = Pick<std::string>({"", "files.example.com"});
    plain.channel = Pick<std::string>({"print", "email"});
    plain.path = Pick<std::string>({"", "/a", "/b", "/c", "/d"});
    plain.bytes = Random(1000);
    plain.folded = Random(5) == 0 ? Random(4) : 0;
    plain.canary = Random(20) == 0 && !plain.user.empty();
    for (unsigned k = Random(8); k > 0; --k) plain.customers.insert(Random(Random(9) == 0 ? 3'000'000 : 60));
    plain.at = RandomTime();
    plain.received = clock_.Now();
    const std::uint64_t sequence = ++sequence_;
    v1::Event event = MakeEvent({.agent = "agent",
                                 .sequence = sequence,
                                 .host = plain.host,
                                 .user = plain.user,
                                 .channel = *contract::ParseName<v1::Channel>(plain.channel),
                                 .after = plain.at - kStoryBegin,
                                 .records = {plain.customers.begin(), plain.customers.end()},
                                 .exe = plain.process,
                                 .path = plain.path});
    event.mutable_activity()->mutable_file()->set_bytes(plain.bytes);
    event.mutable_activity()->mutable_destination()->set_name(plain.destination);
    event.set_folded(static_cast<std::uint32_t>(plain.folded));
    if (plain.canary) event.mutable_inspection()->mutable_customers()->set_canaries(1);
    *event.mutable_received_at() = contract::ToProto(clock_.Now());
    // A clock that runs ahead: what counts is when it was received.
    if (plain.at == clock_.Now() && Random(4) == 0) {
      *event.mutable_activity()->mutable_at() = contract::ToProto(clock_.Now() + seconds(Random(1'000'000)));
    }
    plain.id = "agent/1/" + std::to_string(sequence);
    reference_.Observe(plain, clock_.Now());
    return event;
  }

  void CloseOne() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < reference_.incidents().size(); ++i) {
      if (reference_.incidents()[i].state != "closed") open.push_back(i);
    }
    if (open.empty()) return;
    const std::size_t number = Pick(open);
    reference_.Close(number);
    const auto closed = lane_->Run([&](StoreTransaction& transaction) -> base::Result<void> {
      auto done = detector_->Close("inc-" + std::to_string(number + 1), "handled", transaction);
      return done ? base::Result<void>() : done.error();
    });
    ASSERT_TRUE(closed) << closed.error().message;
  }

  void Compare() {
    const auto& expected = reference_.incidents();
    for (std::size_t i = 0; i <= expected.size(); ++i) {
      const auto found = store_.FindIncident("inc-" + std::to_string(i + 1));
      ASSERT_TRUE(found);
      ASSERT_EQ(found->has_value(), i < expected.size()) << "incident " << i + 1 << " after event " << sequence_;
      if (!*found) return;
      const v1::Incident& kept = **found;
      const auto ids = customers::RecordSet::Parse(kept.records()).value().Ids();
      const reference::Incident observed{kept.rule(),
                                         kept.subject(),
                                         contract::NameOf(kept.state()),
                                         kept.events(),
                                         kept.measured(),
                                         {ids.begin(), ids.end()},
                                         {kept.event_ids().begin(), kept.event_ids().end()}};
      EXPECT_EQ(observed.rule + " " + observed.subject, expected[i].rule + " " + expected[i].subject);
      EXPECT_EQ(observed.state, expected[i].state);
      EXPECT_EQ(observed.events, expected[i].events);
      EXPECT_EQ(observed.measured, expected[i].measured);
      EXPECT_EQ(observed.customers, expected[i].customers);
      ASSERT_TRUE(observed == expected[i])
          << "incident " << i + 1 << " after event " << sequence_ << "\n"
          << reference::YamlOf(policy_, version_) << ::testing::PrintToString(observed.event_ids) << "\n"
          << ::testing::PrintToString(expected[i].event_ids);
    }
  }

  const Kind kind_;
  std::mt19937_64 random_;
  SetClock clock_;
  MemoryStore store_;
  std::unique_ptr<detect::Detector> detector_;
  std::unique_ptr<WriteLane> lane_;
  reference::Reference reference_;
  reference::Policy policy_;
  std::shared_ptr<const policy::CompiledPolicy> compiled_;
  int version_ = 0;
  std::uint64_t sequence_ = 0;
};

class DetectionProperty : public ::testing::TestWithParam<Kind> {};

TEST_P(DetectionProperty, HoldsOnRandomStreams) {
  // VIGIE_SEED plays one stream alone, VIGIE_STREAMS another number of them.
  const char* one = std::getenv("VIGIE_SEED");
  const char* wanted = std::getenv("VIGIE_STREAMS");
  const unsigned first = one == nullptr ? 1 : static_cast<unsigned>(std::strtoul(one, nullptr, 10));
  const unsigned count = wanted == nullptr ? 150 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
  for (unsigned seed = first; seed < first + (one == nullptr ? count : 1); ++seed) {
    SCOPED_TRACE("VIGIE_SEED=" + std::to_string(seed));
    Story(GetParam(), seed).Play();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Streams, DetectionProperty,
    ::testing::Values(Kind{.name = "AnyLateness", .late_windows_times_4 = 14},
                      Kind{.name = "InOrderWithRestarts", .restarts = true},
                      Kind{.name = "LateWithRestarts", .restarts = true, .all_keys = false, .late_windows_times_4 = 2},
                      Kind{.name = "BaselinesOfAnyLateness", .late_windows_times_4 = 14, .baselines = true},
                      Kind{.name = "BaselinesWithRestarts", .restarts = true, .baselines = true}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace vigie::server
