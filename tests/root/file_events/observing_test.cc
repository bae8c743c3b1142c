// What is seen without anybody waiting, with the real kernel.
#include <sys/mount.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <future>

#include "platform/base/file_reading.h"
#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/sensor_fixture.h"

namespace vigie::test {
namespace {

std::string ContentOf(const platform::FileEvent& event) {
  std::array<char, 64> buffer{};
  const auto count = base::ReadAt(event.content, 0, buffer);
  return count ? std::string(buffer.data(), *count) : "(unreadable)";
}

class Observing : public SensorFixture {};

TEST_F(Observing, AnAtomicSaveIsSeenWholeAndTheNewFileAsks) {
  const std::string path = *mount_ / "report.csv";
  const std::string temporary = *mount_ / ".report.csv.tmp";
  WriteTextFile(path, "old");
  StartWatching();
  ASSERT_EQ(actor_->Write(temporary, "new"), 0);
  ASSERT_EQ(actor_->Rename(temporary, path), 0);
  ASSERT_TRUE(collector_.TakeEvent(Kind::kCreated, temporary));
  const auto renamed = collector_.TakeEvent(Kind::kRenamed, path);
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->previous_path, temporary);
  EXPECT_EQ(ContentOf(*renamed), "new");
  EXPECT_EQ(actor_->Open(path), 0);
  EXPECT_EQ(collector_.accesses(path), 1);
}

TEST_F(Observing, ARenameBetweenFoldersTellsBoth) {
  std::filesystem::create_directories(*mount_ / "a/b");
  std::filesystem::create_directories(*mount_ / "c");
  WriteTextFile(*mount_ / "a/b/x", "x");
  StartWatching();
  ASSERT_EQ(actor_->Rename(*mount_ / "a/b/x", *mount_ / "c/y"), 0);
  const auto renamed = collector_.TakeEvent(Kind::kRenamed, *mount_ / "c/y");
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->previous_path, *mount_ / "a/b/x");
}

TEST_F(Observing, FilesInNewFoldersAreSeen) {
  StartWatching();
  actor_->BeginMakeDirectory(*mount_ / "new folder");
  ASSERT_EQ(actor_->Await(), 0);
  ASSERT_EQ(actor_->Write(*mount_ / "new folder/x", "content"), 0);
  EXPECT_TRUE(collector_.TakeEvent(Kind::kCreated, *mount_ / "new folder/x"));
  const auto closed = collector_.TakeEvent(Kind::kClosedAfterWrite, *mount_ / "new folder/x");
  ASSERT_TRUE(closed);
  EXPECT_EQ(ContentOf(*closed), "content");
  EXPECT_EQ(collector_.all_events(), 2);  // nothing about the folder itself
}

TEST_F(Observing, ALinkIsToldLikeAFileThatIsMadeButWasBornBefore) {
  const std::string path = *mount_ / "new";
  const auto before = std::chrono::system_clock::now();
  StartWatching();
  ASSERT_EQ(actor_->Write(path, "x"), 0);
  const auto created = collector_.TakeEvent(Kind::kCreated, path);
  ASSERT_TRUE(created);
  EXPECT_GE(created->born_at, before - std::chrono::milliseconds(20)) << "its clock goes by ticks";
  EXPECT_LE(created->born_at, created->at);
  actor_->BeginLink(path, *mount_ / "link");
  ASSERT_EQ(actor_->Await(), 0);
  const auto linked = collector_.TakeEvent(Kind::kCreated, *mount_ / "link");
  ASSERT_TRUE(linked);
  EXPECT_EQ(linked->file.inode, created->file.inode);
  EXPECT_EQ(linked->born_at, created->born_at);
}

// Nobody can open it any more, and neither can we.
TEST_F(Observing, AFileThatIsGoneWhenItsCloseIsLookedAtIsCountedAsLostAndTold) {
  StartWatching();
  actor_->BeginWriteNameless(*mount_ / "gone");
  ASSERT_EQ(actor_->Await(), 0);
  ASSERT_TRUE(collector_.AwaitGap());
  const auto gaps = collector_.gaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_TRUE(gaps[0].file_gone);
  EXPECT_NE(gaps[0].reason.find("gone before they could be looked at"), std::string::npos);
  EXPECT_FALSE(collector_.Has(Kind::kClosedAfterWrite, *mount_ / "gone"));
  events_->Stop();
  const auto counts = events_->counts();
  EXPECT_EQ(counts.lost, 1U);
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
}

TEST_F(Observing, WhatIsWatchedTwiceAndMountedAsAMediumIsToldOnce) {
  const std::string path = *mount_ / "x";
  StartWatching();
  ASSERT_TRUE(events_->WatchMedium(mount_->path()));
  ASSERT_TRUE(events_->Watch(mount_->path()));
  ASSERT_EQ(actor_->Write(path, "content"), 0);
  ASSERT_TRUE(collector_.TakeEvent(Kind::kClosedAfterWrite, path));
  ASSERT_EQ(actor_->Write(*mount_ / "last", "content"), 0);
  ASSERT_TRUE(collector_.TakeEvent(Kind::kClosedAfterWrite, *mount_ / "last"));
  events_->Stop();
  EXPECT_FALSE(collector_.Has(Kind::kClosedAfterWrite, path));
}

TEST_F(Observing, ManyFilesMadeAtOnceAreEachToldAsMadeAndAsWrittenAndAsk) {
  constexpr int kFiles = 500;
  StartWatching();
  for (int i = 0; i < kFiles; ++i) ASSERT_EQ(actor_->Write(*mount_ / std::to_string(i), "content"), 0);
  for (int i = 0; i < kFiles; ++i) {
    const std::string path = *mount_ / std::to_string(i);
    ASSERT_TRUE(collector_.TakeEvent(Kind::kCreated, path)) << path;
    ASSERT_TRUE(collector_.TakeEvent(Kind::kClosedAfterWrite, path)) << path;
  }
  const std::string last = *mount_ / std::to_string(kFiles - 1);
  EXPECT_EQ(actor_->Open(last), 0);
  EXPECT_EQ(collector_.accesses(last), 1);
}

