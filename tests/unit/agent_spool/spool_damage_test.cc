// A property: whatever happens to the bytes of a spool, it opens, what it gives is what was put in, and what is missing
// is told.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include "agent/spool/event_spool.h"
#include "platform/fake/fake_clock.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLogHeader = 32;  // of a write-ahead log
constexpr int kEvents = 150;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string HeaderOf(const fs::path& log) {
  std::string header(kLogHeader, '\0');
  std::ifstream(log, std::ios::binary).read(header.data(), static_cast<std::streamsize>(header.size()));
  return header;
}

void WriteAll(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Every tenth goes over several pages.
v1::Event NumberedEvent(int number) {
  v1::Event event = SomeEvent("/home/file-" + std::to_string(number));
  if (number % 10 == 0) event.mutable_activity()->mutable_process()->set_command_line(std::string(4000, 'c'));
  if (number % 10 == 0) event.mutable_inspection()->mutable_customers()->set_records(std::string(9000, 'r'));
  return event;
}

class SpoolDamage : public ::testing::Test {
 protected:
  // One spool, its file with `in_log` events of it still in the write-ahead log, as a power cut leaves it.
  void SetUp() override {
    const std::string path = directory.path() + "/spool.db";
    auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
    ASSERT_TRUE(spool);
    epoch = (*spool)->boot_epoch();
    for (int i = 1; i <= kEvents; ++i) ASSERT_TRUE((*spool)->Append(NumberedEvent(i), 0));
    in_log = {ReadAll(path), ReadAll(path + "-wal")};
    key = ReadAll(directory.path() + "/host.key");
    (*spool).reset();
    in_file = {ReadAll(path), {}};
    ASSERT_GT(in_log.log.size(), 100 * kPage);
    ASSERT_GT(in_file.database.size(), 30 * kPage);
  }

  struct Files {
    std::string database;
    std::string log;
  };
  struct Outcome {
    std::size_t kept = 0;
    bool gap_told = false;
    bool set_aside = false;
  };

  // Opens a spool of these bytes and holds it to what it promises.
  Outcome Examine(const Files& files, const std::string& what) {
    const TemporaryDirectory place;
    const std::string path = place.path() + "/spool.db";
    WriteAll(place.path() + "/host.key", key);
    WriteAll(path, files.database);
    if (!files.log.empty()) WriteAll(path + "-wal", files.log);
    auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
    EXPECT_TRUE(spool) << what << ": " << spool.error().message;
    if (!spool) return {};
    std::set<std::uint64_t> there = ReadThrough(**spool, what);
    const auto appended = (*spool)->Append(SomeEvent(), 0);
    EXPECT_TRUE(appended) << what << ": " << appended.error().message;
    return {
        .kept = there.size(), .gap_told = CheckTold(**spool, there, what), .set_aside = fs::exists(path + ".damaged")};
  }

  std::set<std::uint64_t> ReadThrough(EventSpool& spool, const std::string& what) const {
    std::set<std::uint64_t> there;
    for (EventKey after;;) {
      const auto stored = spool.ReadAfter(after, {});
      EXPECT_TRUE(stored) << what << ": " << stored.error().message;
      if (!stored || stored->empty()) return there;
      for (const StoredEvent& one : *stored) {
        v1::Event event;
        EXPECT_TRUE(event.ParseFromString(one.bytes)) << what;
        if (one.key.boot_epoch != epoch) continue;
        EXPECT_TRUE(there.insert(one.key.sequence).second) << what << ": given twice";
        EXPECT_EQ(event.activity().file().path(), "/home/file-" + std::to_string(one.key.sequence)) << what;
      }
      after = stored->back().key;
    }
  }

  // A sequence that is missing between others is told by name; one at the end by a gap at least.
  bool CheckTold(EventSpool& spool, const std::set<std::uint64_t>& there, const std::string& what) const {
    std::set<std::uint64_t> told;
    bool gap_told = false;
    for (EventKey after;;) {
      const auto stored = spool.ReadAfter(after, {});
      if (!stored || stored->empty()) break;
      for (const StoredEvent& one : *stored) {
        v1::Event event;
        if (!event.ParseFromString(one.bytes) || !event.has_gap()) continue;
        gap_told = true;
        for (const auto& range : event.gap().never_sent()) {
          for (auto i = range.first(); i <= range.last() && range.boot_epoch() == epoch; ++i) told.insert(i);
        }
      }
      after = stored->back().key;
    }
    const std::uint64_t last = there.empty() ? 0 : *there.rbegin();
    for (std::uint64_t i = 1; i < last; ++i) {
      const bool between = !there.contains(i) && *there.begin() < i;
      EXPECT_TRUE(!between || told.contains(i)) << what << ": " << i << " is not told";
    }
    return gap_told;
  }

  std::string Place(const Files& files, std::size_t at) const {
    return "byte " + std::to_string(at) + " of " + std::to_string(files.database.size()) + "+" +
           std::to_string(files.log.size());
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
  std::uint64_t epoch = 0;
  std::string key;
  Files in_log;
  Files in_file;
  std::mt19937 random{20220918};
};

TEST_F(SpoolDamage, OfNothingLosesNothing) {
  for (const Files* files : {&in_log, &in_file}) {
    const Outcome outcome = Examine(*files, "untouched");
    EXPECT_EQ(outcome.kept, static_cast<std::size_t>(kEvents));
    EXPECT_FALSE(outcome.gap_told);
  }
}

// SQLite begins its log anew once it was checkpointed: behind the new frames stand those of the generation before.
TEST_F(SpoolDamage, IsNotSeenInALogThatWasJustBegunAnew) {
  const TemporaryDirectory place;
  const std::string path = place.path() + "/spool.db";
  WriteAll(place.path() + "/host.key", key);
  auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
  ASSERT_TRUE(spool);
  epoch = (*spool)->boot_epoch();
  const std::string log = path + "-wal";
  int restarts = 0;
  for (int i = 1; restarts < 2 && i < 400; ++i) {
    v1::Event event = SomeEvent("/home/file-" + std::to_string(i));
    event.mutable_inspection()->mutable_customers()->set_records(std::string(60'000, 'r'));
    ASSERT_TRUE((*spool)->Append(event, 0));
    const std::string header = HeaderOf(log);
    fs::copy_file(log, log + ".before", fs::copy_options::overwrite_existing);
    clock.Advance(std::chrono::seconds(30));  // the same time again would be no frame
    ASSERT_TRUE((*spool)->NoteAlive());
    if (HeaderOf(log) == header) continue;
    ++restarts;
    const Files after = {ReadAll(path), ReadAll(log)};
    const Files header_only = {after.database, HeaderOf(log) + ReadAll(log + ".before").substr(kLogHeader)};
    for (const Files* files : {&after, &header_only}) {
      const Outcome outcome = Examine(*files, "log begun anew after " + std::to_string(i));
      EXPECT_EQ(outcome.kept, static_cast<std::size_t>(i));
      EXPECT_FALSE(outcome.gap_told) << i;
      EXPECT_FALSE(outcome.set_aside) << i;
    }
  }
  EXPECT_GT(restarts, 0);
}

TEST_F(SpoolDamage, OfOneBitCostsAPageOfEventsAtMost) {
  for (int round = 0; round < 40; ++round) {
    Files files = in_file;
    // The head of the file now and then, for it would seldom be hit.
    const std::size_t at = random() % (round % 5 == 0 ? kPage : files.database.size());
    files.database[at] = static_cast<char>(files.database[at] ^ (1 << random() % 8));
    const Outcome outcome = Examine(files, "a bit in " + Place(files, at));
    EXPECT_GE(outcome.kept, static_cast<std::size_t>(kEvents) - 40) << Place(files, at);
    if (outcome.kept < kEvents) {
      EXPECT_TRUE(outcome.gap_told) << Place(files, at);
    }
  }
}

TEST_F(SpoolDamage, OfTheLogCostsAPageOfEventsAtMost) {
  for (int round = 0; round < 30; ++round) {
    Files files = in_log;
    const std::size_t at = random() % (round % 5 == 0 ? kPage : files.log.size());
    files.log[at] = static_cast<char>(files.log[at] ^ (1 << random() % 8));
    const Outcome outcome = Examine(files, "a bit of the log in " + Place(files, at));
    EXPECT_GE(outcome.kept, static_cast<std::size_t>(kEvents) - 40) << Place(files, at);
  }
}

TEST_F(SpoolDamage, OfTornPagesKeepsTheOthers) {
  for (int round = 0; round < 40; ++round) {
    Files files = in_file;
    const std::size_t pages = files.database.size() / kPage;
    const std::size_t page = round % 6 == 0 ? 0 : random() % pages;
    const std::size_t from = page * kPage + 512 * (random() % 8);
    const bool zeros = random() % 2 == 0;
    for (std::size_t i = from; i < (page + 1) * kPage; ++i)
      files.database[i] = zeros ? '\0' : static_cast<char>(random());
    const Outcome outcome = Examine(files, "a torn page in " + Place(files, from));
    EXPECT_GE(outcome.kept, static_cast<std::size_t>(kEvents) - 40) << Place(files, from);
    if (outcome.kept < kEvents) {
      EXPECT_TRUE(outcome.gap_told) << Place(files, from);
    }
  }
}

TEST_F(SpoolDamage, OfATruncatedFileKeepsWhatIsLeft) {
  for (int round = 0; round < 40; ++round) {
    Files files = round % 2 == 0 ? in_file : in_log;
    std::string& cut = files.log.empty() ? files.database : files.log;
    const std::size_t size = random() % cut.size();
    cut.resize(size);
    const Outcome outcome = Examine(files, "cut off at " + Place(files, size));
    if (outcome.kept < kEvents && files.log.empty() && size > 0) {
      EXPECT_TRUE(outcome.gap_told) << size;
    }
  }
}

TEST_F(SpoolDamage, OfManyPlacesAtOnceNeverStopsTheStart) {
  for (int round = 0; round < 40; ++round) {
    Files files = round % 2 == 0 ? in_file : in_log;
    for (std::string* bytes : {&files.database, &files.log}) {
      for (auto i = random() % 200; i > 0 && !bytes->empty(); --i) {
        (*bytes)[random() % bytes->size()] = static_cast<char>(random());
      }
    }
    (void)Examine(files, "round " + std::to_string(round));
  }
}

}  // namespace
}  // namespace vigie::agent::spool
