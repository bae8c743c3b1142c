#include "core/customers/ledger.h"

#include <gtest/gtest.h>

#include <random>

#include "platform/fake/fake_file_system.h"

namespace vigie::customers {
namespace {

Ledger Reopen(const Ledger& ledger) {
  auto parsed = Ledger::Parse(ledger.Serialize());
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *std::move(parsed) : Ledger();
}

TEST(Ledger, GivesDenseIdsFromOneAndKeepsThem) {
  Ledger ledger;
  EXPECT_EQ(1U, *ledger.Assign("C1"));
  EXPECT_EQ(2U, *ledger.Assign("C2"));
  EXPECT_EQ(1U, *ledger.Assign("C1"));
  Ledger reopened = Reopen(ledger);
  EXPECT_EQ(2U, reopened.records());
  EXPECT_EQ(3U, *reopened.Assign("C3"));
  EXPECT_EQ(2U, reopened.Find("C2"));
  EXPECT_EQ("C1", *reopened.KeyOf(1));
}

TEST(Ledger, KeepsKeysWithAnyCharacters) {
  Ledger ledger;
  const std::string key("a,b%\"\n\r\x7F é", 12);
  ASSERT_TRUE(ledger.Assign(key));
  EXPECT_EQ(key, *Reopen(ledger).KeyOf(1));
}

TEST(Ledger, RemembersCanariesAndTheirEnd) {
  Ledger ledger;
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(ledger.Assign(key));
  ledger.SetCanary(2, true);
  ledger.SetCanary(3, true);
  ledger.SetCanary(3, false);
  ledger.SetCanary(99, true);
  EXPECT_EQ(RecordSet(std::vector<RecordId>{2}), Reopen(ledger).Canaries());
}

TEST(Ledger, OnlyEverAppends) {
  Ledger ledger;
  ASSERT_TRUE(ledger.Assign("first"));
  const std::string before = ledger.Serialize();
  ASSERT_TRUE(ledger.Assign("second"));
  ledger.SetCanary(1, true);
  const std::string lines = before.substr(0, before.rfind("end,"));
  EXPECT_TRUE(ledger.Serialize().starts_with(lines));
}

TEST(Ledger, RefusesKeysThatAreNone) {
  Ledger ledger;
  EXPECT_FALSE(ledger.Assign(""));
  EXPECT_FALSE(ledger.Assign(std::string(5000, 'k')));
  EXPECT_EQ(nullptr, ledger.KeyOf(0));
  EXPECT_EQ(nullptr, ledger.KeyOf(1));
}

TEST(Ledger, IsRefusedWhereverItIsCutOff) {
  Ledger ledger;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(ledger.Assign("key" + std::to_string(i)));
  const std::string text = ledger.Serialize();
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(Ledger::Parse(text.substr(0, size))) << size;
  EXPECT_FALSE(Ledger::Parse(text + "record,21,x,0000000000000000\n"));
}

TEST(Ledger, IsRefusedWhenAnyBitFlips) {
  Ledger ledger;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(ledger.Assign("key" + std::to_string(i)));
  const std::string text = ledger.Serialize();
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string changed = text;
    changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    EXPECT_FALSE(Ledger::Parse(changed));
  }
}

TEST(Ledger, NamesTheDamagedLineWithoutItsKey) {
  Ledger ledger;
  ASSERT_TRUE(ledger.Assign("secretkey"));
  std::string text = ledger.Serialize();
  text.replace(text.find("secretkey"), 1, "S");
  const auto parsed = Ledger::Parse(text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(base::ErrorCode::kDataLoss, parsed.error().code);
  EXPECT_NE(std::string::npos, parsed.error().message.find("line 2"));
  EXPECT_EQ(std::string::npos, parsed.error().message.find("ecretkey"));
}

// Right checksums, wrong meaning.
TEST(Ledger, RefusesWhatNoLedgerSays) {
  const auto message = [](const std::vector<LedgerLine>& lines) {
    LedgerWriter writer;
    for (const LedgerLine& line : lines) writer.Append(line);
    const auto parsed = Ledger::Parse(std::move(writer).Finish());
    return parsed ? "" : parsed.error().message;
  };
  using Kind = LedgerLine::Kind;
  EXPECT_EQ("", message({{Kind::kRecord, 1, "a", false}}));
  EXPECT_NE(std::string::npos, message({{Kind::kRecord, 2, "a", false}}).find("dense"));
  EXPECT_NE(std::string::npos,
            message({{Kind::kRecord, 1, "a", false}, {Kind::kRecord, 2, "a", false}}).find("already"));
  EXPECT_NE(std::string::npos, message({{Kind::kCanary, 1, "", true}}).find("not there"));
  EXPECT_NE("", message({{Kind::kRecord, 1, "", false}}));
}

TEST(Ledger, RefusesOtherFilesAndVersions) {
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, Ledger::Parse("id,name\n").error().code);
  LedgerChain chain;
  const std::string line = "vigie-ledger 3";
  EXPECT_EQ(base::ErrorCode::kUnsupported, Ledger::Parse(line + "," + chain.Append(line) + "\n").error().code);
}

TEST(Ledger, IsSavedPrivatelyAndRefusedWhenOthersMayReadIt) {
  platform::FakeFileSystem files;
  Ledger ledger = *Ledger::Open(files, "/ledger");
  ASSERT_TRUE(ledger.Assign("C1"));
  ASSERT_TRUE(ledger.Save(files, "/ledger"));
  EXPECT_EQ(0600U, files.StatusOf("/ledger")->mode);
  EXPECT_EQ(1U, Ledger::Open(files, "/ledger")->records());
  ASSERT_TRUE(files.WriteFileDurably("/ledger", ledger.Serialize(), 0644));
  const auto open = Ledger::Open(files, "/ledger");
  ASSERT_FALSE(open);
  EXPECT_NE(std::string::npos, open.error().message.find("chmod 600"));
}

TEST(Ledger, IsNotSavedOverAnothersChanges) {
  platform::FakeFileSystem files;
  Ledger mine = *Ledger::Open(files, "/ledger");
  Ledger other = *Ledger::Open(files, "/ledger");
  ASSERT_TRUE(mine.Assign("C1"));
  ASSERT_TRUE(other.Assign("C2"));
  ASSERT_TRUE(other.Save(files, "/ledger"));
  const auto saved = mine.Save(files, "/ledger");
  ASSERT_FALSE(saved);
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, saved.error().code);
  EXPECT_EQ("C2", *Ledger::Open(files, "/ledger")->KeyOf(1));
  ASSERT_TRUE(other.Assign("C3"));
  EXPECT_TRUE(other.Save(files, "/ledger"));
}

}  // namespace
}  // namespace vigie::customers
