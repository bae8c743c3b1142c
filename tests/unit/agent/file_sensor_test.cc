#include "agent/sensor/file_sensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/fake/fake_clock.h"
#include "platform/fake/fake_file_system.h"

namespace vigie::agent::sensor {
namespace {

using platform::Answer;
using platform::FileEventKind;

platform::PendingAccess MakeAccess(int& denied) {
  return {platform::FileEvent{}, base::Deadline::After(std::chrono::minutes(1)), Answer::kDeny, [&](Answer answer) {
            denied += answer == Answer::kDeny;
            return true;
          }};
}

class FileSensorTest : public ::testing::Test {
 protected:
  platform::FileEvent Written(std::uint64_t bytes = 5) {
    platform::FileEvent event;
    event.kind = FileEventKind::kClosedAfterWrite;
    event.file.bytes = bytes;
    event.path = "/a";
    event.content = *files.OpenForReading("/a");
    return event;
  }
  FileSensorTest() { files.AddFile("/a", "text"); }

  platform::FakeFileSystem files;
  platform::FakeClock clock;
  int marked = 0;
  int denied = 0;  // a waiting access is answered when the sensor ends
  bool created_matters = false;
  bool let_through = false;
  int asked = 0;  // whether an opening is let through
  int missed = 0;
  FileSensor sensor{clock,
                    {.changed = [this](const auto&) { ++marked; },
                     .created_matters = [this](const auto&) { return created_matters; },
                     .let_through = [this](const auto&) { return ++asked, let_through; },
                     .missed = [this] { ++missed; }},
                    {.accesses = 1, .events = 3, .descriptors = 1}};
};

TEST_F(FileSensorTest, AnswersWhatItCannotTakeWithTheDefaultAndTellsOfTheGap) {
  sensor.OnAccess(MakeAccess(denied));
  EXPECT_EQ(denied, 0);
  sensor.OnAccess(MakeAccess(denied));
  sensor.OnAccess(MakeAccess(denied));
  EXPECT_EQ(denied, 2);
  EXPECT_EQ(sensor.refused(), 2U);
  const auto gaps = sensor.TakeGaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps.front().lost(), 2U);
  EXPECT_EQ(gaps.front().sensor(), "file_events");
  EXPECT_TRUE(sensor.TakeGaps().empty());
}

TEST_F(FileSensorTest, WhoMayGoOnIsAskedOnceForAnOpening) {
  let_through = true;
  EXPECT_TRUE(sensor.LetsGo({}));
  let_through = false;
  EXPECT_FALSE(sensor.LetsGo({}));
  sensor.OnAccess(MakeAccess(denied));
  EXPECT_EQ(asked, 2) << "its access is not asked about again";
}

TEST_F(FileSensorTest, QueuesNothingForAFileThatIsNotClosedYet) {
  for (int i = 0; i < 9; ++i) {
    platform::FileEvent created = Written(0);
    created.kind = FileEventKind::kCreated;
    sensor.OnEvent(std::move(created));
  }
  EXPECT_FALSE(sensor.NextEvent({}, {}));
  EXPECT_EQ(sensor.refused(), 0U);
  created_matters = true;
  platform::FileEvent reused = Written(0);
  reused.kind = FileEventKind::kCreated;
  sensor.OnEvent(std::move(reused));
  EXPECT_TRUE(sensor.NextEvent({}, {})) << "something is known of its inode";
}

TEST_F(FileSensorTest, WhatMayHaveLeftStandsBehindNothingElse) {
  sensor.OnEvent(Written());
  platform::FileEvent copied = Written();
  copied.on_medium = true;
  copied.path = "/media/a";
  sensor.OnEvent(std::move(copied));
  EXPECT_EQ(sensor.NextUrgentEvent({})->path, "/media/a");
  EXPECT_EQ(sensor.NextEvent({}, {})->path, "/a");
  EXPECT_EQ(marked, 1) << "on a medium every open asks";
}

TEST_F(FileSensorTest, KeepsPathsOnlyWhenManyEventsWait) {
  for (int i = 0; i < 3; ++i) sensor.OnEvent(Written());
  EXPECT_TRUE(sensor.NextEvent({}, {})->content);
  EXPECT_FALSE(sensor.NextEvent({}, {})->content);
  EXPECT_EQ(marked, 3) << "each has its mark from its close on";
}

TEST_F(FileSensorTest, WantsContentWhereTheQueueThatTakesItIsShort) {
  platform::FileEvent copied = Written();
  copied.on_medium = true;
  EXPECT_TRUE(sensor.WantsContent(Written()));
  sensor.OnEvent(Written());
  EXPECT_FALSE(sensor.WantsContent(Written()));
  EXPECT_TRUE(sensor.WantsContent(copied)) << "what may have left stands behind nothing else";
  sensor.OnEvent(std::move(copied));
  ASSERT_TRUE(sensor.NextEvent({}, {}));
  copied = Written();
  copied.on_medium = true;
  EXPECT_FALSE(sensor.WantsContent(copied));
  EXPECT_TRUE(sensor.WantsContent(Written()));
}

TEST_F(FileSensorTest, HoldsOfVeryManyOnlySmallFilesOpenAndNoneOnAMedium) {
  FileSensor patient(clock, {.changed = [](const auto&) {}}, {.events = 2048, .descriptors = 2048});
  const auto queue = [&](platform::FileEvent event, bool on_medium) {
    event.on_medium = on_medium;
    patient.OnEvent(std::move(event));
  };
  for (int i = 0; i < 1023; ++i) {
    for (const bool on_medium : {false, true}) queue(platform::FileEvent{}, on_medium);
  }
  constexpr std::uint64_t kLarge = std::uint64_t{1} << 20;
  queue(Written(kLarge), false);
  queue(Written(kLarge), false);
  queue(Written(), false);
  queue(Written(), true);
  queue(Written(), true);
  for (int i = 0; i < 1023; ++i) ASSERT_TRUE(patient.NextEvent({}, {}) && patient.NextUrgentEvent({}));
  EXPECT_TRUE(patient.NextEvent({}, {})->content);
  EXPECT_FALSE(patient.NextEvent({}, {})->content) << "its space would not be free";
  EXPECT_TRUE(patient.NextEvent({}, {})->content);
  EXPECT_TRUE(patient.NextUrgentEvent({})->content);
  EXPECT_FALSE(patient.NextUrgentEvent({})->content) << "its medium could not be unmounted";
}

TEST_F(FileSensorTest, CountsEventsThatItCannotTake) {
  for (int i = 0; i < 5; ++i) sensor.OnEvent(Written());
  EXPECT_EQ(sensor.refused(), 2U);
  EXPECT_EQ(sensor.TakeGaps().front().lost(), 2U);
}

TEST_F(FileSensorTest, MarksNeitherEmptyFilesNorThoseOnAMedium) {
  sensor.OnEvent(Written(0));
  auto on_medium = Written();
  on_medium.on_medium = true;
  sensor.OnEvent(std::move(on_medium));
  EXPECT_EQ(marked, 0);
}

TEST_F(FileSensorTest, PassesGapsOfTheSystemOn) {
  sensor.OnGap({.reason = "the queue overflowed", .at = clock.Now()});
  const auto gaps = sensor.TakeGaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps.front().reason(), "the queue overflowed");
  EXPECT_EQ(gaps.front().lost(), 0U);
  EXPECT_EQ(missed, 1);
  EXPECT_TRUE(sensor.TakeGapsOfGoneFiles().empty());
}

TEST_F(FileSensorTest, CountsFilesThatWereGoneButNothingIsThereToBeMissed) {
  for (int i = 0; i < 3; ++i) sensor.OnGap({.reason = "gone", .at = clock.Now(), .file_gone = true});
  EXPECT_TRUE(sensor.TakeGaps().empty());
  EXPECT_EQ(missed, 0);
  const auto gaps = sensor.TakeGapsOfGoneFiles();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps.front().lost(), 3U);
  EXPECT_EQ(gaps.front().sensor(), "file_events");
}

}  // namespace
}  // namespace vigie::agent::sensor
