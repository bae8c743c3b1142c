#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/sqlite/database.h"
#include "proto/contract/time_conversion.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::AuditEntry Entry(const std::string& who, const std::string& method, std::chrono::nanoseconds after = hours(0)) {
  v1::AuditEntry entry;
  *entry.mutable_at() = contract::ToProto(kStoryBegin + after);
  entry.set_who(who);
  entry.set_method(method);
  entry.set_outcome("OK");
  entry.set_customers(7);
  return entry;
}

base::Result<void> AppendTo(Store& store, const v1::AuditEntry& entry) {
  return store.Write([&](StoreTransaction& transaction) { return transaction.AppendAudit(entry); });
}

class AuditStoreContract : public StoreContract {
 protected:
  void Keep(const v1::AuditEntry& entry) { ASSERT_TRUE(AppendTo(store(), entry)); }
  std::vector<std::uint64_t> Numbers(AuditQuery query) {
    std::vector<std::uint64_t> numbers;
    do {
      const auto page = store().ListAudit(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const auto& entry : page->entries) numbers.push_back(entry.number());
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return numbers;
  }
};

TEST_P(AuditStoreContract, NumbersAndGivesBackWhatWasAppended) {
  Keep(Entry("alice", "IncidentService/GetIncident"));
  Keep(Entry("bob", "EventService/QueryEvents"));
  const auto page = store().ListAudit({});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 2U);
  EXPECT_EQ(page->entries[1].number(), 2U);
  EXPECT_EQ(page->entries[1].who(), "bob");
  EXPECT_EQ(page->entries[1].customers(), 7U);
  EXPECT_THAT(page->next_page_token, IsEmpty());
}

TEST_P(AuditStoreContract, FiltersAndPages) {
  Keep(Entry("alice", "IncidentService/GetIncident", minutes(1)));
  Keep(Entry("bob", "IncidentService/ListIncidents", minutes(2)));
  Keep(Entry("alice", "EventService/QueryEvents", minutes(3)));
  Keep(Entry("alice", "IncidentServiceOfOthers/X", minutes(4)));
  EXPECT_THAT(Numbers({.who = "alice"}), ElementsAre(1, 3, 4));
  EXPECT_THAT(Numbers({.method = "IncidentService"}), ElementsAre(1, 2));
  EXPECT_THAT(Numbers({.method = "IncidentService/GetIncident"}), ElementsAre(1));
  EXPECT_THAT(Numbers({.since = kStoryBegin + minutes(3)}), ElementsAre(3, 4));
  EXPECT_THAT(Numbers({.page_size = 1}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Numbers({.page_size = 3}), ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(store().ListAudit({.page_token = "x"}));
}

TEST_P(AuditStoreContract, AnUntouchedChainHolds) {
  EXPECT_TRUE(store().VerifyAudit()->good()) << "an empty one, too";
  for (int i = 0; i < 20; ++i) Keep(Entry("alice", "IncidentService/GetIncident", minutes(i)));
  const auto verified = store().VerifyAudit();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->good()) << verified->fault();
  EXPECT_EQ(verified->entries(), 20U);
  EXPECT_EQ(verified->first(), 1U);
  EXPECT_EQ(verified->last(), 20U);
  EXPECT_EQ(verified->hash().size(), 64U);
}

TEST_P(AuditStoreContract, AnEntryOfAFailedTransactionIsNotThere) {
  ASSERT_FALSE(store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendAudit(Entry("alice", "A/B")));
    return base::Error{base::ErrorCode::kCancelled, "thought better of it"};
  }));
  Keep(Entry("bob", "A/B"));
  EXPECT_THAT(Numbers({}), ElementsAre(1));
  EXPECT_TRUE(store().VerifyAudit()->good());
}

