// What stands in the journal, however a life ended and whatever happened to the file: every record that was durable and
// may be needed, whole and in order, none that was not, and what cannot be read is counted.
#include "server/ingest/batch_journal.h"

#include <sys/mman.h>

#include <atomic>
#include <future>
#include <new>
#include <random>

#include "tests/support/killed_process.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ingest::BatchJournal;
using ingest::JournalContent;
using ingest::JournalFile;
using ingest::ReadJournal;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kBlock = JournalFile::kBlock;
constexpr std::uint64_t kPart = 2 * kBlock;
constexpr std::uint64_t kSize = JournalFile::kBegin + BatchJournal::kParts * kPart;

std::string RecordOf(int number) {
  return "record " + std::to_string(number) + std::string(static_cast<std::size_t>(number % 7) * 20, 'x');
}

JournalFile::Place PlaceOf(std::uint64_t number, std::uint64_t needed_from = 1) {
  return {JournalFile::kBegin + (number - 1) * kBlock, number, needed_from};
}

std::uint64_t BeginOf(std::uint64_t number) {
  return PlaceOf(number).offset;
}

class Journal : public ::testing::Test {
 protected:
  const std::string path() const { return folder_.File("journal"); }
  JournalFile Open() const { return JournalFile::Open(path(), kSize).value(); }
  std::string Bytes() const { return ReadText(path()); }
  Lines Former() const { return ReadJournal(Bytes()).records; }
  // Three writes of one life.
  std::string ThreeWrites(std::uint64_t needed_from = 1) const {
    auto file = Open();
    EXPECT_TRUE(file.Append({"one", "two"}, PlaceOf(1, 1)));
    EXPECT_TRUE(file.Append({"three"}, PlaceOf(2, 1)));
    EXPECT_TRUE(file.Append({"four", "five"}, PlaceOf(3, needed_from)));
    return Bytes();
  }

 private:
  TemporaryFolder folder_;
};

// Of the third write: what is before its padding.
constexpr std::uint64_t kThirdBytes = 32 + 2 * 4 + 4 + 4;

TEST_F(Journal, GivesBackWhatWasAppended) {
  EXPECT_TRUE(Open().TakeFormer().records.empty());
  ThreeWrites();
  const JournalContent former = Open().TakeFormer();
  EXPECT_EQ(former.records, (Lines{"one", "two", "three", "four", "five"}));
  EXPECT_EQ(former.damaged, 0U);
}

TEST_F(Journal, AFormerLifeIsNoneOfItsRecords) {
  ThreeWrites();
  auto next = Open();
  EXPECT_EQ(Former().size(), 5U) << "they are there until the first write";
  ASSERT_TRUE(next.Append({"new"}, PlaceOf(1)));
  EXPECT_EQ(Former(), (Lines{"new"}));
}

TEST_F(Journal, ALastWriteThatWasTornAtAnyByteIsNothing) {
  const std::string whole = ThreeWrites();
  for (std::uint64_t cut = 0; cut < kThirdBytes; ++cut) {
    std::string torn = whole;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(BeginOf(3) + cut), torn.end(), '\0');
    const JournalContent left = ReadJournal(torn);
    EXPECT_EQ(left.records, (Lines{"one", "two", "three"})) << "cut at " << cut;
    EXPECT_EQ(left.damaged, 0U) << "cut at " << cut;
  }
  EXPECT_EQ(ReadJournal(std::string_view(whole).substr(0, BeginOf(3) + kThirdBytes)).records.size(), 5U);
}

TEST_F(Journal, ABitThatFlippedCostsItsWriteAndIsCounted) {
  const std::string whole = ThreeWrites();
  const std::uint64_t bytes = 32 + 4 + 5;  // of the second write
  for (std::uint64_t bit = 0; bit < bytes * 8; ++bit) {
    std::string damaged = whole;
    damaged[BeginOf(2) + bit / 8] ^= static_cast<char>(1U << (bit % 8));
    const JournalContent left = ReadJournal(damaged);
    EXPECT_EQ(left.records, (Lines{"one", "two", "four", "five"})) << "bit " << bit;
    EXPECT_EQ(left.damaged, 1U) << "bit " << bit;
  }
}

