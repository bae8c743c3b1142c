#include "core/customers/index_delta.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "platform/base/clock.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::customers {
namespace {

using invented::Customer;
using invented::TestKey;

// A directory's owner who builds once and sends deltas afterwards.
class IndexDelta : public ::testing::Test {
 protected:
  void SetUp() override {
    people_ = invented::MakeCustomers(300);
    std::istringstream input(invented::ToCsv(people_));
    auto built = BuildIndex(input, Options(), {TestKey(), ledger_, clock_});
    ASSERT_TRUE(built);
    index_ = built->bytes;
    digests_ = built->digests;
  }

  static BuildOptions Options() {
    BuildOptions options = invented::DirectoryOptions();
    options.canary_column = "service";
    return options;
  }

  base::Result<BuiltIndex> MakeDelta(const std::vector<Customer>& people, const BuildOptions& options = Options()) {
    const auto layers = DecodeIndex(index_);
    if (!layers) return layers.error();
    const OpenDirectory open = [&]() -> base::Result<std::unique_ptr<std::istream>> {
      return std::unique_ptr<std::istream>(std::make_unique<std::istringstream>(invented::ToCsv(people)));
    };
    return BuildDelta(open, options, {TestKey(), ledger_, clock_}, {*layers, digests_});
  }

  void Apply(const BuiltIndex& delta) {
    auto applied = ApplyDelta(index_, delta.bytes, TestKey());
    ASSERT_TRUE(applied) << applied.error().message;
    index_ = *std::move(applied);
    digests_ = delta.digests;
  }

  std::vector<RecordId> Find(std::string_view text) const {
    const auto index = invented::OpenIndex(index_, TestKey());
    EXPECT_TRUE(index);
    RecordSet found;
    if (index) (*index)->Match(text, found);
    return found.Ids();
  }
  RecordId IdOf(const Customer& customer) const { return *ledger_.Find(customer.id); }

