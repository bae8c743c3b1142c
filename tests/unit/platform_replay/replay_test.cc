#include "platform/replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/contract/file_events/scratch_folder.h"

namespace vigie::platform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::seconds kPatience{20};
constexpr FileEventOptions kPatient{.deadline = std::chrono::minutes(1)};

// Keeps everything that is delivered, with its in_flight, so that a test decides when the replay may go on.
class Keeper final : public FileEventHandler {
 public:
  void OnAccess(PendingAccess access) override {
    (void)access.Deny();
    OnEvent(std::move(access).TakeEvent());
  }
  void OnEvent(FileEvent event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  void OnGap(FileEventGap) override {}

  FileEvent Take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return !events_.empty(); })) return {};
    FileEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FileEvent> events_;
};

class Replay : public testing::Test {
 protected:
  // A recording of these lines.
  std::string Record(const std::string& lines) {
    const std::string path = folder_.path() + "/recording.jsonl";
    test::WriteTextFile(path, lines);
    return path;
  }

  ReplayPlatform Open(const std::string& lines, std::uint64_t after_position = 0) {
    auto opened = OpenReplay(Record(lines), after_position, kPatient);
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      return {};
    }
    return *std::move(opened);
  }

  static void AwaitFinished(const ReplayPlatform& replay) {
    const auto deadline = base::Deadline::After(kPatience);
    while (!replay.finished() && !deadline.expired()) std::this_thread::yield();
    EXPECT_TRUE(replay.finished());
  }

  const test::ScratchFolder folder_;
  Keeper keeper_;
};

constexpr const char* kThree =
    "{\"kind\":\"created\",\"path\":\"a\"}\n"
    "\n"
    "{\"kind\":\"opening\",\"path\":\"b\",\"process\":{\"pid\":5}}\n"
    "{\"kind\":\"closed_after_write\",\"path\":\"c\"}";

TEST_F(Replay, TheNextLineWaitsUntilTheLastCopyOfInFlightIsGone) {
  auto replay = Open(kThree);
  ASSERT_TRUE(replay.files->Start(keeper_));
  FileEvent first = keeper_.Take();
  EXPECT_EQ(first.position, 1U);
  auto copy = first.in_flight;
  first.in_flight.reset();
  EXPECT_EQ(replay.files->counts().delivered, 1U);
  EXPECT_TRUE(keeper_.empty());
  copy.reset();
  EXPECT_EQ(keeper_.Take().position, 3U);
  EXPECT_EQ(keeper_.Take().position, 4U);
  AwaitFinished(replay);
  EXPECT_EQ(replay.files->counts().produced, 3U);
}

TEST_F(Replay, ResumesAfterAPosition) {
  auto replay = Open(kThree, 3);
  ASSERT_TRUE(replay.files->Start(keeper_));
  EXPECT_EQ(keeper_.Take().path, folder_.path() + "/c");
  AwaitFinished(replay);
}

TEST_F(Replay, APositionAtTheEndIsFinishedAtOnce) {
  auto replay = Open(kThree, 4);
  ASSERT_TRUE(replay.files->Start(keeper_));
  AwaitFinished(replay);
  EXPECT_TRUE(keeper_.empty());
}

TEST_F(Replay, AnEventHeldForEverDoesNotKeepStopFromStopping) {
  auto replay = Open(kThree);
  ASSERT_TRUE(replay.files->Start(keeper_));
  const FileEvent held = keeper_.Take();
  replay.files->Stop();
  EXPECT_FALSE(replay.finished());
  EXPECT_TRUE(keeper_.empty());
}

TEST_F(Replay, TheAnswerIsRecorded) {
  auto replay = Open(kThree);
  ASSERT_TRUE(replay.files->Start(keeper_));
  for (int i = 0; i < 3; ++i) keeper_.Take();
  AwaitFinished(replay);
  const auto answers = replay.answers();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].position, 3U);
  EXPECT_EQ(answers[0].answer, Answer::kDeny);
}

TEST_F(Replay, ContentIsWhatThePathHoldsWhenItsTurnComes) {
  test::WriteTextFile(folder_.path() + "/c", "12345");
  auto replay = Open(kThree, 3);
  ASSERT_TRUE(replay.files->Start(keeper_));
  const FileEvent event = keeper_.Take();
  EXPECT_TRUE(event.content);
  EXPECT_EQ(event.file.bytes, 5U);
  EXPECT_NE(event.file.inode, 0U);
}