TEST_F(Journal, OneOfItsTwoHeadsIsEnoughAndWithoutBothItIsDamaged) {
  std::string bytes = ThreeWrites();
  bytes[8] ^= 1;
  EXPECT_EQ(ReadJournal(bytes).records.size(), 5U);
  bytes[kBlock + 8] ^= 1;
  EXPECT_TRUE(ReadJournal(bytes).records.empty());
  EXPECT_EQ(ReadJournal(bytes).damaged, 1U);
}

TEST_F(Journal, WhatTheStoreHasIsLeftOutAndItsDamageIsNone) {
  std::string bytes = ThreeWrites(3);
  EXPECT_EQ(ReadJournal(bytes).records, (Lines{"four", "five"}));
  bytes[BeginOf(2)] ^= 1;
  EXPECT_EQ(ReadJournal(bytes).damaged, 0U);
}

TEST_F(Journal, AnyBytesCanBeRead) {
  std::mt19937_64 random(7);
  const std::string whole = ThreeWrites();
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole.substr(0, random() % whole.size());
    for (int i = 0; i < 4 && !bytes.empty(); ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    EXPECT_LE(ReadJournal(bytes).records.size(), 5U);
  }
}

// Whoever sends a record does not know the life: the inside of a damaged write is none of a sender's own making.
TEST_F(Journal, ARecordCannotPassForAWrite) {
  const std::string other = ThreeWrites();
  std::filesystem::remove(path());
  const std::string begin(kBlock - 32 - 4, 'x');
  const std::string foreign = begin + other.substr(BeginOf(2), kBlock);
  auto file = Open();
  ASSERT_TRUE(file.Append({foreign}, PlaceOf(1)));
  ASSERT_TRUE(file.Append({"last"}, PlaceOf(5)));
  std::string bytes = Bytes();
  ASSERT_EQ(bytes.substr(BeginOf(2), 32), other.substr(BeginOf(2), 32));
  bytes[BeginOf(1)] ^= 1;
  EXPECT_EQ(ReadJournal(bytes).records, (Lines{"last"}));
}

TEST_F(Journal, ErasedItHoldsNothingOfAnybody) {
  auto file = Open();
  ASSERT_TRUE(file.Append({"a name"}, PlaceOf(1)));
  ASSERT_TRUE(file.Erase());
  EXPECT_EQ(Bytes(), std::string(kSize, '\0'));
}

TEST_F(Journal, KilledWhileItIsErasedItTellsOfNoDamage) {
  constexpr std::uint64_t kLarge = 3 << 20;  // zeros are written a MiB at a time
  const auto fill = [&] {
    std::filesystem::remove(path());
    auto file = JournalFile::Open(path(), kLarge).value();
    EXPECT_TRUE(file.Append({"one"}, PlaceOf(1)));
    EXPECT_TRUE(file.Append({"two"}, {kLarge - kBlock, 2, 2}));
  };
  const auto erase = [&] {
    auto file = JournalFile::Open(path(), kLarge);
    return file && file->Erase();
  };
  fill();
  const auto whole = test::KillAtChange(test::kNever, erase);
  ASSERT_TRUE(whole.done);
  EXPECT_EQ(Bytes(), std::string(kLarge, '\0'));
  for (const std::size_t at : test::SomeOf(whole.changes, 40)) {
    fill();
    ASSERT_TRUE(test::KillAtChange(at, erase).killed);
    const JournalContent left = ReadJournal(Bytes());
    EXPECT_EQ(left.damaged, 0U) << "killed at " << at;
    EXPECT_LE(left.records.size(), 1U) << "killed at " << at;
  }
}

// A frame that claims to be long: were its checksum worked out block by block, a start would take minutes.
TEST_F(Journal, WhatLooksLikeLongWritesCostsNothing) {
  constexpr std::uint64_t kLarge = 32 << 20;
  {
    auto file = JournalFile::Open(path(), kLarge).value();
    ASSERT_TRUE(file.Append({"one"}, PlaceOf(1)));
  }
  std::string bytes = Bytes();
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(BeginOf(2)), bytes.end(), '\x01');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ReadJournal(bytes).records, (Lines{"one"}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "some milliseconds, if all is well";
}

