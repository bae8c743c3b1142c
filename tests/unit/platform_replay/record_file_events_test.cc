#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/fake/fake_file_events.h"
#include "platform/fake/fake_process_info.h"
#include "platform/replay/recorded_activity.h"
#include "platform/replay/replay.h"
#include "tests/contract/file_events/event_collector.h"
#include "tests/contract/file_events/scratch_folder.h"

namespace vigie::platform {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Reaction = test::EventCollector::Reaction;

constexpr FileEventOptions kPatient{.deadline = std::chrono::minutes(1)};

class Mortal final : public ProcessHandle {
 public:
  explicit Mortal(bool alive) : alive_(alive) {}
  bool Alive() const override { return alive_; }

 private:
  const bool alive_;
};

class Recorder : public testing::Test {
 protected:
  void SetUp() override {
    processes_.Add({.id = {5, 50},
                    .exe = "/bin/cat",
                    .command_line = "cat x",
                    .parents = {"/bin/sh"},
                    .uid = 1000,
                    .user = "alice",
                    .session = 1});
    processes_.SetPendingOpenMode(5, OpenMode::kRead);
    processes_.SetWritableFiles(5, {{1, 2, "/media/stick/y"}});
    auto sensor = std::make_unique<FakeFileEvents>(kPatient);
    sensor_ = sensor.get();
    recorder_ = RecordFileEvents(std::move(sensor), processes_, path_);
  }

  static FileEvent EventOf(const std::string& path) {
    FileEvent event;
    event.path = path;
    event.process.pid = 5;
    return event;
  }

  std::vector<RecordedActivity> Recorded() const {
    std::vector<RecordedActivity> recorded;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      auto activity = ParseRecordedActivity(line);
      EXPECT_TRUE(activity) << line;
      if (activity) recorded.push_back(*std::move(activity));
    }
    return recorded;
  }

  const test::ScratchFolder folder_;
  const std::string path_ = folder_.path() + "/recording.jsonl";
  FakeProcessInfo processes_;
  test::EventCollector collector_;
  FakeFileEvents* sensor_ = nullptr;
  std::unique_ptr<FileEvents> recorder_;
};

TEST_F(Recorder, WritesTheOpenerDownWhileItWaitsAndHandsTheAccessOn) {
  collector_.React(Reaction::kDeny);
  ASSERT_TRUE(recorder_->Start(collector_));
  const auto opening = sensor_->EmitOpening(EventOf("/secret"));
  EXPECT_EQ(opening->AwaitAnswer(base::Deadline::After(std::chrono::seconds(20))), Answer::kDeny);
  const auto recorded = Recorded();
  ASSERT_THAT(recorded, SizeIs(1));
  EXPECT_EQ(recorded[0].kind, RecordedKind::kOpening);
  EXPECT_EQ(recorded[0].path, "/secret");
  EXPECT_EQ(recorded[0].mode, OpenMode::kRead);
  EXPECT_EQ(recorded[0].process.user, "alice");
  EXPECT_THAT(recorded[0].writable_files, ElementsAre("/media/stick/y"));
  EXPECT_TRUE(recorded[0].at);
}

TEST_F(Recorder, HandsEventsAndGapsOnInTheirOrder) {
  ASSERT_TRUE(recorder_->Start(collector_));
  auto renamed = EventOf("/b");
  renamed.previous_path = "/a";
  sensor_->EmitCreated(EventOf("/a"));
  sensor_->EmitRenamed(std::move(renamed));
  sensor_->EmitGap("overflow");
  EXPECT_TRUE(collector_.AwaitGap());
  EXPECT_TRUE(collector_.Has(FileEventKind::kCreated, "/a"));
  EXPECT_TRUE(collector_.Has(FileEventKind::kRenamed, "/b"));
  const auto recorded = Recorded();
  ASSERT_THAT(recorded, SizeIs(2));
  EXPECT_EQ(recorded[1].previous_path, "/a");
  EXPECT_EQ(recorder_->counts().lost, 1U);
}

TEST_F(Recorder, DoesNotGiveAProcessTheNameOfAnotherWithItsPid) {
  ASSERT_TRUE(recorder_->Start(collector_));
  auto event = EventOf("/a");
  event.process_handle = std::make_shared<Mortal>(false);
  sensor_->EmitCreated(std::move(event));
  ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kCreated, "/a"));
  const auto recorded = Recorded();
  ASSERT_THAT(recorded, SizeIs(1));
  EXPECT_EQ(recorded[0].process.id.pid, 5);
  EXPECT_EQ(recorded[0].process.user, "");
}

TEST_F(Recorder, StopGivesTheDefaultAnswerToWhatWaits) {
  collector_.React(Reaction::kHold);
  ASSERT_TRUE(recorder_->Start(collector_));
  const auto opening = sensor_->EmitOpening(EventOf("/secret"));
  recorder_->Stop();
  EXPECT_EQ(opening->answer(), Answer::kAllow);
  EXPECT_EQ(opening->answers(), 1);
}

TEST_F(Recorder, WhatItWritesCanBePlayed) {
  ASSERT_TRUE(recorder_->Start(collector_));
  sensor_->EmitCreated(EventOf("/a"));
  ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kCreated, "/a"));
  recorder_->Stop();
  auto replay = OpenReplay(path_, 0);
  ASSERT_TRUE(replay) << replay.error().message;
  test::EventCollector played;
  ASSERT_TRUE(replay->files->Start(played));
  EXPECT_TRUE(played.TakeEvent(FileEventKind::kCreated, "/a"));
  replay->files->Stop();
}

TEST_F(Recorder, ARecordingIsForItsOwnerOnly) {
  ASSERT_TRUE(recorder_->Start(collector_));
  EXPECT_EQ(std::filesystem::status(path_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Recorder, AFolderThatIsNotThereIsRefusedAtStart) {
  auto recorder = RecordFileEvents(std::make_unique<FakeFileEvents>(), processes_, "/no/such/folder/recording");
  const auto started = recorder->Start(collector_);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, testing::HasSubstr("/no/such/folder/recording"));
}

}  // namespace
}  // namespace vigie::platform
