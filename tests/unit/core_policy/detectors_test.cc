// A policy's own detectors: what is taken, and that what is wrong is refused with line, key and reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/compiled_policy.h"

namespace vigie::policy {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGood = R"(version: 1
detectors:
  - id: staff_number
    pattern: 'P-[0-9]{6,8}'
    check: luhn
    context: [staff, personnel*]
    context_required: true
    at_least: 5
rules:
  - id: staff-to-media
    when: {channels: [removable_media], classes: [staff_number, iban]}
    action: block
)";

// The good one with one piece of text changed.
std::string ErrorAfter(const std::string& from, const std::string& to) {
  std::string yaml = kGood;
  const auto place = yaml.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  yaml.replace(place, from.size(), to);
  const auto policy = ReadPolicy(yaml, "policy.yaml");
  return policy ? "" : policy.error().message;
}

TEST(PolicyDetectors, AreTakenAndTheirClassesMayBeUsedInRules) {
  const auto policy = ReadPolicy(kGood, "policy.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  ASSERT_EQ(policy->source().detectors_size(), 1);
  EXPECT_EQ(policy->source().detectors(0).at_least(), 5U);
}

TEST(PolicyDetectors, ARuleFindsThem) {
  const auto policy = ReadPolicy(kGood, "policy.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  v1::Inspection inspection;
  EXPECT_EQ(Evaluate(*policy, activity, inspection).verdict, v1::VERDICT_ALLOW);
  auto& found = *inspection.add_classes();
  found.set_class_("staff_number");
  found.set_matches(1);
  EXPECT_EQ(Evaluate(*policy, activity, inspection).verdict, v1::VERDICT_BLOCK);
}

TEST(PolicyDetectors, ErrorsNameFileLineKeyAndReason) {
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", "P-[0-9"),
              HasSubstr("policy.yaml:4: detectors[0].pattern: is not understood"));
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", "P-[0-9]{6,}"), HasSubstr("at most 256 bytes"));
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", "[0-9]{0,3}"), HasSubstr("at least 4 bytes"));
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", "(P)-\\1[0-9]{6}"), HasSubstr("is not understood"));
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", "(*UTF8)P-[0-9]{6}"), HasSubstr("must not begin with (*"));
  EXPECT_THAT(ErrorAfter("P-[0-9]{6,8}", ""), HasSubstr("must be given"));
  EXPECT_THAT(ErrorAfter("check: luhn", "check: lun"),
              HasSubstr("policy.yaml:5: detectors[0].check: must be one of luhn"));
  EXPECT_THAT(ErrorAfter("[staff, personnel*]", "[]"), HasSubstr("context_required: needs words in context"));
  EXPECT_THAT(ErrorAfter("[staff, personnel*]", "[x]"), HasSubstr("context[0]: must be 2 to 64 bytes"));
  EXPECT_THAT(ErrorAfter("at_least: 5", "at_most: 5"), HasSubstr("policy.yaml:8"));
}

TEST(PolicyDetectors, NamesMustBeNewAndUsable) {
  EXPECT_THAT(ErrorAfter("id: staff_number", "id: iban"), HasSubstr("name of a class of the product"));
  EXPECT_THAT(ErrorAfter("id: staff_number", "id: Staff-Number"), HasSubstr("small letters"));
  EXPECT_THAT(ErrorAfter("classes: [staff_number", "classes: [staff_numbers"),
              HasSubstr("not the name of a detector class"));
  EXPECT_THAT(ErrorAfter("rules:", "  - {id: staff_number, pattern: '[0-9]{8}'}\nrules:"), HasSubstr("already the id"));
}

TEST(PolicyDetectors, AreNotMoreThanAPassCanBear) {
  std::string more;
  for (int i = 0; i < 40; ++i) more += "  - {id: own_" + std::to_string(i) + ", pattern: '[0-9]{8}'}\n";
  EXPECT_THAT(ErrorAfter("rules:", more + "rules:"), HasSubstr("at most 32"));
}

}  // namespace
}  // namespace vigie::policy