TEST_F(Observing, AnUnmarkedFileCanBeReadWithoutAnybodyHearingOfIt) {
  WriteTextFile(*mount_ / "plain", "x");
  StartWatching();
  ASSERT_EQ(actor_->Open(*mount_ / "plain"), 0);
  ASSERT_EQ(actor_->Write(*mount_ / "last", "x"), 0);
  ASSERT_TRUE(collector_.TakeEvent(Kind::kClosedAfterWrite, *mount_ / "last"));
  EXPECT_EQ(collector_.all_accesses(), 0);
}

TEST_F(Observing, AWatchedFileSystemCanStillBeUnmounted) {
  StartWatching();
  const auto unmounted = mount_->Unmount();
  EXPECT_TRUE(unmounted) << unmounted.error().message;
}

// Holds the observing thread until the test lets it go on.
class Sluggish final : public platform::FileEventHandler {
 public:
  void OnAccess(platform::PendingAccess access) override { (void)access.Allow(); }
  void OnEvent(platform::FileEvent) override { released_.wait(); }
  void OnGap(platform::FileEventGap gap) override {
    if (gap.file_gone) return;  // the churn removes what it makes
    if (!std::exchange(gap_seen_, true)) gap_.set_value(gap.reason);
  }

  void Release() { release_.set_value(); }
  std::future<std::string> Gap() { return gap_.get_future(); }

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::promise<std::string> gap_;
  bool gap_seen_ = false;
};

// Has another process open a changed file at the moment in which its content is asked for.
class OpensMeanwhile final : public platform::FileEventHandler {
 public:
  explicit OpensMeanwhile(Actor& actor) : actor_(actor) {}
  void OnAccess(platform::PendingAccess access) override {
    ++accesses_;
    (void)access.Allow();
  }
  void OnEvent(platform::FileEvent) override {}
  void OnGap(platform::FileEventGap) override {}
  bool WantsContent(const platform::FileEvent& event) override {
    written_.get_future().wait();
    const int opened = actor_.Open(event.path);
    accesses_of_it_.set_value(opened == 0 ? accesses_.load() : -1);
    return true;
  }

  void NoteWritten() { written_.set_value(); }
  std::future<int> AccessesOfIt() { return accesses_of_it_.get_future(); }

 private:
  Actor& actor_;
  std::atomic<int> accesses_ = 0;
  std::promise<void> written_;
  std::promise<int> accesses_of_it_;
};

TEST_F(Observing, AChangedFileHasItsMarkBeforeItsContentIsOpened) {
  const std::string path = *mount_ / "old";
  WriteTextFile(path, "x");
  OpensMeanwhile handler(*actor_);
  auto accesses = handler.AccessesOfIt();
  ASSERT_TRUE(events_->Watch(mount_->path()));
  ASSERT_TRUE(events_->Start(handler));
  const int written = actor_->Write(path, "changed");
  handler.NoteWritten();
  const auto asked = accesses.wait_for(std::chrono::seconds(30));
  events_->Stop();
  EXPECT_EQ(written, 0);
  ASSERT_EQ(asked, std::future_status::ready);
  EXPECT_EQ(accesses.get(), 1);
}

TEST_F(Observing, AnOverflowOfTheKernelsQueueIsAGapAndCounted) {
  constexpr int kMoreThanTheQueueHolds = 17'000;
  Sluggish handler;
  auto gap = handler.Gap();
  ASSERT_TRUE(events_->Watch(mount_->path()));
  ASSERT_TRUE(events_->Start(handler));
  actor_->BeginChurn(*mount_ / "n", kMoreThanTheQueueHolds);
  const auto churned = actor_->Await(std::chrono::seconds(60));
  handler.Release();
  EXPECT_EQ(churned, 0);
  ASSERT_EQ(gap.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  const std::string reason = gap.get();
  EXPECT_NE(reason.find("overflow"), std::string::npos) << reason;
  events_->Stop();
  const auto counts = events_->counts();
  EXPECT_GE(counts.lost, 1U);
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
}

TEST_F(Observing, AFileSystemWithoutHandlesIsWatchedForWritesAndSaysSo) {
  for (const char* folder : {"lower", "upper", "work", "merged"}) {
    ASSERT_TRUE(std::filesystem::create_directory(*mount_ / folder));
  }
  const std::string merged = *mount_ / "merged";
  const std::string options =
      "lowerdir=" + *mount_ / "lower" + ",upperdir=" + *mount_ / "upper" + ",workdir=" + *mount_ / "work";
  if (::mount("overlay", merged.c_str(), "overlay", 0, options.c_str()) < 0) GTEST_SKIP() << "no overlay file system";
  const auto watched = events_->Watch(merged);
  const auto started = events_->Start(collector_);
  const int written = actor_->Write(merged + "/x", "x");
  const auto closed = collector_.TakeEvent(Kind::kClosedAfterWrite, merged + "/x");
  const auto degradations = events_->degradations();
  events_->Stop();
  ::umount2(merged.c_str(), MNT_DETACH);
  ASSERT_TRUE(watched) << watched.error().message;
  ASSERT_TRUE(started);
  EXPECT_EQ(written, 0);
  EXPECT_TRUE(closed);
  ASSERT_EQ(degradations.size(), 1U);
  EXPECT_NE(degradations[0].find(merged), std::string::npos);
}

}  // namespace
}  // namespace vigie::test