INSTANTIATE_TEST_SUITE_P(Stores, AuditStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

// Each of these is what somebody with the file in his hands might do.
class TamperedAudit : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE(store);
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(AppendTo(**store, Entry("alice", "A/B", minutes(i))));
  }
  std::string path() const { return folder_.File("collector.db"); }
  // Without the triggers, which only stop who tampers by mistake.
  void Tamper(const std::string& sql) {
    auto database = sqlite::Database::Open(path());
    ASSERT_TRUE(
        database->Execute("DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS "
                          "audit_is_removed_only_from_its_old_end;"));
    const auto done = database->Execute(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  v1::VerifyAuditResponse Verify() { return (*SqliteStore::Open(path()))->VerifyAudit().value(); }
  void ExpectFault(const std::string& sql, std::uint64_t at) {
    Tamper(sql);
    const auto verified = Verify();
    EXPECT_FALSE(verified.good()) << sql;
    EXPECT_EQ(verified.faulty(), at) << sql << ": " << verified.fault();
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(TamperedAudit, IsAppendOnlyForSql) {
  auto database = sqlite::Database::Open(path());
  for (const char* sql :
       {"UPDATE audit SET who = 'bob' WHERE number = 3", "DELETE FROM audit WHERE number = 3", "DELETE FROM audit"}) {
    const auto done = database->Execute(sql);
    ASSERT_FALSE(done) << sql;
    EXPECT_THAT(done.error().message, HasSubstr("append-only"));
  }
}

TEST_F(TamperedAudit, AFlippedBitOfAnyByteIsFound) {
  const std::size_t bytes = Entry("alice", "A/B", minutes(5)).ByteSizeLong() + 2;  // with its number
  Tamper("");
  auto database = sqlite::Database::Open(path());
  auto read = database->Prepare("SELECT entry FROM audit WHERE number = 5");
  std::string entry;
  ASSERT_TRUE(read->ForEach([&](const auto& row) {
    entry = row.Blob(0);
    return false;
  }));
  ASSERT_EQ(entry.size(), bytes);
  auto write = database->Prepare("UPDATE audit SET entry = ? WHERE number = 5");
  for (std::size_t i = 0; i < entry.size(); ++i) {
    std::string turned = entry;
    turned[i] = static_cast<char>(turned[i] ^ (1 << (i % 8)));
    ASSERT_TRUE(write->BindBlob(1, turned).Run());
    const auto verified = Verify();
    EXPECT_FALSE(verified.good()) << "byte " << i;
    EXPECT_EQ(verified.faulty(), 5U);
    EXPECT_EQ(verified.entries(), 4U);
  }
  ASSERT_TRUE(write->BindBlob(1, entry).Run());
  EXPECT_TRUE(Verify().good());
}

TEST_F(TamperedAudit, AHashThatWasChangedIsFound) {
  ExpectFault("UPDATE audit SET hash = replace(hash, 'a', 'b') WHERE number = 4", 4);
}

TEST_F(TamperedAudit, AColumnThatWasChangedIsFound) {
  ExpectFault("UPDATE audit SET who = 'bob' WHERE number = 6", 6);
}

TEST_F(TamperedAudit, ARemovedRowIsFound) {
  ExpectFault("DELETE FROM audit WHERE number = 7", 7);
}

TEST_F(TamperedAudit, RemovedNewestRowsAreFound) {
  ExpectFault("DELETE FROM audit WHERE number > 8", 9);
}

TEST_F(TamperedAudit, OldestRowsThatRetentionDidNotRemoveAreFound) {
  ExpectFault(
      "UPDATE audit_ends SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3) WHERE end = 'base';"
      "DELETE FROM audit WHERE number <= 3",
      3);
}

TEST_F(TamperedAudit, OldestRowsThatRetentionRemovedAreFine) {
  {
    const auto store = SqliteStore::Open(path());
    const auto retention = (*store)->OpenRetention();
    ASSERT_TRUE(retention);
    EXPECT_EQ((*retention)->CountAudit(kStoryBegin + minutes(4)).value(), 3U);
    EXPECT_EQ((*retention)->CutAudit(kStoryBegin + minutes(4), Entry("collector", "", hours(1))).value(), 3U);
    EXPECT_EQ((*store)->ListAudit({})->entries.front().number(), 4U) << "what is cut off is shown no more";
    EXPECT_TRUE((*store)->VerifyAudit()->good());
    EXPECT_EQ((*retention)->CutAudit(kStoryBegin + minutes(4), Entry("collector", "", hours(1))).value(), 0U);
    EXPECT_EQ((*retention)->CutAudit(kStoryBegin + minutes(6), Entry("collector", "", hours(1))).value(), 2U);
    EXPECT_EQ((*retention)->RemoveCutAudit(hours(1))->passed, 5U);
    EXPECT_EQ((*retention)->RemoveCutAudit(hours(1))->passed, 0U);
  }
  const auto verified = Verify();
  EXPECT_TRUE(verified.good()) << verified.fault();
  EXPECT_EQ(verified.first(), 6U);
  EXPECT_EQ(verified.last(), 12U);
}

}  // namespace
}  // namespace vigie::server
