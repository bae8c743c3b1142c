// The sensor as a process: killed, and without privileges.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/sensor_fixture.h"

namespace vigie::test {
namespace {

// Tells through a pipe that it holds an access, and never answers it.
class Hostage final : public platform::FileEventHandler {
 public:
  explicit Hostage(int pipe) : pipe_(pipe) {}
  void OnAccess(platform::PendingAccess access) override {
    held_.push_back(std::move(access));
    Tell('h');
  }
  void OnEvent(platform::FileEvent) override {}
  void OnGap(platform::FileEventGap) override {}
  void Tell(char what) const { [[maybe_unused]] const ssize_t written = ::write(pipe_, &what, 1); }

 private:
  const int pipe_;
  std::vector<platform::PendingAccess> held_;
};

using Watch = bool (*)(platform::FileEvents& events, const std::string& folder);

bool WatchAsMedium(platform::FileEvents& events, const std::string& folder) {
  return bool(events.WatchMedium(folder));
}

// Two groups then have a mark on what is opened: one on its file system, one on the file.
bool WatchAndMarkOneFile(platform::FileEvents& events, const std::string& folder) {
  const base::FileDescriptor file(::open((folder + "/x").c_str(), O_RDONLY | O_CLOEXEC));
  return file && events.Watch(folder) && events.Mark(file);
}

[[noreturn]] void HoldEverything(const std::string& folder, Watch watch, int pipe) {
  auto events = platform::MakeFileEvents({.deadline = std::chrono::hours(1)});
  Hostage hostage(pipe);
  if (!watch(*events, folder) || !events->Start(hostage)) ::_exit(1);
  hostage.Tell('s');
  for (;;) ::pause();
}

char ReadOne(int pipe) {
  char what = 0;
  return ::read(pipe, &what, 1) == 1 ? what : '-';
}

class SensorProcess : public testing::Test {
 protected:
  void SetUp() override {
    auto mount = LoopMount::Make();
    if (!mount) GTEST_SKIP() << mount.error().message;
    mount_ = *std::move(mount);
  }

  std::unique_ptr<LoopMount> mount_;
};

class KilledSensor : public SensorProcess, public testing::WithParamInterface<Watch> {};
INSTANTIATE_TEST_SUITE_P(, KilledSensor, testing::Values(WatchAsMedium, WatchAndMarkOneFile));

TEST_P(KilledSensor, LetsEverybodyThrough) {
  const std::string path = *mount_ / "x";
  WriteTextFile(path, "x");
  Actor actor;  // before the sensor: whoever holds its descriptors keeps its marks alive
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t sensor = ::fork();
  if (sensor == 0) {
    ::close(pipe[0]);
    HoldEverything(mount_->path(), GetParam(), pipe[1]);
  }
  ::close(pipe[1]);
  EXPECT_EQ(ReadOne(pipe[0]), 's');
  actor.BeginOpen(path);
  EXPECT_EQ(ReadOne(pipe[0]), 'h');
  EXPECT_EQ(actor.Await(std::chrono::milliseconds(20)), std::nullopt);  // it really waits
  ::kill(sensor, SIGKILL);
  while (::waitpid(sensor, nullptr, 0) < 0 && errno == EINTR) continue;
  EXPECT_EQ(actor.Await(), 0);
  EXPECT_EQ(actor.Open(path), 0);  // and nobody asks any more
  ::close(pipe[0]);
}

TEST_F(SensorProcess, WithoutPrivilegesItSaysWhatItNeeds) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(2);
    Hostage nobody(-1);
    const auto started = platform::MakeFileEvents({})->Start(nobody);
    const bool as_told = !started && started.error().code == base::ErrorCode::kPermissionDenied &&
                         started.error().message.find("CAP_SYS_ADMIN") != std::string::npos;
    ::_exit(as_told ? 0 : 1);
  }
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace vigie::test
