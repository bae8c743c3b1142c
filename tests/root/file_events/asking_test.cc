// Opens that wait for an answer, with the real kernel.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/sensor_fixture.h"

namespace vigie::test {
namespace {

class Asking : public SensorFixture {
 protected:
  base::FileDescriptor OpenHere(const std::string& path) {
    return base::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
};

TEST_F(Asking, ADeniedOpenFailsWithPermissionDenied) {
  const std::string path = *mount_ / "secret";
  WriteTextFile(path, "x");
  collector_.React(Reaction::kDeny);
  StartOnMedium();
  EXPECT_EQ(actor_->Open(path), EPERM);
}

TEST_F(Asking, AMediumAsksForEveryOpenAlsoForWritingAndForNewFiles) {
  const std::string path = *mount_ / "stick.csv";
  StartOnMedium();
  EXPECT_EQ(actor_->Write(path, "x"), 0);
  EXPECT_EQ(actor_->Open(path), 0);
  actor_->BeginOpenForWriting(path);
  EXPECT_EQ(actor_->Await(), 0);
  EXPECT_EQ(collector_.accesses(path), 3);
  const auto written = collector_.TakeEvent(Kind::kClosedAfterWrite, path);
  ASSERT_TRUE(written);
  EXPECT_TRUE(written->on_medium);
}

TEST_F(Asking, AMarkSurvivesChangesAndRenamesOfItsFile) {
  const std::string path = *mount_ / "customers.csv";
  const std::string moved = *mount_ / "harmless.txt";
  WriteTextFile(path, "x");
  StartWatching();
  ASSERT_TRUE(events_->Mark(OpenHere(path)));
  EXPECT_EQ(actor_->Write(path, "more"), 0);
  EXPECT_EQ(actor_->Rename(path, moved), 0);
  collector_.React(Reaction::kDeny);
  EXPECT_EQ(actor_->Open(moved), EPERM);
}

TEST_F(Asking, AMarkHoldsForEveryNameOfItsFile) {
  const std::string path = *mount_ / "customers.csv";
  const std::string alias = *mount_ / "alias.csv";
  WriteTextFile(path, "x");
  StartWatching();
  ASSERT_TRUE(events_->Mark(OpenHere(path)));
  actor_->BeginLink(path, alias);
  ASSERT_EQ(actor_->Await(), 0);
  EXPECT_TRUE(collector_.TakeEvent(Kind::kCreated, alias));
  collector_.React(Reaction::kDeny);
  EXPECT_EQ(actor_->Open(alias), EPERM);
}

TEST_F(Asking, OurOwnAccessesNeitherAskNorAreReported) {
  const std::string path = *mount_ / "mine";
  WriteTextFile(path, "x");
  collector_.React(Reaction::kDeny);
  StartOnMedium();
  ASSERT_TRUE(events_->Watch(mount_->path()));
  EXPECT_TRUE(OpenHere(path));
  WriteTextFile(path, "more");
  WriteTextFile(*mount_ / "another", "x");
  EXPECT_EQ(actor_->Write(*mount_ / "of the actor", "x"), EPERM);  // whatever was before it has been read by now
  EXPECT_TRUE(collector_.TakeEvent(Kind::kCreated, *mount_ / "of the actor"));
  EXPECT_EQ(collector_.all_accesses(), 1);
  EXPECT_EQ(collector_.all_events(), 1);
}

TEST_F(Asking, ANewFileOnAWatchedMediumDoesNotMakeTheSensorWaitForItself) {
  StartOnMedium();
  ASSERT_TRUE(events_->Watch(mount_->path()));
  const std::string path = *mount_ / "new";
  EXPECT_EQ(actor_->Write(path, "x"), 0);
  EXPECT_TRUE(collector_.TakeEvent(Kind::kCreated, path));
}

TEST_F(Asking, ADeadlineThatPassesLetsTheOpenerThroughByDefault) {
  events_ = platform::MakeFileEvents({.deadline = std::chrono::milliseconds(30)});
  const std::string path = *mount_ / "slow";
  WriteTextFile(path, "x");
  collector_.React(Reaction::kHold);
  StartOnMedium();
  EXPECT_EQ(actor_->Open(path), 0);
  auto access = collector_.TakeAccess(path);
  ASSERT_TRUE(access);
  EXPECT_FALSE(access->Deny());
  EXPECT_EQ(events_->counts().late, 1U);
}

TEST_F(Asking, AFifoAndADirectoryDoNotAsk) {
  const std::string fifo = *mount_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0644), 0);
  const base::FileDescriptor reader(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  collector_.React(Reaction::kDeny);
  StartOnMedium();
  EXPECT_EQ(actor_->Open(fifo), 0);
  EXPECT_EQ(actor_->Open(mount_->path()), 0);
  EXPECT_EQ(collector_.all_accesses(), 0);
}

TEST_F(Asking, TheProcessHandleTellsWhetherTheOpenerLives) {
  const std::string path = *mount_ / "x";
  WriteTextFile(path, "x");
  StartOnMedium();
  ASSERT_EQ(actor_->Open(path), 0);
  const auto event = collector_.TakeAnswered(path);
  ASSERT_TRUE(event);
  ASSERT_TRUE(event->process_handle);
  EXPECT_EQ(event->process.pid, actor_->pid());
  EXPECT_TRUE(event->process_handle->Alive());
  actor_->Kill();
  EXPECT_FALSE(event->process_handle->Alive());
}

TEST_F(Asking, AnOpenerThatIsKilledWhileItWaitsHarmsNobody) {
  const std::string path = *mount_ / "x";
  WriteTextFile(path, "x");
  collector_.React(Reaction::kHold);
  StartOnMedium();
  actor_->BeginOpen(path);
  auto access = collector_.TakeAccess(path);
  ASSERT_TRUE(access);
  actor_->Kill();
  (void)access->Deny();
  collector_.React(Reaction::kAllow);
  Actor other;  // holds the sensor's descriptors, which does not matter here
  EXPECT_EQ(other.Open(path), 0);
}

TEST_F(Asking, UnwatchingAMediumEndsTheQuestionsAndItCanBePulledAndPluggedInAgain) {
  const std::string path = *mount_ / "x";
  WriteTextFile(path, "x");
  StartOnMedium();
  ASSERT_EQ(actor_->Open(path), 0);
  ASSERT_TRUE(collector_.TakeAnswered(path));  // and its descriptor is closed
  events_->UnwatchMedium(mount_->path());
  EXPECT_EQ(actor_->Open(path), 0);
  EXPECT_EQ(collector_.all_accesses(), 1);
  ASSERT_TRUE(events_->WatchMedium(mount_->path()));
  const auto pulled = mount_->Unmount();
  ASSERT_TRUE(pulled) << pulled.error().message;
  events_->UnwatchMedium(mount_->path());
  ASSERT_TRUE(mount_->Mount());
  ASSERT_TRUE(events_->WatchMedium(mount_->path()));
  EXPECT_EQ(actor_->Open(path), 0);
  EXPECT_EQ(collector_.all_accesses(), 2);
}

TEST_F(Asking, ManyOpenersAreAllAskedAndAllCounted) {
  constexpr int kThreads = 8;
  constexpr int kFiles = 200;
  for (int i = 0; i < kFiles; ++i) WriteTextFile(*mount_ / ("f" + std::to_string(i)), "x");
  StartOnMedium();
  actor_->BeginOpenMany(*mount_ / "f", kThreads, kFiles);
  EXPECT_EQ(actor_->Await(std::chrono::seconds(60)), 0);
  events_->Stop();
  const auto counts = events_->counts();
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
  EXPECT_EQ(counts.delivered, static_cast<std::uint64_t>(kThreads * kFiles));
  EXPECT_EQ(collector_.all_accesses(), kThreads * kFiles);
}

TEST_F(Asking, StoppingInTheMiddleLeavesNobodyWaiting) {
  constexpr int kFiles = 200;
  for (int i = 0; i < kFiles; ++i) WriteTextFile(*mount_ / ("f" + std::to_string(i)), "x");
  StartOnMedium();
  actor_->BeginOpenMany(*mount_ / "f", 8, kFiles);
  ASSERT_TRUE(collector_.AwaitAccesses(50));
  collector_.React(Reaction::kHold);
  events_->Stop();
  EXPECT_EQ(actor_->Await(std::chrono::seconds(60)), 0);
  const auto counts = events_->counts();
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
}

}  // namespace
}  // namespace vigie::test
