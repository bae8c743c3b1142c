#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/lineage/new_files.h"
#include "platform/fake/fake_clock.h"

namespace vigie::agent::lineage {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FakeHandle final : public platform::ProcessHandle {
 public:
  bool Alive() const override { return alive; }
  bool alive = true;
};

class NewFilesTest : public ::testing::Test {
 protected:
  platform::FileEvent EventOf(std::int32_t pid, std::uint64_t inode, const std::string& path = "/home/a") {
    platform::FileEvent event;
    event.file = {.device = 1, .inode = inode};
    event.path = path;
    event.process.pid = pid;
    event.process_handle = pid == kAuthor ? author : other;
    event.at = clock.Now();
    event.steady_at = clock.SteadyNow();
    event.born_at = births[inode];
    return event;
  }
  void Create(std::int32_t pid, std::uint64_t inode) {
    births[inode] = clock.Now();
    files.NoteCreated(EventOf(pid, inode));
  }
  void Fork(std::int32_t pid) { files.NoteForked({.parent = {pid}, .child = {pid + 1}, .at = clock.Now()}); }
  void MakeAndClose(std::uint64_t inode) {
    Create(kAuthor, inode);
    clock.Advance(seconds(1));
    files.NoteWritten(EventOf(kAuthor, inode));
    clock.Advance(seconds(1));
  }
  bool Reads(std::int32_t pid, std::uint64_t inode) { return files.LetThrough(EventOf(pid, inode)); }

  bool CatchUp() {
    for (const auto& fork : std::exchange(caught_up_forks, {})) files.NoteForked(fork);
    return caught_up;
  }

  static constexpr std::int32_t kAuthor = 7;
  static constexpr std::int32_t kOther = 8;

  platform::FakeClock clock;
  std::shared_ptr<FakeHandle> author = std::make_shared<FakeHandle>();
  std::shared_ptr<FakeHandle> other = std::make_shared<FakeHandle>();
  std::map<std::uint64_t, base::SystemTime> births;
  bool caught_up = true;
  platform::OpenMode mode = platform::OpenMode::kRead;
  std::vector<platform::ProcessForked> caught_up_forks;
  NewFiles files{
      clock, [this] { return CatchUp(); }, [this](std::int32_t) { return mode; }, {.files = 3, .births = 128}};
};

}  // namespace vigie::agent::lineage
