#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "platform/removable_media.h"

// What every RemovableMedia promises (platform/removable_media.h). A body under test gives:
//   RemovableMedia& media();  void Plug();  void Unplug();  std::string mount_point();  std::string device();
//   std::string unavailable()   why it cannot be tested on this machine; empty if it can
namespace vigie::platform {

// Without the shares that the machine under test happens to have mounted.
inline std::vector<Medium> Sticks(const RemovableMedia& media) {
  std::vector<Medium> sticks = media.Current();
  std::erase_if(sticks, [](const Medium& medium) { return medium.kind != MediumKind::kRemovable; });
  return sticks;
}

// What a handler was told, in order: "+/mnt/stick", "-/mnt/stick". Waits are bounded.
class MediaLog {
 public:
  RemovableMedia::Handler handler() {
    return {[this](const Medium& medium) { Add('+', medium); }, [this](const Medium& medium) { Add('-', medium); }};
  }
  std::vector<std::string> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  // Everything, once there are `count` of them or half a minute has passed.
  std::vector<std::string> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return entries_.size() >= count; });
    return entries_;
  }

 private:
  void Add(char sign, const Medium& medium) {
    if (medium.kind != MediumKind::kRemovable) return;
    const std::lock_guard lock(mutex_);
    entries_.push_back(sign + medium.mount_point);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_;
};

template <typename Body>
class RemovableMediaContract : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!body_.unavailable().empty()) GTEST_SKIP() << body_.unavailable();
  }
  RemovableMedia& media() { return body_.media(); }
  std::string Plugged() const { return "+" + body_.mount_point(); }
  std::string Unplugged() const { return "-" + body_.mount_point(); }

  MediaLog log_;  // before the body, whose threads use it
  Body body_;
};

TYPED_TEST_SUITE_P(RemovableMediaContract);

TYPED_TEST_P(RemovableMediaContract, TellsOfAMediumThatComesAndGoes) {
  ASSERT_TRUE(this->media().Start(this->log_.handler()));
  this->body_.Plug();
  EXPECT_THAT(this->log_.Await(1), ::testing::ElementsAre(this->Plugged()));
  const auto media = Sticks(this->media());
  ASSERT_EQ(media.size(), 1U);
  EXPECT_EQ(media[0].mount_point, this->body_.mount_point());
  EXPECT_EQ(media[0].device, this->body_.device());
  EXPECT_FALSE(media[0].file_system.empty());
  EXPECT_FALSE(media[0].name.empty());
  this->body_.Unplug();
  EXPECT_THAT(this->log_.Await(2), ::testing::ElementsAre(this->Plugged(), this->Unplugged()));
  EXPECT_THAT(Sticks(this->media()), ::testing::IsEmpty());
}

TYPED_TEST_P(RemovableMediaContract, TellsOfWhatIsThereAlreadyBeforeStartReturns) {
  this->body_.Plug();
  ASSERT_TRUE(this->media().Start(this->log_.handler()));
  EXPECT_THAT(this->log_.entries(), ::testing::ElementsAre(this->Plugged()));
}

TYPED_TEST_P(RemovableMediaContract, TellsOfAMediumThatComesBack) {
  ASSERT_TRUE(this->media().Start(this->log_.handler()));
  this->body_.Plug();
  this->log_.Await(1);
  this->body_.Unplug();
  this->log_.Await(2);
  this->body_.Plug();
  EXPECT_THAT(this->log_.Await(3), ::testing::ElementsAre(this->Plugged(), this->Unplugged(), this->Plugged()));
}

TYPED_TEST_P(RemovableMediaContract, IsSilentAfterStop) {
  ASSERT_TRUE(this->media().Start(this->log_.handler()));
  this->media().Stop();
  this->body_.Plug();
  EXPECT_THAT(this->log_.entries(), ::testing::IsEmpty());
}

REGISTER_TYPED_TEST_SUITE_P(RemovableMediaContract, TellsOfAMediumThatComesAndGoes,
                            TellsOfWhatIsThereAlreadyBeforeStartReturns, TellsOfAMediumThatComesBack,
                            IsSilentAfterStop);

}  // namespace vigie::platform