TEST_F(Journal, DoesNotWriteBeyondItsEnd) {
  auto file = Open();
  EXPECT_FALSE(file.Append({std::string(kSize, 'x')}, PlaceOf(1)));
  EXPECT_EQ(Bytes().size(), kSize);
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

// Fourteen writes in ten places, of which the last eight are needed; `durable` counts those that were said to be.
bool Live(const std::string& path, std::atomic<int>& durable) {
  auto file = JournalFile::Open(path, kSize + 4 * kBlock);
  if (!file) return false;
  for (int number = 1; number <= 14; ++number) {
    auto place = PlaceOf(static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(std::max(1, number - 7)));
    place.offset = BeginOf(static_cast<std::uint64_t>((number - 1) % 10 + 1));
    if (!file->Append({RecordOf(number)}, place)) return false;
    durable = number;
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
    const JournalContent left = ReadJournal(Bytes());
    EXPECT_EQ(left.damaged, 0U) << "killed at " << at;
    const int said = *durable;
    const bool one_more = !left.records.empty() && left.records.back() == RecordOf(said + 1);
    Lines expected;
    const int last = one_more ? said + 1 : said;
    for (int number = std::max(1, last - 7); number <= last; ++number) expected.push_back(RecordOf(number));
    EXPECT_EQ(left.records, expected) << "killed at " << at;
  }
}

TEST_F(Journal, APartIsBegunAnewOnceAllOfItIsReleased) {
  BatchJournal journal(Open(), 0);
  const std::string record(kPart - 100, 'r');
  const auto append = [&](const std::string& each) {
    std::promise<void> written;
    const auto part = journal.Append(each, [&](bool good) {
      EXPECT_TRUE(good);
      written.set_value();
    });
    if (part) written.get_future().wait();
    return part;
  };
  EXPECT_FALSE(append(std::string(kPart, 'r'))) << "larger than a part";
  for (std::size_t part = 0; part < BatchJournal::kParts; ++part) EXPECT_EQ(append(record), part);
  EXPECT_FALSE(append(record));
  journal.Release(1);
  EXPECT_FALSE(append(record)) << "it is not its turn";
  journal.Release(0);
  EXPECT_EQ(append("again"), 0U);
  EXPECT_EQ(Former(), (Lines{record, record, "again"})) << "in the parts' order, without those that are released";
}

TEST_F(Journal, FormerRecordsKeepTheirPlaceUntilTheyAreReleased) {
  ThreeWrites();
  {
    BatchJournal journal(Open(), 2);
    EXPECT_FALSE(journal.Append("six", [](bool) {}));
    journal.ReleaseFormer();
    EXPECT_FALSE(journal.Append("six", [](bool) {}));
  }
  EXPECT_EQ(Former().size(), 5U);
  {
    BatchJournal journal(Open(), 1);
    journal.ReleaseFormer();
  }
  EXPECT_EQ(Bytes(), std::string(kSize, '\0')) << "all is in the store";
}

// Against a list of what was appended and not released, whatever the order of the releases.
TEST_F(Journal, AtAnyMomentItHasAllThatIsNotReleased) {
  std::mt19937_64 random(11);
  BatchJournal journal(Open(), 0);
  std::vector<std::pair<std::string, std::size_t>> kept;
  int refused = 0;
  for (int number = 0; number < 600; ++number) {
    const std::string record = std::to_string(number) + std::string(random() % 3000, 'x');
    std::promise<void> written;
    if (const auto part = journal.Append(record, [&](bool) { written.set_value(); }); part) {
      written.get_future().wait();
      kept.emplace_back(record, *part);
    } else {
      ++refused;
    }
    const std::uint64_t leaving = kept.empty() ? 0 : random() % std::min<std::size_t>(kept.size() + 1, 4);
    for (std::uint64_t i = 0; i < leaving; ++i) {
      const auto gone = kept.begin() + static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(kept.size(), 3));
      journal.Release(gone->second);
      kept.erase(gone);
    }
    const JournalContent content = ReadJournal(Bytes());
    EXPECT_EQ(content.damaged, 0U);
    auto found = content.records.begin();
    for (const auto& [each, part] : kept) {
      found = std::find(found, content.records.end(), each);
      ASSERT_NE(found, content.records.end()) << "after " << number;
    }
  }
  EXPECT_GT(refused, 0);
  for (const auto& [record, part] : kept) journal.Release(part);
}

}  // namespace
}  // namespace vigie::server
