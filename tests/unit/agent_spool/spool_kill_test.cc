// kill -9 at any moment loses no acknowledged event and leaves no hole: a child appends and says so over a pipe, and is
// killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <random>

#include "agent/spool/event_spool.h"
#include "platform/base/clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

struct Said {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
};

[[noreturn]] void AppendForEver(const std::string& path, int pipe_end) {
  const base::SystemClock clock;
  auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
  if (!spool) ::_exit(1);
  for (std::uint64_t position = (*spool)->last_position() + 1;; ++position) {
    const auto key = (*spool)->Append(SomeEvent("/" + std::to_string(position)), position);
    const Said said = key ? Said{key->boot_epoch, key->sequence} : Said{};
    if (!key || ::write(pipe_end, &said, sizeof said) != sizeof said) ::_exit(2);
    if (!(*spool)->NoteAlive()) ::_exit(3);
  }
}

// Lets a child append `count` events at least, kills it somewhere in the next one, and returns the last that it said
// was kept.
Said RunAndKill(const std::string& path, int count, std::chrono::microseconds further) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    AppendForEver(path, ends[1]);
  }
  ::close(ends[1]);
  Said last;
  Said said;
  for (int i = 0; i < count && ::read(ends[0], &said, sizeof said) == sizeof said; ++i) last = said;
  ::usleep(static_cast<useconds_t>(further.count()));
  ::kill(child, SIGKILL);
  while (::read(ends[0], &said, sizeof said) == sizeof said) last = said;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
  return last;
}

TEST(SpoolKill, LosesNoAcknowledgedEventAndLeavesNoHole) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/spool.db";
  std::mt19937 random(20220918);
  std::map<std::uint64_t, std::uint64_t> said;  // epoch → last sequence
  for (int round = 0; round < 20; ++round) {
    const Said last = RunAndKill(path, 1 + static_cast<int>(random() % 8), std::chrono::microseconds(random() % 3000));
    said[last.epoch] = last.sequence;
  }
  const base::SystemClock clock;
  auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
  ASSERT_TRUE(spool);
  std::map<std::uint64_t, std::uint64_t> kept;
  std::uint64_t position = 0;
  for (EventKey after;;) {
    const auto stored = (*spool)->ReadAfter(after, {});
    ASSERT_TRUE(stored);
    if (stored->empty()) break;
    for (const StoredEvent& one : *stored) {
      EXPECT_EQ(one.key.sequence, kept[one.key.boot_epoch] + 1) << "a hole";
      kept[one.key.boot_epoch] = one.key.sequence;
      v1::Event event;
      ASSERT_TRUE(event.ParseFromString(one.bytes));
      EXPECT_EQ(event.activity().file().path(), "/" + std::to_string(++position)) << "the position is not the event's";
    }
    after = stored->back().key;
  }
  EXPECT_EQ(position, (*spool)->last_position());
  for (const auto& [epoch, sequence] : said) EXPECT_GE(kept[epoch], sequence) << "an acknowledged event is lost";
  EXPECT_FALSE(std::filesystem::exists(path + ".damaged")) << "a kill damages nothing";
  EXPECT_EQ(said.size(), 20U) << "each start has an epoch of its own";
}

}  // namespace
}  // namespace vigie::agent::spool
