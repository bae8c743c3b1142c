// What every body of platform/file_events.h must do, and the fake and the replay with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "platform/base/file_reading.h"
#include "platform/linux/linux_platform.h"
#include "tests/contract/file_events/environment.h"
#include "tests/contract/file_events/event_collector.h"

namespace vigie::test {
namespace {

using platform::Answer;
using platform::FileEventKind;
using platform::FileEventOptions;
using Reaction = EventCollector::Reaction;

constexpr FileEventOptions kPatient{.deadline = std::chrono::seconds(60)};
constexpr FileEventOptions kPatientAndClosed{.deadline = std::chrono::seconds(60), .default_answer = Answer::kDeny};

std::string ContentOf(const platform::FileEvent& event) {
  std::array<char, 256> buffer{};
  const auto count = base::ReadAt(event.content, 0, buffer);
  return count ? std::string(buffer.data(), *count) : "(unreadable)";
}

class FileEventsContract : public testing::TestWithParam<NamedEnvironment> {
 protected:
  void SetUp() override {
    environment_ = GetParam().make();
    const std::string reason = environment_->SkipReason();
    if (!reason.empty()) GTEST_SKIP() << reason;
    file_ = environment_->watched() + "/customers.csv";
    on_medium_ = environment_->medium() + "/copy.csv";
  }

  // The sensor of the environment, started, looking at its folder and its medium.
  void StartFor(const std::vector<Act>& acts, const FileEventOptions& options = kPatient) {
    events_ = &environment_->Make(options, acts);
    const auto watched = events_->Watch(environment_->watched());
    ASSERT_TRUE(watched) << watched.error().message;
    const auto medium = events_->WatchMedium(environment_->medium());
    ASSERT_TRUE(medium) << medium.error().message;
    const auto started = events_->Start(collector_);
    ASSERT_TRUE(started) << started.error().message;
  }

  std::optional<bool> Perform(const Act& act) {
    environment_->Begin(act);
    return environment_->Await();
  }

  base::FileDescriptor OpenHere(const std::string& path) {
    auto opened = files_->OpenForReading(path);
    return opened ? *std::move(opened) : base::FileDescriptor();
  }

  void TearDown() override {
    if (events_ != nullptr) events_->Stop();
  }

  static constexpr auto kOpen = Act::Kind::kOpen;
  static constexpr auto kWrite = Act::Kind::kWrite;
  static constexpr auto kRename = Act::Kind::kRename;

  const std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  std::string file_;
  std::string on_medium_;
  EventCollector collector_;
  std::unique_ptr<FileEventsEnvironment> environment_;
  platform::FileEvents* events_ = nullptr;
};

TEST_P(FileEventsContract, TellsOfANewFileAndOfItsContentOnceItIsClosed) {
  const Act act{kWrite, file_, {}, "name;email\n"};
  StartFor({act});
  ASSERT_EQ(Perform(act), true);
  ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kCreated, file_));
  const auto closed = collector_.TakeEvent(FileEventKind::kClosedAfterWrite, file_);
  ASSERT_TRUE(closed);
  EXPECT_EQ(ContentOf(*closed), "name;email\n");
  EXPECT_EQ(closed->process.pid, environment_->actor());
  EXPECT_FALSE(closed->on_medium);
}

TEST_P(FileEventsContract, DescribesTheFileAsTheFileSystemDoes) {
  environment_->Prepare(file_, "old");
  const Act act{kWrite, file_, {}, "newer"};
  const auto before = std::chrono::system_clock::now();
  StartFor({act});
  ASSERT_EQ(Perform(act), true);
  const auto closed = collector_.TakeEvent(FileEventKind::kClosedAfterWrite, file_);
  ASSERT_TRUE(closed);
  const auto status = files_->StatusOf(file_);
  ASSERT_TRUE(status);
  EXPECT_EQ(closed->file, status->identity);
  EXPECT_EQ(closed->owner_uid, status->owner_uid);
  EXPECT_GE(closed->at, before);
  EXPECT_FALSE(collector_.Has(FileEventKind::kCreated, file_));  // it was there
}

