// Nobody is connected, and the policy's thresholds hold all the same.
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::OpenMode;

constexpr char kPolicy[] = R"(
version: 3
thresholds:
  - id: bulk-to-media
    when: {channels: [removable_media]}
    measure: distinct_customers
    per: [user]
    window: 24h
    over: 100
    severity: high
    respond: [block_channels]
)";

class PipelineOffline : public ::testing::Test {
 protected:
  PipelineOffline() {
    bench.AttachMedium("/media/stick");
    for (int i = 0; i < 5; ++i) {
      const std::string from = std::to_string(50 * i);
      bench.AddFile(Source(i), "customers " + from + " " + std::to_string(50 * i + 49));
    }
  }
  static std::string Source(int i) { return "/home/part" + std::to_string(i) + ".csv"; }

  // A process of its own for each file, as with cp.
  Answer Copy(int i) {
    const std::string target = "/media/stick/part" + std::to_string(i) + ".csv";
    bench.AddProcess(100 + i, "/usr/bin/cp", "cp");
    EXPECT_EQ(bench.Open(100 + i, Source(i)), Answer::kAllow);
    bench.AddFile(target, "");
    return bench.Open(100 + i, target, OpenMode::kWrite);
  }

  PipelineWorkbench bench{{}, kPolicy};
};

TEST_F(PipelineOffline, BlocksTheCopyAfterTheOneThatTookTheUserOver) {
  EXPECT_EQ(Copy(0), Answer::kAllow);
  EXPECT_EQ(Copy(1), Answer::kAllow) << "a hundred customers are not over a hundred";
  EXPECT_EQ(bench.Told().back().rule(), "");
  EXPECT_EQ(Copy(2), Answer::kAllow) << "this one takes the user over: 150 customers";
  EXPECT_EQ(bench.Told().back().rule(), "bulk-to-media");
  EXPECT_EQ(Copy(3), Answer::kDeny);
  const v1::Event stopped = bench.Told().back();
  EXPECT_EQ(stopped.verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(stopped.rule(), "bulk-to-media");
  EXPECT_EQ(bench.Open(104, Source(4)), Answer::kAllow) << "only the way out is closed";
}

TEST_F(PipelineOffline, OpensTheChannelAgainAfterTheWindow) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Copy(i), Answer::kAllow);
  EXPECT_EQ(Copy(3), Answer::kDeny);
  bench.clock.Advance(std::chrono::hours(25));
  bench.thresholds.Sweep();
  EXPECT_EQ(Copy(4), Answer::kAllow);
}

}  // namespace
}  // namespace vigie::agent
