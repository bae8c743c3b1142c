// What the sensor can do on which file system of this kernel: a table that is printed and held to what it says.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>

#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/sensor_fixture.h"
#include "tests/support/temporary_directory.h"

namespace vigie::test {
namespace {

constexpr char kYes[] = "yes";
constexpr char kNo[] = "no";

// What a row says. Empty = this cannot be tried there.
struct Answers {
  std::string asked;    // an open on an outgoing mount waits for an answer
  std::string blocked;  // and fails if that is no
  std::string written;  // closing after writing is told
  std::string renamed;  // so is a rename on a watched file system
  auto operator<=>(const Answers&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Answers& answers) {
  return out << "asked: " << answers.asked << "  blocked: " << answers.blocked << "  written: " << answers.written
             << "  renamed: " << answers.renamed;
}

// A mounted file system, unmounted at the end whatever happens.
class Place {
 public:
  explicit Place(const std::string& kind) {
    if (kind == "tmpfs" || kind == "proc") {
      Take(::mount(kind.c_str(), At("mount").c_str(), kind.c_str(), 0, nullptr));
    } else if (kind == "overlay") {
      Take(::mount("tmpfs", At("layers").c_str(), "tmpfs", 0, nullptr));
      const std::string layers =
          "lowerdir=" + At("layers/low") + ",upperdir=" + At("layers/up") + ",workdir=" + At("layers/work");
      Take(::mount("overlay", At("mount").c_str(), "overlay", 0, layers.c_str()));
    } else if (kind == "fuse") {
      const std::string command = "bindfs " + At("below") + " " + At("mount") + " 2> /dev/null";
      if (std::system(command.c_str()) != 0) problem_ = "bindfs is not there";
    } else if (kind == "nfs") {
      Take(::mount("127.0.0.1:/", At("mount").c_str(), "nfs", 0, "addr=127.0.0.1,soft,timeo=1,retrans=1"));
    } else {
      auto made = LoopMount::Make({.file_system = kind, .mebibytes = 320});
      if (!made) problem_ = made.error().message;
      if (made) loop_ = *std::move(made);
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    for (const char* name : {"mount", "layers"}) ::umount2((folder_ / name).c_str(), MNT_DETACH);
  }

  std::string path() const { return loop_ ? loop_->path() : folder_ / "mount"; }
  const std::string& problem() const { return problem_; }

 private:
  std::string At(const std::string& name) {
    const std::string path = folder_ / name;
    std::filesystem::create_directories(path);
    return path;
  }
  void Take(int result) {
    if (result < 0) problem_ = std::strerror(errno);
  }

  TemporaryDirectory folder_;
  std::unique_ptr<LoopMount> loop_;
  std::string problem_;
};

std::string Say(bool good) {
  return good ? kYes : kNo;
}

// The kernel's words at the end of an error.
std::string Reason(const base::Error& error) {
  return "no: " + error.message.substr(error.message.rfind(": ") + 2);
}

class Coverage : public ::testing::Test {
 protected:
  using Kind = platform::FileEventKind;

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: fanotify and mounts";
  }

  // As an outgoing mount.
  static void TryMedium(const std::string& folder, bool writable, Answers& answers) {
    Actor actor;
    EventCollector collector;
    const auto events = platform::MakeFileEvents({.deadline = std::chrono::seconds(60)});
    const std::string file = folder + (writable ? "/a.csv" : "/uptime");
    if (const auto watched = events->WatchMedium(folder); !watched) {
      answers.asked = answers.blocked = Reason(watched.error());
      return;
    }
    ASSERT_TRUE(events->Start(collector));
    if (writable) {
      EXPECT_EQ(actor.Write(file, "text"), 0);
    }
    EXPECT_EQ(actor.Open(file), 0);
    answers.asked = Say(collector.accesses(file) == (writable ? 2 : 1));
    if (writable) answers.written = Say(collector.TakeEvent(Kind::kClosedAfterWrite, file).has_value());
    collector.React(EventCollector::Reaction::kDeny);
    answers.blocked = Say(actor.Open(file) == EPERM);
    events->Stop();
  }

  // As a disk of ours.
  static void TryWatched(const std::string& folder, Answers& answers) {
    Actor actor;
    EventCollector collector;
    const auto events = platform::MakeFileEvents({.deadline = std::chrono::seconds(60)});
    if (const auto watched = events->Watch(folder); !watched) {
      answers.renamed = Reason(watched.error());
      return;
    }
    ASSERT_TRUE(events->Start(collector));
    EXPECT_EQ(actor.Write(folder + "/b.csv", "text"), 0);
    EXPECT_EQ(actor.Rename(folder + "/b.csv", folder + "/c.csv"), 0);
    const std::vector<std::string> missing = events->degradations();
    if (missing.empty()) answers.renamed = Say(collector.TakeEvent(Kind::kRenamed, folder + "/c.csv").has_value());
    if (!missing.empty()) answers.renamed = Reason({base::ErrorCode::kUnsupported, missing.front()});
    events->Stop();
  }
};

struct Row {
  const char* file_system;
  Answers expected;
};

TEST_F(Coverage, IsWhatTheTableSays) {
  const Row rows[] = {
      {"ext4", {kYes, kYes, kYes, kYes}},    {"xfs", {kYes, kYes, kYes, kYes}},
      {"btrfs", {kYes, kYes, kYes, kYes}},   {"vfat", {kYes, kYes, kYes, kYes}},
      {"exfat", {kYes, kYes, kYes, kYes}},   {"tmpfs", {kYes, kYes, kYes, kYes}},
      {"overlay", {kYes, kYes, kYes, kYes}}, {"fuse", {kYes, kYes, kYes, "no: No such device"}},
      {"proc", {kYes, kYes, "", ""}},        {"nfs", {kYes, kYes, kYes, kYes}},
  };
  for (const Row& row : rows) {
    const Place place(row.file_system);
    if (!place.problem().empty()) {
      std::cout << row.file_system << ": cannot be mounted on this machine: " << place.problem() << '\n';
      continue;
    }
    Answers answers;
    const bool writable = std::string(row.file_system) != "proc";
    TryMedium(place.path(), writable, answers);
    if (writable) TryWatched(place.path(), answers);
    std::cout << row.file_system << ": " << answers << '\n';
    EXPECT_EQ(answers, row.expected) << row.file_system;
  }
}

}  // namespace
}  // namespace vigie::test