TEST_P(FileEventsContract, TellsBothPathsOfARename) {
  environment_->Prepare(file_, "x");
  const std::string renamed = environment_->watched() + "/renamed.csv";
  const Act act{kRename, file_, renamed, {}};
  StartFor({act});
  ASSERT_EQ(Perform(act), true);
  const auto event = collector_.TakeEvent(FileEventKind::kRenamed, renamed);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->previous_path, file_);
  EXPECT_EQ(event->file, files_->StatusOf(renamed)->identity);
}

TEST_P(FileEventsContract, AsksForEveryOpenOnAMedium) {
  environment_->Prepare(on_medium_, "on the stick");
  const Act act{kOpen, on_medium_, {}, {}};
  StartFor({act});
  ASSERT_EQ(Perform(act), true);
  EXPECT_EQ(collector_.accesses(on_medium_), 1);
  const auto event = collector_.TakeAnswered(on_medium_);
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->on_medium);
  EXPECT_EQ(event->kind, FileEventKind::kOpening);
  EXPECT_EQ(event->process.pid, environment_->actor());
  EXPECT_EQ(ContentOf(*event), "on the stick");
}

TEST_P(FileEventsContract, TheOpenerWaitsForTheAnswerAndGetsIt) {
  environment_->Prepare(on_medium_, "x");
  const Act act{kOpen, on_medium_, {}, {}};
  collector_.React(Reaction::kHold);
  StartFor({act});
  environment_->Begin(act);
  auto access = collector_.TakeAccess(on_medium_);
  ASSERT_TRUE(access);
  EXPECT_FALSE(access->answered());
  EXPECT_TRUE(access->Deny());
  EXPECT_TRUE(access->answered());
  EXPECT_EQ(environment_->Await(), false);
}

TEST_P(FileEventsContract, TheFirstAnswerCounts) {
  environment_->Prepare(on_medium_, "x");
  const Act act{kOpen, on_medium_, {}, {}};
  collector_.React(Reaction::kHold);
  StartFor({act});
  environment_->Begin(act);
  auto access = collector_.TakeAccess(on_medium_);
  ASSERT_TRUE(access);
  EXPECT_TRUE(access->Allow());
  EXPECT_FALSE(access->Deny());
  EXPECT_EQ(environment_->Await(), true);
}

TEST_P(FileEventsContract, AnAccessThatIsDroppedGetsTheDefaultAnswer) {
  environment_->Prepare(on_medium_, "x");
  const Act act{kOpen, on_medium_, {}, {}};
  collector_.React(Reaction::kDrop);
  StartFor({act}, kPatientAndClosed);
  EXPECT_EQ(Perform(act), false);
  EXPECT_EQ(events_->counts().late, 0U);
}

TEST_P(FileEventsContract, ALateAnswerIsReplacedByTheDefaultOneAndCounted) {
  environment_->Prepare(on_medium_, "x");
  const Act act{kOpen, on_medium_, {}, {}};
  collector_.React(Reaction::kHold);
  StartFor({act}, {.deadline = std::chrono::milliseconds(50), .default_answer = Answer::kDeny});
  environment_->Begin(act);
  EXPECT_EQ(environment_->Await(), false);
  auto access = collector_.TakeAccess(on_medium_);
  ASSERT_TRUE(access);
  EXPECT_TRUE(access->deadline().expired());
  EXPECT_FALSE(access->Allow());
  EXPECT_EQ(events_->counts().late, 1U);
}

TEST_P(FileEventsContract, StopAnswersWhoWaitsAndNothingComesAfterIt) {
  environment_->Prepare(on_medium_, "x");
  const Act act{kOpen, on_medium_, {}, {}};
  collector_.React(Reaction::kHold);
  StartFor({act}, kPatientAndClosed);
  environment_->Begin(act);
  auto access = collector_.TakeAccess(on_medium_);
  ASSERT_TRUE(access);
  events_->Stop();
  EXPECT_EQ(environment_->Await(), false);
  EXPECT_FALSE(access->Allow());
  EXPECT_EQ(events_->counts().late, 0U);
  if (environment_->obeys_marks()) {
    EXPECT_EQ(Perform(act), true);
    EXPECT_EQ(collector_.accesses(on_medium_), 1);
  }
  events_->Stop();  // once more does no harm
}

TEST_P(FileEventsContract, StartsOnce) {
  StartFor({});
  const auto again = events_->Start(collector_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kFailedPrecondition);
  events_->Stop();
  EXPECT_FALSE(events_->Start(collector_));
}

