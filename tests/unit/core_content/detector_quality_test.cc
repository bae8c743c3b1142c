// Recall and precision of each detector, as a table: ctest -R detector_evidence -V
// Positives: each true positive of the evidence with other digits, as often as it takes until the check passes, in
// several surroundings. Negatives: text in which nobody stands, but many numbers do. All from a fixed seed.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "core/content/detector_table.h"
#include "core/content/validate/ascii.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

constexpr int kPositives = 200;  // of each class
constexpr int kNumbers = 20'000;
constexpr double kLeastRecall = 0.95;
constexpr double kLeastPrecision = 0.9;

using Random = std::mt19937;

YAML::Node EvidenceOf(std::string_view name) {
  const char* const source = std::getenv("VIGIE_SOURCE_DIR");
  return YAML::LoadFile(std::string(source == nullptr ? "." : source) + "/tests/data/detectors/" + std::string(name) +
                        ".yaml");
}

char RandomDigit(Random& random) {
  return static_cast<char>('0' + random() % 10);
}

std::string RandomDigits(std::size_t count, Random& random) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i) digits.push_back(RandomDigit(random));
  return digits;
}

// Where text stands and what it is about.
std::string Surrounded(const std::string& text, Random& random) {
  switch (random() % 5) {
    case 0:
      return "The file of the case says: " + text + ", as agreed on the phone last week.\n";
    case 1:
      return "17;Anna Example;" + text + ";Lyon\n";
    case 2:
      return "{\"row\": 17, \"value\": \"" + text + "\", \"ok\": true}\n";
    case 3:
      return "2024-05-12 10:33:21 INFO customer [" + text + "] updated\n";
    default:
      return text + "\n";
  }
}

class DetectorQuality : public ContentTest {
 protected:
  // The text with other digits in place of those that `name` found in it.
  std::string Varied(const std::string& text, std::size_t detector, Random& random) {
    auto& scanner = Engine().scanner();
    for (int tries = 0; tries < 200'000; ++tries) {
      auto varied = text;
      for (const auto& found : scanner.Scan(text)) {
        if (found.detector != detector) continue;
        for (auto at = found.match.begin; at < found.match.end; ++at) {
          if (IsDigit(varied[at]) && random() % 2 == 0) varied[at] = RandomDigit(random);
        }
      }
      const auto& found = scanner.Scan(varied);
      if (std::ranges::any_of(found, [&](const DetectedMatch& match) { return match.detector == detector; }))
        return varied;
      if (tries % 64 == 63 && !IsShaped(detector)) break;
    }
    return text;
  }

  bool IsShaped(std::size_t detector) { return !Engine().scanner().detectors()[detector]->shapes().empty(); }

  bool Finds(const std::string& text, std::size_t detector) {
    const auto& found = Engine().scanner().Scan(text);
    return std::ranges::any_of(found, [&](const DetectedMatch& match) { return match.detector == detector; });
  }

  // Found among kPositives.
  int CountFound(std::size_t detector, Random& random) {
    const auto evidence = EvidenceOf(DetectorTable()[detector]->name())["true_positives"];
    int found = 0;
    for (int i = 0; i < kPositives; ++i) {
      const auto text = evidence[static_cast<std::size_t>(i) % evidence.size()]["text"].as<std::string>();
      found += Finds(Surrounded(i % 4 == 0 ? Varied(text, detector, random) : text, random), detector) ? 1 : 0;
    }
    return found;
  }
};

// Order numbers, logs, source code, hashes, prose: about kNumbers numbers.
std::string Negatives(Random& random) {
  std::string text = "order;customer_reference;quantity;total\n";
  const char* const words[] = {"the", "order", "was", "shipped", "from", "warehouse", "and", "paid", "on", "time"};
  for (int i = 0; i < kNumbers / 8; ++i) {
    text += RandomDigits(6 + random() % 11, random) + ";REF-" + RandomDigits(7, random) + ";" +
            RandomDigits(2, random) + ";" + RandomDigits(3, random) + "." + RandomDigits(2, random) + "\n";
    text += "[" + std::to_string(1'600'000'000 + random() % 200'000'000) + "." + RandomDigits(3, random) +
            "] pid=" + RandomDigits(5, random) + " took " + RandomDigits(4, random) + " us, offset 0x" +
            RandomDigits(8, random) + "\n";
    for (int word = 0; word < 12; ++word) text += std::string(words[random() % std::size(words)]) + " ";
    text += "\nconst long k" + std::to_string(i) + " = " + RandomDigits(9, random) + "; // v" +
            RandomDigits(1, random) + "." + RandomDigits(2, random) + "." + RandomDigits(3, random) + "\n";
    text += "commit " + RandomDigits(4, random) + "deadbeef" + RandomDigits(8, random) + "cafe" +
            RandomDigits(16, random) + "\n";
  }
  return text;
}

TEST_F(DetectorQuality, RecallAndPrecisionAreHigh) {
  Random random(20240917);
  std::vector<int> false_matches(DetectorTable().size());
  const auto negatives = Negatives(random);
  for (const auto& found : Engine().scanner().Scan(negatives)) ++false_matches[found.detector];
  std::printf("%-18s %9s %6s %7s %15s %9s\n", "class", "positives", "found", "recall", "false of 20,000", "precision");
  for (std::size_t i = 0; i < DetectorTable().size(); ++i) {
    const std::string name(DetectorTable()[i]->name());
    const int found = CountFound(i, random);
    const double recall = static_cast<double>(found) / kPositives;
    // As if numbers of this class and numbers of others were met equally often.
    const double false_share = static_cast<double>(false_matches[i]) / kNumbers;
    const double precision = recall / (recall + false_share);
    std::printf("%-18s %9d %6d %7.3f %15d %9.4f\n", name.c_str(), kPositives, found, recall, false_matches[i],
                precision);
    EXPECT_GE(recall, kLeastRecall) << name;
    EXPECT_GE(precision, kLeastPrecision) << name;
  }
}

}  // namespace
}  // namespace vigie::content
