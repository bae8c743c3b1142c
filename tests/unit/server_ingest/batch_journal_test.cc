// What stands in the journal, however a life ended: every record that was durable, whole and in order, and none that
// was not.
#include "server/ingest/batch_journal.h"

#include <sys/mman.h>

#include <atomic>
#include <fstream>
#include <future>
#include <new>

#include "tests/support/killed_process.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ingest::BatchJournal;
using ingest::JournalFile;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kSize = 4096;

std::string RecordOf(int number) {
  return "record " + std::to_string(number) + std::string(static_cast<std::size_t>(number % 7) * 20, 'x');
}

Lines FormerOf(const std::string& path) {
  auto file = JournalFile::Open(path, kSize);
  return file ? file->TakeFormer() : Lines{"it cannot be read"};
}

void Overwrite(const std::string& path, std::uint64_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
}

class Journal : public ::testing::Test {
 protected:
  const std::string path() const { return folder_.File("journal"); }
  JournalFile Open() const { return JournalFile::Open(path(), kSize).value(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(Journal, GivesBackWhatWasAppended) {
  EXPECT_TRUE(FormerOf(path()).empty());
  auto file = Open();
  ASSERT_TRUE(file.Append({"one", "two"}));
  ASSERT_TRUE(file.Append({"three"}));
  EXPECT_EQ(FormerOf(path()), (Lines{"one", "two", "three"}));
}

TEST_F(Journal, AFormerLifeIsNoneOfItsRecords) {
  auto file = Open();
  ASSERT_TRUE(file.Append({"one", "two", "three"}));
  file.StartOver();
  EXPECT_EQ(FormerOf(path()).size(), 3U) << "they are there until they are overwritten";
  ASSERT_TRUE(file.Append({"new"}));  // as long as "one": what follows is a whole record of the former life
  EXPECT_EQ(FormerOf(path()), (Lines{"new"}));
}

TEST_F(Journal, WhatIsTornEndsIt) {
  ASSERT_TRUE(Open().Append({"one", "two", "three"}));
  const std::uint64_t second = JournalFile::Footprint(3);
  for (std::uint64_t at = second; at < second + JournalFile::Footprint(3); ++at) {
    std::ifstream before(path(), std::ios::binary);
    before.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(before.get());
    Overwrite(path(), at, std::string(1, static_cast<char>(byte ^ 1)));
    EXPECT_EQ(FormerOf(path()), (Lines{"one"})) << "byte " << at;
    Overwrite(path(), at, std::string(1, byte));
  }
  EXPECT_EQ(FormerOf(path()).size(), 3U);
}

TEST_F(Journal, ErasedItHoldsNothingOfAnybody) {
  auto file = Open();
  ASSERT_TRUE(file.Append({"a name"}));
  ASSERT_TRUE(file.Erase());
  EXPECT_EQ(ReadText(path()), std::string(kSize, '\0'));
}

TEST_F(Journal, DoesNotWriteBeyondItsEnd) {
  auto file = Open();
  EXPECT_FALSE(file.Append({std::string(kSize, 'x')}));
  EXPECT_EQ(ReadText(path()).size(), kSize);
}

// In memory that a killed process leaves to its parent.
class SharedCount {
  using Count = std::atomic<int>;

 public:
  SharedCount()
      : page_(::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        count_(new (page_) Count(0)) {}
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  ~SharedCount() { ::munmap(page_, sizeof(Count)); }
  Count& operator*() const { return *count_; }

 private:
  void* page_;
  Count* count_;
};

// Ten records, four of them, and begun anew in between; `durable` counts those that were said to be.
bool Live(const std::string& path, std::atomic<int>& durable) {
  auto file = JournalFile::Open(path, kSize);
  if (!file) return false;
  for (int number = 0; number < 14; ++number) {
    if (number == 10) file->StartOver();
    if (!file->Append({RecordOf(number)})) return false;
    durable = number + 1;
  }
  return true;
}

TEST_F(Journal, KilledAtAnyChangeItHasWhatWasDurable) {
  SharedCount durable;
  const auto whole = test::KillAtChange(test::kNever, [&] { return Live(path(), *durable); });
  ASSERT_TRUE(whole.done);
  ASSERT_GT(whole.changes, 28U) << "a write and a flush for each";
  for (const std::size_t at : test::SomeOf(whole.changes, 40)) {
    std::filesystem::remove(path());
    *durable = 0;
    ASSERT_TRUE(test::KillAtChange(at, [&] { return Live(path(), *durable); }).killed);
    const Lines left = FormerOf(path());
    const int first = *durable <= 10 && (left.empty() || left[0] == RecordOf(0)) ? 0 : 10;
    const int said = *durable - first;
    ASSERT_GE(static_cast<int>(left.size()), said) << "killed at " << at;
    ASSERT_LE(static_cast<int>(left.size()), said + 1) << "killed at " << at;
    for (std::size_t i = 0; i < left.size(); ++i) EXPECT_EQ(left[i], RecordOf(first + static_cast<int>(i)));
  }
}

TEST_F(Journal, HasRoomAgainOnceAllIsReleased) {
  BatchJournal journal(Open(), 0);
  const std::string record(kSize / 2 - 100, 'r');
  std::promise<void> written;
  std::atomic<int> durable = 0;
  const auto count = [&](bool good) {
    if (good && ++durable == 2) written.set_value();
  };
  EXPECT_TRUE(journal.Append(record, count));
  EXPECT_TRUE(journal.Append(record, count));
  EXPECT_FALSE(journal.Append(record, count));
  written.get_future().wait();
  journal.Release();
  EXPECT_FALSE(journal.Append(record, count)) << "the other one is still needed";
  journal.Release();
  // Its thread may still be at the end of the former write.
  std::promise<void> again;
  while (!journal.Append("again", [&](bool) { again.set_value(); })) std::this_thread::yield();
  again.get_future().wait();
  EXPECT_EQ(FormerOf(path()), (Lines{"again"}));
}

TEST_F(Journal, FormerRecordsKeepTheirPlaceUntilTheyAreReleased) {
  ASSERT_TRUE(Open().Append({"one", "two"}));
  {
    BatchJournal journal(Open(), 2);
    EXPECT_FALSE(journal.Append("three", [](bool) {}));
    journal.Release();
  }
  EXPECT_EQ(FormerOf(path()), (Lines{"one", "two"}));
}

}  // namespace
}  // namespace vigie::server
