#include "server/cli/scan_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <vector>

namespace vigie::cli {
namespace {

TEST(ScanPipeline, EmitsInTheOrderOfSubmission) {
  std::vector<std::string> emitted;
  std::latch others_done(3);
  {
    ScanPipeline pipeline(
        2,
        [&](const ScanItem& item) {
          // The first one ends last.
          if (item.path == "0") {
            others_done.wait();
          } else {
            others_done.count_down();
          }
          return ScanResult{.path = item.path, .inspection = {}, .note = {}, .decision = {}};
        },
        [&](const ScanResult& result) { emitted.push_back(result.path); });
    for (int i = 0; i < 4; ++i) pipeline.Submit({std::to_string(i), ScanItem::Kind::kFile, ""});
    pipeline.Finish();
  }
  EXPECT_EQ((std::vector<std::string>{"0", "1", "2", "3"}), emitted);
}

TEST(ScanPipeline, ScansEverythingOnceWithBoundedWork) {
  std::atomic<int> under_way = 0;
  std::atomic<int> scanned = 0;
  int emitted = 0;
  ScanPipeline pipeline(
      4,
      [&](const ScanItem& item) {
        EXPECT_LE(++under_way, 4);
        ++scanned;
        --under_way;
        return ScanResult{.path = item.path, .inspection = {}, .note = {}, .decision = {}};
      },
      [&](const ScanResult& result) { EXPECT_EQ(std::to_string(emitted++), result.path); });
  for (int i = 0; i < 1000; ++i) pipeline.Submit({std::to_string(i), ScanItem::Kind::kFile, ""});
  pipeline.Finish();
  EXPECT_EQ(1000, scanned);
  EXPECT_EQ(1000, emitted);
}

TEST(ScanPipeline, FinishesWithoutAnything) {
  ScanPipeline pipeline(
      1, [](const ScanItem&) { return ScanResult(); }, [](const ScanResult&) { FAIL(); });
  pipeline.Finish();
}

}  // namespace
}  // namespace vigie::cli