TEST_P(FileEventsContract, ProducedIsDeliveredAndCoalescedAndLost) {
  environment_->Prepare(on_medium_, "x");
  const std::vector<Act> acts{{kWrite, file_, {}, "1"}, {kWrite, file_, {}, "2"}, {kOpen, on_medium_, {}, {}}};
  StartFor(acts);
  for (const auto& act : acts) {
    ASSERT_EQ(Perform(act), true);
    if (act.kind == kWrite) {
      ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kClosedAfterWrite, file_));
    }
  }
  ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kCreated, file_));
  events_->Stop();
  const auto counts = events_->counts();
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
  EXPECT_EQ(counts.delivered, static_cast<std::uint64_t>(collector_.all_events() + collector_.all_accesses()));
  EXPECT_EQ(counts.lost, 0U);
}

TEST_P(FileEventsContract, AMarkedFileAsksUntilItIsUnmarked) {
  if (!environment_->obeys_marks()) GTEST_SKIP() << "a recording plays what was recorded, marked or not";
  environment_->Prepare(file_, "x");
  const Act act{kOpen, file_, {}, {}};
  StartFor({});
  EXPECT_EQ(Perform(act), true);
  EXPECT_EQ(collector_.accesses(file_), 0);
  const auto content = OpenHere(file_);
  ASSERT_TRUE(content);
  ASSERT_TRUE(events_->Mark(content));
  ASSERT_TRUE(events_->Mark(content));  // twice is once
  collector_.React(Reaction::kDeny);
  EXPECT_EQ(Perform(act), false);
  EXPECT_EQ(Perform(act), false);
  EXPECT_EQ(collector_.accesses(file_), 2);
  events_->Unmark(content);
  events_->Unmark(content);
  EXPECT_EQ(Perform(act), true);
  EXPECT_EQ(collector_.accesses(file_), 2);
}

TEST_P(FileEventsContract, ANewFileAsksUntilItIsUnmarked) {
  if (!environment_->obeys_marks()) GTEST_SKIP() << "a recording plays what was recorded, marked or not";
  StartFor({});
  ASSERT_EQ(Perform({kWrite, file_, {}, "new"}), true);
  ASSERT_TRUE(collector_.TakeEvent(FileEventKind::kCreated, file_));
  const auto closed = collector_.TakeEvent(FileEventKind::kClosedAfterWrite, file_);
  ASSERT_TRUE(closed);
  EXPECT_EQ(Perform({kOpen, file_, {}, {}}), true);
  EXPECT_EQ(collector_.accesses(file_), 1);
  events_->Unmark(closed->content);
  EXPECT_EQ(Perform({kOpen, file_, {}, {}}), true);
  EXPECT_EQ(collector_.accesses(file_), 1);
}

TEST_P(FileEventsContract, AnExemptProcessIsNotSeen) {
  if (!environment_->obeys_marks()) GTEST_SKIP() << "a recording has no processes to exempt";
  environment_->Prepare(on_medium_, "x");
  collector_.React(Reaction::kDeny);
  StartFor({});
  events_->Exempt(environment_->actor());
  EXPECT_EQ(Perform({kOpen, on_medium_, {}, {}}), true);
  EXPECT_EQ(collector_.all_accesses(), 0);
  EXPECT_EQ(events_->counts().produced, 0U);
}

TEST_P(FileEventsContract, AMissingPlaceIsRefusedByName) {
  if (!environment_->obeys_marks()) GTEST_SKIP() << "a recording has no places";
  StartFor({});
  const auto watched = events_->Watch("/no/such/folder");
  ASSERT_FALSE(watched);
  EXPECT_EQ(watched.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(watched.error().message, testing::HasSubstr("/no/such/folder"));
  EXPECT_FALSE(events_->WatchMedium("/no/such/folder"));
}

INSTANTIATE_TEST_SUITE_P(Bodies, FileEventsContract,
                         testing::Values(NamedEnvironment{"Fake", MakeFakeEnvironment},
                                         NamedEnvironment{"Replay", MakeReplayEnvironment},
                                         NamedEnvironment{"Linux", MakeLinuxEnvironment}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace vigie::test