  std::vector<Customer> people_;
  Ledger ledger_;
  base::SystemClock clock_;
  std::string index_;
  RecordDigests digests_;
};

TEST_F(IndexDelta, AddsChangesAndRemoves) {
  auto now = people_;
  const Customer gone = now[5];
  now.erase(now.begin() + 5);
  const std::string old_email = now[9].email;
  now[9].email = "changed@example.org";
  const Customer added = invented::MakeCustomers(1, 4)[0];
  now.push_back(added);
  const auto delta = MakeDelta(now);
  ASSERT_TRUE(delta) << delta.error().message;
  EXPECT_EQ(1U, delta->report.new_records);
  EXPECT_EQ(1U, delta->report.changed_records);
  EXPECT_EQ(1U, delta->report.removed_records);
  EXPECT_LT(delta->bytes.size(), index_.size() / 2);
  Apply(*delta);
  EXPECT_EQ((std::vector<RecordId>{}), Find(gone.email + " " + gone.phone + " " + gone.id));
  EXPECT_EQ((std::vector<RecordId>{}), Find(old_email));
  EXPECT_EQ((std::vector<RecordId>{IdOf(now[9])}), Find("changed@example.org"));
  EXPECT_EQ((std::vector<RecordId>{IdOf(added)}), Find(added.email));
  EXPECT_EQ((std::vector<RecordId>{IdOf(added)}), Find(added.name() + ", " + added.company));
  EXPECT_EQ(now.size(), Find(invented::ToCsv(now)).size());
  const auto info = invented::OpenIndex(index_, TestKey());
  ASSERT_TRUE(info);
  EXPECT_EQ(1U, (*info)->info().deltas);
  EXPECT_EQ(now.size(), (*info)->info().records);
}

TEST_F(IndexDelta, AnswersLikeAnIndexBuiltAnewAfterMany) {
  std::mt19937 random(8);
  auto now = people_;
  for (int round = 0; round < 4; ++round) {
    now.erase(now.begin() + static_cast<std::ptrdiff_t>(random() % now.size()));
    now[random() % now.size()].phone = "06399899" + std::to_string(10 + round);
    for (const Customer& added : invented::MakeCustomers(3, static_cast<std::uint32_t>(20 + round)))
      now.push_back(added);
    const auto delta = MakeDelta(now);
    ASSERT_TRUE(delta) << delta.error().message;
    Apply(*delta);
  }
  std::istringstream input(invented::ToCsv(now));
  const auto anew = BuildIndex(input, Options(), {TestKey(), ledger_, clock_});
  ASSERT_TRUE(anew);
  const auto fresh = invented::OpenIndex(anew->bytes, TestKey());
  ASSERT_TRUE(fresh);
  for (const auto& people : {people_, now, invented::MakeCustomers(50, 77)}) {
    for (const Customer& one : people) {
      for (const std::string& text : {one.email, one.phone, one.id, one.name() + "; " + one.company}) {
        RecordSet expected;
        (*fresh)->Match(text, expected);
        ASSERT_EQ(expected.Ids(), Find(text));
      }
    }
  }
}

// A new customer who is called like an old one and works in the same place: nobody is meant any more.
TEST_F(IndexDelta, KnowsWhatBecameAmbiguous) {
  const Customer& old = people_[3];
  const std::string pair = old.name() + ", " + old.company;
  ASSERT_EQ((std::vector<RecordId>{IdOf(old)}), Find(pair));
  auto now = people_;
  Customer twin = invented::MakeCustomers(1, 6)[0];
  twin.first_name = old.first_name;
  twin.last_name = old.last_name;
  twin.company = old.company;
  now.push_back(twin);
  const auto delta = MakeDelta(now);
  ASSERT_TRUE(delta);
  Apply(*delta);
  EXPECT_EQ((std::vector<RecordId>{}), Find(pair));
  EXPECT_EQ((std::vector<RecordId>{IdOf(old)}), Find(old.email));
}

TEST_F(IndexDelta, SharesAPhoneBetweenOldAndNew) {
  auto now = people_;
  Customer added = invented::MakeCustomers(1, 6)[0];
  added.phone = people_[3].phone;
  now.push_back(added);
  const auto delta = MakeDelta(now);
  ASSERT_TRUE(delta);
  Apply(*delta);
  EXPECT_EQ((std::vector<RecordId>{IdOf(people_[3]), IdOf(added)}), Find("tel. " + added.phone));
}

TEST_F(IndexDelta, CarriesCanaries) {
  auto now = people_;
  now[7].service = "x";
  const auto delta = MakeDelta(now);
  ASSERT_TRUE(delta);
  Apply(*delta);
  const auto index = invented::OpenIndex(index_, TestKey());
  ASSERT_TRUE(index);
  EXPECT_EQ((std::vector<RecordId>{IdOf(now[7])}), (*index)->info().canaries.Ids());
}

TEST_F(IndexDelta, IsRefusedForAnotherStateAndTwice) {
  auto now = people_;
  now[1].email = "one@example.org";
  const auto first = MakeDelta(now);
  ASSERT_TRUE(first);
  const std::string before = index_;
  Apply(*first);
  EXPECT_EQ(base::ErrorCode::kAlreadyExists, ApplyDelta(index_, first->bytes, TestKey()).error().code);
  now[2].email = "two@example.org";
  const auto second = MakeDelta(now);
  ASSERT_TRUE(second);
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, ApplyDelta(before, second->bytes, TestKey()).error().code);
  EXPECT_EQ(base::ErrorCode::kPermissionDenied, ApplyDelta(index_, second->bytes, TestKey(8)).error().code);
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, ApplyDelta(second->bytes, second->bytes, TestKey()).error().code);
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, ApplyDelta(index_, before, TestKey()).error().code);
  const auto other = invented::BuildTestIndex(invented::ToCsv(people_));
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, ApplyDelta(other.built.bytes, first->bytes, TestKey()).error().code);
}

TEST_F(IndexDelta, IsRefusedTornOrFlipped) {
  auto now = people_;
  now[1].email = "one@example.org";
  const auto delta = MakeDelta(now);
  ASSERT_TRUE(delta);
  const std::string& bytes = delta->bytes;
  for (std::size_t size = 0; size < bytes.size(); size += 37) {
    EXPECT_FALSE(ApplyDelta(index_, std::string_view(bytes).substr(0, size), TestKey())) << size;
    EXPECT_FALSE(size > 0 && invented::OpenIndex(index_ + bytes.substr(0, size), TestKey())) << size;
  }
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string changed = bytes;
    changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    EXPECT_FALSE(ApplyDelta(index_, changed, TestKey()));
  }
}

TEST_F(IndexDelta, IsNotBuiltAgainstTheWrongThings) {
  BuildOptions options = Options();
  options.region = "DE";
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, MakeDelta(people_, options).error().code);
  digests_ = RecordDigests();
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, MakeDelta(people_).error().code);
}

TEST(RecordDigests, SurviveTheDiskAndNoticeDamage) {
  RecordDigests digests;
  digests.AddCell(3, 77);
  digests.AddRecord(5);
  const std::string bytes = digests.Serialize();
  const auto parsed = RecordDigests::Parse(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->NoLongerAsIn(digests).empty());
  EXPECT_TRUE(parsed->Has(5));
  EXPECT_FALSE(parsed->Has(4));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    EXPECT_FALSE(RecordDigests::Parse(changed)) << i;
  }
  EXPECT_FALSE(RecordDigests::Parse(bytes.substr(0, bytes.size() - 8)));
  EXPECT_FALSE(RecordDigests::Parse(""));
}

}  // namespace
}  // namespace vigie::customers
