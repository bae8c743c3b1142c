#include "core/policy/compiled_policy.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <functional>

#include "proto/contract/yaml_reader.h"

namespace vigie::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kSample = R"(    version: 7
    rules:                       # one activity at a time, decided on the workstation
      - id: customers-to-media
        when: {channels: [removable_media], customers_at_least: 10}
        action: block            # allow | audit | warn | block | quarantine
        shadow: false            # true: evaluated and reported, not enforced
    thresholds:                  # many events, decided at the collector; a user's own are also held offline by the agent
      - id: bulk-customers
        when: {channels: [removable_media, web_upload, network_transfer, print, clipboard, archive, cloud_sync]}
        measure: distinct_customers        # events | bytes | distinct_files | distinct_customers | distinct_identifiers
        per: [user]                        # user | host | process | destination | group, or several
        window: 24h
        over: 100
        severity: critical                 # low | medium | high | critical
        respond: [block_channels]          # optional; enforced by the user's agents until the incident is closed
)";

v1::Policy SamplePolicy() {
  v1::Policy policy;
  EXPECT_TRUE(contract::ReadYaml(kSample, "sample.yaml", policy));
  return policy;
}

TEST(ReadPolicy, TakesTheSampleAsItIsDocumented) {
  const auto policy = ReadPolicy(kSample, "sample.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->source().version(), 7U);
  ASSERT_EQ(policy->rules().size(), 1U);
  EXPECT_EQ(policy->rules()[0].source.action(), v1::ACTION_BLOCK);
  EXPECT_EQ(policy->rules()[0].source.when().customers_at_least(), 10U);
  ASSERT_EQ(policy->thresholds().size(), 1U);
  const v1::Threshold& threshold = policy->thresholds()[0].source;
  EXPECT_EQ(threshold.window().seconds(), 24 * 3600);
  EXPECT_EQ(threshold.over(), 100U);
  EXPECT_EQ(threshold.severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(threshold.when().channels_size(), 7);
  EXPECT_EQ(threshold.respond(0), v1::RESPONSE_BLOCK_CHANNELS);
}

TEST(ReadPolicy, SurvivesBeingWrittenAndReadAgain) {
  const auto policy = ReadPolicy(kSample, "sample.yaml");
  ASSERT_TRUE(policy);
  const auto again = ReadPolicy(contract::WriteYaml(policy->source()), "again.yaml");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(policy->source(), again->source()));
}

struct BadText {
  const char* from;
  const char* to;
  const char* error;
};

TEST(ReadPolicy, NamesFileLineFieldAndReason) {
  const BadText cases[] = {
      {"version: 7", "version: 0", "p.yaml:1: version: must be at least 1"},
      {"version: 7", "version: seven", "p.yaml:1: version: must be a whole number"},
      {"action: block", "action: blok",
       "p.yaml:5: rules[0].action: must be one of allow, audit, warn, block, quarantine"},
      {"action: block", "action: warn", "p.yaml:5: rules[0].action: this version cannot warn"},
      {"action: block", "", "p.yaml:3: rules[0].action: must be given (rule customers-to-media)"},
      {"removable_media], cust", "usb], cust",
       "p.yaml:4: rules[0].when.channels[0]: must be one of local, removable_media"},
      {"customers_at_least", "verdicts: [block], customers_at_least",
       "p.yaml:4: rules[0].when.verdicts: belongs to thresholds"},
      {"id: bulk-customers", "id: customers-to-media", "p.yaml:8: thresholds[0].id: is already the id of rules[0]"},
      {"id: bulk-customers", "id: \"bulk customers\"", "p.yaml:8: thresholds[0].id: must be 1 to 64"},
      {"measure: distinct_customers", "measure: distinct_identifiers",
       "p.yaml:10: thresholds[0].measure: this version cannot measure distinct_identifiers"},
      {"per: [user]", "per: []", "p.yaml:11: thresholds[0].per: must name at least one key"},
      {"per: [user]", "pre: [user]",
       "p.yaml:11: thresholds[0].pre: unknown key; the keys here are id, when, measure, per"},
      {"per: [user]", "per: [group]", "p.yaml:11: thresholds[0].per[0]: needs groups in the policy"},
      {"per: [user]", "per: [user, user]", "p.yaml:11: thresholds[0].per[1]: given twice"},
      {"per: [user]", "per: [host]", "p.yaml:15: thresholds[0].respond: block_channels needs user among per"},
      {"window: 24h", "window: 59s",
       "p.yaml:12: thresholds[0].window: must be from 1m to 90d (threshold bulk-customers)"},
      {"window: 24h", "window: 91d", "p.yaml:12: thresholds[0].window: must be from 1m to 90d"},
      {"window: 24h", "window: a day", "p.yaml:12: thresholds[0].window: not a duration"},
      {"window: 24h", "", "p.yaml:8: thresholds[0].window: must be given"},
      {"severity: critical", "", "p.yaml:8: thresholds[0].severity: must be given"},
  };
  for (const BadText& bad : cases) {
    std::string text = kSample;
    text.replace(text.find(bad.from), std::string(bad.from).size(), bad.to);
    const auto policy = ReadPolicy(text, "p.yaml");
    ASSERT_FALSE(policy) << bad.to;
    EXPECT_THAT(policy.error().message, StartsWith(bad.error));
  }
}

struct BadPolicy {
  const char* error;
  base::ErrorCode code;
  std::function<void(v1::Policy&)> spoil;
};

TEST(CompiledPolicy, RefusesWhatCannotWorkByRuleAndField) {
  using enum base::ErrorCode;
  const BadPolicy cases[] = {
      {"version: ", kInvalidArgument, [](auto& p) { p.set_version(0); }},
      {"rules[0].id: must be given", kInvalidArgument, [](auto& p) { p.mutable_rules(0)->clear_id(); }},
      {"rule customers-to-media: id: is already", kInvalidArgument, [](auto& p) { *p.add_rules() = p.rules(0); }},
      {"rule customers-to-media: action: ", kUnsupported,
       [](auto& p) { p.mutable_rules(0)->set_action(v1::ACTION_QUARANTINE); }},
      {"rule customers-to-media: action: ", kUnsupported,
       [](auto& p) { p.mutable_rules(0)->set_action(static_cast<v1::Action>(77)); }},
      {"rule customers-to-media: when.classes[0]: ", kInvalidArgument,
       [](auto& p) { p.mutable_rules(0)->mutable_when()->add_classes("e-mail"); }},
      {"threshold bulk-customers: measure: must be given", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->clear_measure(); }},
      {"threshold bulk-customers: per[0]: ", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->set_per(0, v1::SUBJECT_KEY_GROUP); }},
      {"threshold bulk-customers: window: ", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->mutable_window()->set_seconds(-1); }},
      {"threshold bulk-customers: window: ", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->mutable_window()->set_seconds(std::int64_t{1} << 60); }},
      {"threshold bulk-customers: window: ", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->mutable_window()->set_nanos(-1); }},
      {"threshold bulk-customers: respond: block_channels needs when.channels", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->mutable_when()->clear_channels(); }},
      {"threshold bulk-customers: respond[0]: ", kInvalidArgument,
       [](auto& p) { p.mutable_thresholds(0)->set_respond(0, v1::RESPONSE_UNSPECIFIED); }},
  };
  for (const BadPolicy& bad : cases) {
    v1::Policy source = SamplePolicy();
    bad.spoil(source);
    const auto policy = CompiledPolicy::Compile(source);
    ASSERT_FALSE(policy) << bad.error;
    EXPECT_THAT(policy.error().message, StartsWith(bad.error));
    EXPECT_EQ(policy.error().code, bad.code) << bad.error;
  }
}

