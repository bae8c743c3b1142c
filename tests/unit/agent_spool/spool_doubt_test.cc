// A disk that fails in the middle of a commit: nobody knows what it kept.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "agent/spool/event_spool.h"
#include "agent/spool/spool_table.h"
#include "core/evidence/event_digest.h"
#include "core/seal/host_key.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

namespace fs = std::filesystem;

// No file of this process grows beyond so many bytes.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

class SpoolDoubt : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(place);
    auto opened = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
    ASSERT_TRUE(opened) << opened.error().message;
    spool = *std::move(opened);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  }
  // A write that fails, and a place that is gone when the spool looks for it again: it has let go of its files.
  void LoseTheDisk() {
    {
      const FileLimit limit(fs::file_size(path + "-wal"));
      EXPECT_FALSE(spool->Append(SomeEvent(), 0));
    }
    fs::rename(place, place + ".gone");
    clock.Advance(std::chrono::seconds(2));
    EXPECT_FALSE(spool->Append(SomeEvent(), 0));
    fs::rename(place + ".gone", place);
    clock.Advance(std::chrono::seconds(2));
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
  const std::string place = directory.path() + "/state";
  const std::string path = place + "/spool.db";
  std::unique_ptr<EventSpool> spool;
};

TEST_F(SpoolDoubt, GoesOnBehindAnEventThatWasKeptThoughTheDiskSaidNo) {
  LoseTheDisk();
  {
    const auto key = seal::HostKey::LoadOrMake(place + "/host.key");
    ASSERT_TRUE(key);
    auto table = SpoolTable::Open(path, key->key);
    ASSERT_TRUE(table);
    v1::Event event = SomeEvent();
    const EventKey fourth{spool->boot_epoch(), 4};
    event.set_agent_id("desk-7");
    event.set_boot_epoch(fourth.boot_epoch);
    event.set_sequence(fourth.sequence);
    ASSERT_TRUE(table->Insert(table->Seal(fourth, event, clock.Now())));
  }
  const auto appended = spool->Append(SomeEvent(), 0);
  ASSERT_TRUE(appended) << appended.error().message;
  EXPECT_EQ(appended->sequence, 7U) << "two gaps tell of the two that failed, each for its own reason";
  EXPECT_EQ(spool->counts().events, 7U);
  const auto stored = spool->ReadAfter({}, {});
  ASSERT_TRUE(stored && stored->size() == 7);
  v1::Event kept;
  v1::Event behind;
  ASSERT_TRUE(kept.ParseFromString(stored->at(3).bytes) && behind.ParseFromString(stored->at(4).bytes));
  EXPECT_EQ(behind.previous(), evidence::Bytes(evidence::EventDigest(kept))) << "the link is to what is there";
}

TEST_F(SpoolDoubt, IsOverOnceTheDiskTakesEventsAgain) {
  LoseTheDisk();
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_TRUE(spool->counts().last_error.empty());
  EXPECT_FALSE(fs::exists(path + ".trial"));
}

}  // namespace
}  // namespace vigie::agent::spool
