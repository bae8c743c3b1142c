#include "agent/background_work.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_host_info.h"
#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

class BackgroundWorkTest : public ::testing::Test {
 protected:
  BackgroundWorkTest() {
    bench_.AddFile("/home/old.csv", "customers 0 15");
    discovery_.emplace(bench_.files, inspect::DiscoveryOptions{.roots = {"/home"}, .excluded = {}});
  }

  BackgroundWork::Parts Parts() {
    return {.sensor = sensor_,
            .pipeline = bench_.pipeline,
            .reporter = bench_.reporter,
            .discovery = *discovery_,
            .verdicts = *bench_.verdicts,
            .contents = *bench_.verdicts,
            .carriers = bench_.carriers,
            .marks = marks_,
            .network = network_,
            .refused_writes = refused_writes_,
            .host = host_,
            .clock = bench_.clock};
  }

  // Works until `done`, or until it has had a fair chance.
  bool WorksUntil(const std::function<bool()>& done) {
    BackgroundWork work(Parts());
    std::jthread thread([&](const std::stop_token& stop) { work.Run(stop); });
    const auto deadline = base::Deadline::After(std::chrono::milliseconds(500));
    while (!done() && !deadline.expired()) std::this_thread::yield();
    return done();
  }

  PipelineWorkbench bench_;
  platform::FakeFileEvents events_;
  enforce::Marks marks_{events_};
  sensor::FileSensor sensor_{bench_.clock, {.changed = [](const auto&) {}}};
  std::optional<inspect::Discovery> discovery_;
  platform::FakeHostInfo host_;
  sensor::NetworkSensor network_{bench_.clock, [](const auto&) {}};
  RefusedWrites refused_writes_{{bench_.processes, bench_.carriers, bench_.places, bench_.classifier, bench_.policy,
                                 bench_.reporter, bench_.clock}};
};

TEST_F(BackgroundWorkTest, FindsWhatWasThereBefore) {
  EXPECT_TRUE(WorksUntil([this] { return bench_.IsMarked("/home/old.csv"); }));
}

TEST_F(BackgroundWorkTest, LeavesTheDiskAloneWhileOthersWaitForIt) {
  host_.SetPressure(0.5);
  EXPECT_FALSE(WorksUntil([this] { return bench_.IsMarked("/home/old.csv"); }));
  host_.SetPressure(0);
  EXPECT_TRUE(WorksUntil([this] { return bench_.IsMarked("/home/old.csv"); }));
}

TEST_F(BackgroundWorkTest, LooksAtAllFilesAgainForMarksThatWereRefused) {
  ASSERT_TRUE(WorksUntil([this] { return bench_.IsMarked("/home/old.csv"); }));
  ASSERT_TRUE(WorksUntil([this] { return discovery_->done(); }));
  bench_.AddFile("/home/later.csv", "customers 0 15");
  EXPECT_FALSE(WorksUntil([this] { return bench_.IsMarked("/home/later.csv"); })) << "nobody has told of it";
  events_.Stop();
  marks_.Set(bench_.files.OpenForReading("/home/old.csv", false).value(), true);
  ASSERT_EQ(marks_.missing(), 1U) << "this sensor is stopped";
  EXPECT_TRUE(WorksUntil([this] { return bench_.IsMarked("/home/later.csv"); }));
  EXPECT_TRUE(WorksUntil([this] { return marks_.missing() == 0; })) << "a round without a refusal";
}

// And all that happens to them meanwhile: the last event of a file has the last word.
TEST_F(BackgroundWorkTest, LeavesLargeFilesToAThreadOfTheirOwn) {
  host_.SetPressure(0.5);  // nothing is found on the disk
  for (const char* path : {"/home/archive", "/home/small"}) bench_.AddFile(path, "customers 0 15");
  auto large = bench_.Closed(41, "/home/archive");
  large.file.bytes = 2 << 20;
  sensor_.OnEvent(std::move(large));
  sensor_.OnEvent(bench_.Closed(41, "/home/archive"));
  sensor_.OnEvent(bench_.Closed(41, "/home/small"));
  BackgroundWork work(Parts());
  std::jthread thread([&](const std::stop_token& stop) { work.Run(stop); });
  const auto deadline = base::Deadline::After(std::chrono::seconds(20));
  while (!bench_.IsMarked("/home/small") && !deadline.expired()) std::this_thread::yield();
  EXPECT_TRUE(bench_.IsMarked("/home/small"));
  EXPECT_EQ(bench_.inspector.inspections(), 1) << "neither of the archive's events";
  std::stop_source stopped;
  stopped.request_stop();
  std::jthread late([&] { work.RunLarge(stopped.get_token()); });
  late.join();
  EXPECT_EQ(bench_.inspector.inspections(), 1) << "a stop waits for none of them";
  std::jthread other([&](const std::stop_token& stop) { work.RunLarge(stop); });
  while (!bench_.IsMarked("/home/archive") && !deadline.expired()) std::this_thread::yield();
  EXPECT_TRUE(bench_.IsMarked("/home/archive"));
}

TEST_F(BackgroundWorkTest, TellsOfFilesThatWereGoneTogetherAndLooksAtNothingAgain) {
  const auto told = [this] {
    std::uint64_t lost = 0;
    for (const auto& event : bench_.Told()) lost += event.gap().lost();
    return lost;
  };
  const platform::FileEventGap gone{.reason = "gone", .at = bench_.clock.Now(), .file_gone = true};
  ASSERT_TRUE(WorksUntil([this] { return discovery_->done(); }));
  bench_.AddFile("/home/later.csv", "customers 0 15");
  for (int i = 0; i < 3; ++i) sensor_.OnGap(gone);
  EXPECT_FALSE(WorksUntil([this] { return bench_.IsMarked("/home/later.csv"); })) << "no file has changed unseen";
  EXPECT_EQ(told(), 3U);
}

}  // namespace
}  // namespace vigie::agent