TEST_F(Replay, AMissingFileLeavesContentAndIdentityEmpty) {
  auto replay = Open(kThree);
  ASSERT_TRUE(replay.files->Start(keeper_));
  const FileEvent event = keeper_.Take();
  EXPECT_FALSE(event.content);
  EXPECT_EQ(event.file, FileIdentity());
}

TEST_F(Replay, ProcessesAreThoseOfThePlayedLines) {
  test::WriteTextFile(folder_.path() + "/out", "");
  auto replay = Open(R"({"kind":"opening","path":"/x","mode":"write","at":"2022-09-18T16:00:00Z",)"
                     R"("process":{"pid":5,"start_time":7,"exe":"/bin/cp","user":"alice"},)"
                     R"("writable_files":["out","missing"]})");
  EXPECT_EQ(replay.processes->Describe(5).error().code, base::ErrorCode::kNotFound);
  ASSERT_TRUE(replay.files->Start(keeper_));
  const FileEvent event = keeper_.Take();
  EXPECT_EQ(event.process, (ProcessId{5, 7}));
  EXPECT_EQ(event.at, base::SystemTime(std::chrono::seconds(1663516800)));
  const auto process = replay.processes->Describe(5);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->user, "alice");
  EXPECT_EQ(replay.processes->PendingOpenMode(5), OpenMode::kWrite);
  EXPECT_EQ(replay.processes->PendingOpenMode(6), OpenMode::kUnknown);
  const auto writable = replay.processes->WritableFiles(5);
  ASSERT_TRUE(writable);
  ASSERT_THAT(*writable, SizeIs(1));
  EXPECT_EQ((*writable)[0].path, folder_.path() + "/out");
  EXPECT_NE((*writable)[0].inode, 0U);
}

constexpr const char* kMedia =
    "{\"kind\":\"medium_attached\",\"medium\":{\"mount_point\":\"/media/one\"}}\n"
    "{\"kind\":\"created\",\"path\":\"/x\"}\n"
    "{\"kind\":\"medium_attached\",\"medium\":{\"mount_point\":\"/media/two\"}}\n"
    "{\"kind\":\"medium_detached\",\"medium\":{\"mount_point\":\"/media/one\"}}\n"
    "{\"kind\":\"medium_detached\",\"medium\":{\"mount_point\":\"/media/never\"}}\n";

TEST_F(Replay, MediaComeAndGoInTheirTurn) {
  auto replay = Open(kMedia);
  std::vector<std::string> story;
  ASSERT_TRUE(replay.media->Start({[&](const Medium& medium) { story.push_back("+" + medium.mount_point); },
                                   [&](const Medium& medium) { story.push_back("-" + medium.mount_point); }}));
  ASSERT_TRUE(replay.files->Start(keeper_));
  keeper_.Take();
  AwaitFinished(replay);
  EXPECT_THAT(story, ElementsAre("+/media/one", "+/media/two", "-/media/one"));
  EXPECT_THAT(replay.media->Current(), ElementsAre(Medium{"/media/two", {}, {}, {}}));
}

TEST_F(Replay, AfterAResumptionTheMediaOfEarlierLinesAreThere) {
  auto replay = Open(kMedia, 2);
  std::vector<std::string> story;
  ASSERT_TRUE(replay.media->Start({[&](const Medium& medium) { story.push_back(medium.mount_point); }, nullptr}));
  EXPECT_THAT(story, ElementsAre("/media/one"));
}

TEST_F(Replay, AMalformedLineAnywhereIsRefusedWithFileAndLine) {
  const std::string path = Record(std::string(kThree) + "\n{\"kind\":\"opening\"}\n");
  const auto opened = OpenReplay(path, 4);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(opened.error().message, path + ":5: 'path' is missing");
}

TEST_F(Replay, AMissingRecordingIsRefusedByName) {
  const auto opened = OpenReplay("/no/such/recording", 0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(opened.error().message, HasSubstr("/no/such/recording"));
}

TEST_F(Replay, ThePartsMayGoInAnyOrder) {
  auto replay = Open(kThree);
  ASSERT_TRUE(replay.files->Start(keeper_));
  FileEvent held = keeper_.Take();
  replay.files.reset();
  EXPECT_EQ(replay.processes->Describe(5).error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(replay.media->Current(), IsEmpty());
  replay = {};
  held.in_flight.reset();  // nobody is left to hear of it
}

}  // namespace
}  // namespace vigie::platform
