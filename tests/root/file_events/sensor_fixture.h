#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/linux/file_events.h"
#include "tests/contract/file_events/event_collector.h"
#include "tests/root/file_events/actor.h"
#include "tests/root/loop_mount.h"

namespace vigie::test {

// The real sensor on a file system of its own, and another process to watch. Skips without root.
class SensorFixture : public testing::Test {
 protected:
  using Kind = platform::FileEventKind;
  using Reaction = EventCollector::Reaction;

  void SetUp() override {
    auto mount = LoopMount::Make();
    if (!mount) GTEST_SKIP() << mount.error().message;
    mount_ = *std::move(mount);
    actor_ = std::make_unique<Actor>();  // before the sensor: it must not inherit its descriptors
    events_ = platform::MakeFileEvents({.deadline = std::chrono::seconds(60)});
  }

  void TearDown() override {
    if (events_) events_->Stop();
  }

  void StartWatching() {
    ASSERT_TRUE(events_->Watch(mount_->path()));
    ASSERT_TRUE(events_->Start(collector_));
  }

  void StartOnMedium() {
    ASSERT_TRUE(events_->WatchMedium(mount_->path()));
    ASSERT_TRUE(events_->Start(collector_));
  }

  std::unique_ptr<LoopMount> mount_;
  std::unique_ptr<Actor> actor_;
  EventCollector collector_;
  std::unique_ptr<platform::FileEvents> events_;
};

}  // namespace vigie::test
