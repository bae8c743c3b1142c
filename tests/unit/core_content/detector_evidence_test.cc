// Every detector must bring its evidence: tests/data/detectors/<class>.yaml with five true and five false positives or
// more.
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <set>

#include "core/content/detector_table.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLeastEvidence = 5;

std::string EvidencePath(std::string_view name) {
  const char* const source = std::getenv("VIGIE_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/tests/data/detectors/" + std::string(name) + ".yaml";
}

class DetectorEvidence : public ContentTest, public ::testing::WithParamInterface<std::string> {
 protected:
  DetectorEvidence() : evidence_(YAML::LoadFile(EvidencePath(GetParam()))) {}
  YAML::Node evidence_;
};

TEST_P(DetectorEvidence, IsLargeEnough) {
  EXPECT_EQ(evidence_["class"].as<std::string>(), GetParam());
  EXPECT_GE(evidence_["true_positives"].size(), kLeastEvidence);
  EXPECT_GE(evidence_["false_positives"].size(), kLeastEvidence);
}

TEST_P(DetectorEvidence, FindsEveryTruePositive) {
  for (const auto& example : evidence_["true_positives"]) {
    const auto text = example["text"].as<std::string>();
    EXPECT_EQ(Matches(Inspect(text), GetParam()), example["matches"].as<std::uint64_t>(1)) << text;
  }
}

TEST_P(DetectorEvidence, FindsNoFalsePositive) {
  for (const auto& example : evidence_["false_positives"]) {
    const auto text = example["text"].as<std::string>();
    EXPECT_EQ(Matches(Inspect(text), GetParam()), 0U) << text << " (" << example["why"].as<std::string>() << ")";
  }
}

TEST_P(DetectorEvidence, WritesCanonicalValuesOverOthers) {
  std::string canonical(200, 'z');
  std::size_t values = 0;
  for (const auto& example : evidence_["true_positives"]) {
    const auto text = example["text"].as<std::string>();
    for (const auto& found : Engine().scanner().Scan(text)) {
      const auto& detector = *DetectorTable()[found.detector];
      const auto written = std::string_view(text).substr(found.match.begin, found.match.end - found.match.begin);
      detector.WriteCanonical(written, canonical);
      EXPECT_EQ(detector.Canonical(written), canonical) << detector.name() << " in " << text;
      values += detector.name() == GetParam() ? 1U : 0U;
    }
  }
  EXPECT_GE(values, kLeastEvidence);
}

TEST_P(DetectorEvidence, ShowsMaskedSamplesOnly) {
  const auto inspection = Inspect(evidence_["true_positives"][0]["text"].as<std::string>());
  for (const auto& found : inspection.classes()) {
    if (found.class_() != GetParam()) continue;
    ASSERT_EQ(found.masked_samples_size(), 1);
    EXPECT_EQ(found.masked_samples(0), evidence_["masked"].as<std::string>());
  }
}

std::vector<std::string> AllClasses() {
  std::vector<std::string> names;
  for (const auto& detector : DetectorTable()) names.emplace_back(detector->name());
  return names;
}

INSTANTIATE_TEST_SUITE_P(AllDetectors, DetectorEvidence, ::testing::ValuesIn(AllClasses()),
                         [](const auto& tested) { return tested.param; });

TEST(DetectorTable, NamesEachClassOnce) {
  const auto names = AllClasses();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace vigie::content