TEST(CompiledPolicy, NeverRepeatsTheValueThatItRefuses) {
  v1::Policy source = SamplePolicy();
  source.mutable_rules(0)->mutable_when()->add_classes("alice@example.com");
  const auto policy = CompiledPolicy::Compile(source);
  ASSERT_FALSE(policy);
  EXPECT_THAT(policy.error().message, ::testing::Not(HasSubstr("alice")));
}

TEST(CompiledPolicy, TakesEveryChannelEvenThoseThatNoSensorSeesYet) {
  v1::Policy source = SamplePolicy();
  auto* when = source.mutable_rules(0)->mutable_when();
  when->clear_channels();
  for (int channel = v1::CHANNEL_LOCAL; channel <= v1::Channel_MAX; ++channel)
    when->add_channels(static_cast<v1::Channel>(channel));
  EXPECT_TRUE(CompiledPolicy::Compile(source));
}

TEST(CompiledPolicy, CountsFromOneIfOverIsMissing) {
  v1::Policy source = SamplePolicy();
  source.mutable_thresholds(0)->clear_over();
  const auto policy = CompiledPolicy::Compile(source);
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->thresholds()[0].source.over(), 0U);
}

TEST(CompiledPolicy, TakesTheShortestAndTheLongestWindow) {
  for (const std::int64_t seconds : {std::int64_t{60}, std::int64_t{90} * 24 * 3600}) {
    v1::Policy source = SamplePolicy();
    source.mutable_thresholds(0)->mutable_window()->set_seconds(seconds);
    EXPECT_TRUE(CompiledPolicy::Compile(source)) << seconds;
  }
}

}  // namespace
}  // namespace vigie::policy
