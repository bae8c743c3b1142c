#include "core/policy/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace vigie::policy {
namespace {

using ::testing::StartsWith;

// Alice copies an export of 40 customers to a stick.
struct Story {
  v1::Activity activity;
  v1::Inspection inspection;

  Story() {
    activity.set_kind(v1::ACTIVITY_KIND_COPY);
    activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
    activity.set_user("alice");
    activity.mutable_process()->set_exe("/usr/bin/cp");
    activity.mutable_file()->set_path("/media/stick/export.csv");
    activity.mutable_file()->set_previous_path("/srv/exports/2026/export.csv");
    activity.mutable_destination()->set_name("Stick-1");
    auto* emails = inspection.add_classes();
    emails->set_class_("email_address");
    emails->set_matches(40);
    auto* ibans = inspection.add_classes();
    ibans->set_class_("iban");
    inspection.mutable_customers()->set_distinct(40);
  }
};

bool Matches(const v1::Condition& when, const Story& story = {}, v1::Verdict verdict = v1::VERDICT_AUDIT) {
  const auto condition = Condition::Compile(when);
  EXPECT_TRUE(condition) << condition.error().message;
  return condition && condition->Matches(story.activity, story.inspection, verdict);
}

v1::Condition When(const std::function<void(v1::Condition&)>& fill) {
  v1::Condition when;
  fill(when);
  return when;
}

struct ConditionCase {
  const char* name;
  std::function<void(v1::Condition&)> fill;
  bool matches;
};

TEST(Condition, FollowsItsTable) {
  const ConditionCase cases[] = {
      {"empty", [](auto&) {}, true},
      {"its channel", [](auto& w) { w.add_channels(v1::CHANNEL_REMOVABLE_MEDIA); }, true},
      {"one of two channels",
       [](auto& w) {
         w.add_channels(v1::CHANNEL_PRINT);
         w.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
       },
       true},
      {"another channel", [](auto& w) { w.add_channels(v1::CHANNEL_PRINT); }, false},
      {"its activity", [](auto& w) { w.add_activities(v1::ACTIVITY_KIND_COPY); }, true},
      {"another activity", [](auto& w) { w.add_activities(v1::ACTIVITY_KIND_OPEN); }, false},
      {"a class found", [](auto& w) { w.add_classes("email_address"); }, true},
      {"a class looked for but not found", [](auto& w) { w.add_classes("iban"); }, false},
      {"another class", [](auto& w) { w.add_classes("fr_nir"); }, false},
      {"as many customers", [](auto& w) { w.set_customers_at_least(40); }, true},
      {"fewer customers", [](auto& w) { w.set_customers_at_least(41); }, false},
      {"its verdict", [](auto& w) { w.add_verdicts(v1::VERDICT_AUDIT); }, true},
      {"another verdict", [](auto& w) { w.add_verdicts(v1::VERDICT_BLOCK); }, false},
      {"its path", [](auto& w) { w.add_paths("/media/**"); }, true},
      {"the path it came from", [](auto& w) { w.add_paths("/srv/exports/**"); }, true},
      {"another path", [](auto& w) { w.add_paths("/home/**"); }, false},
      {"the full path of the process", [](auto& w) { w.add_processes("/usr/bin/cp"); }, true},
      {"the last name of the process", [](auto& w) { w.add_processes("cp"); }, true},
      {"another full path of that name", [](auto& w) { w.add_processes("/tmp/cp"); }, false},
      {"an end of the last name", [](auto& w) { w.add_processes("p"); }, false},
      {"its user", [](auto& w) { w.add_users("alice"); }, true},
      {"another user", [](auto& w) { w.add_users("Alice"); }, false},
      {"its destination, in other letters", [](auto& w) { w.add_destinations("stick-*"); }, true},
      {"another destination", [](auto& w) { w.add_destinations("*.example.com"); }, false},
      {"two conditions of which one fails",
       [](auto& w) {
         w.add_users("alice");
         w.add_channels(v1::CHANNEL_PRINT);
       },
       false},
  };
  for (const ConditionCase& c : cases) EXPECT_EQ(Matches(When(c.fill)), c.matches) << c.name;
}

TEST(Condition, OnVerdictsDoesNotHoldWhileTheVerdictIsBeingDecided) {
  EXPECT_FALSE(Matches(When([](auto& w) { w.add_verdicts(v1::VERDICT_ALLOW); }), {}, v1::VERDICT_UNSPECIFIED));
}

TEST(Condition, OnPathsDoesNotHoldWithoutAFile) {
  Story story;
  story.activity.clear_file();
  EXPECT_FALSE(Matches(When([](auto& w) { w.add_paths("**"); }), story));
}

TEST(Condition, KnowsAProcessThatHasNoFolder) {
  Story story;
  story.activity.mutable_process()->set_exe("cp");
  EXPECT_TRUE(Matches(When([](auto& w) { w.add_processes("cp"); }), story));
}

TEST(Condition, RefusesWhatItDoesNotUnderstandByField) {
  const std::pair<const char*, std::function<void(v1::Condition&)>> cases[] = {
      {"channels[0]: ", [](auto& w) { w.add_channels(v1::CHANNEL_UNSPECIFIED); }},
      {"channels[1]: ",
       [](auto& w) {
         w.add_channels(v1::CHANNEL_PRINT);
         w.add_channels(static_cast<v1::Channel>(99));
       }},
      {"activities[0]: ", [](auto& w) { w.add_activities(v1::ACTIVITY_KIND_UNSPECIFIED); }},
      {"classes[0]: ", [](auto& w) { w.add_classes("e_mail"); }},
      {"verdicts[0]: ", [](auto& w) { w.add_verdicts(v1::VERDICT_UNSPECIFIED); }},
      {"paths[0]: ", [](auto& w) { w.add_paths(""); }},
      {"paths[0]: ", [](auto& w) { w.add_paths(std::string(1025, '*')); }},
      {"processes[0]: ", [](auto& w) { w.add_processes(""); }},
      {"users[0]: ", [](auto& w) { w.add_users(""); }},
      {"users: ",
       [](auto& w) {
         for (int i = 0; i < 1001; ++i) w.add_users("u");
       }},
      {"destinations[0]: ", [](auto& w) { w.add_destinations(""); }},
  };
  for (const auto& [begin, fill] : cases) {
    const auto condition = Condition::Compile(When(fill));
    ASSERT_FALSE(condition) << begin;
    EXPECT_THAT(condition.error().message, StartsWith(begin));
  }
}

}  // namespace
}  // namespace vigie::policy
