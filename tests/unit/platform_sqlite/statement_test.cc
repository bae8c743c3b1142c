#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "platform/sqlite/database.h"

namespace vigie::sqlite {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;

class Statements : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::Open(":memory:");
    ASSERT_TRUE(opened);
    database_.emplace(*std::move(opened));
    ASSERT_TRUE(database_->Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value)"));
  }
  Statement Prepare(std::string_view sql) {
    auto statement = database_->Prepare(sql);
    EXPECT_TRUE(statement) << sql;
    return *std::move(statement);
  }

  std::optional<Database> database_;
};

TEST_F(Statements, GiveBackEveryKindOfValueUnchanged) {
  const std::string text = "caf\xc3\xa9";
  const std::string blob("a\0b\xff", 4);
  auto insert = Prepare("INSERT INTO t (id, value) VALUES (?, ?)");
  ASSERT_TRUE(insert.Bind(1, 1).Bind(2, INT64_MIN).Run());
  ASSERT_TRUE(insert.Bind(1, 2).BindText(2, text).Run());
  ASSERT_TRUE(insert.Bind(1, 3).BindBlob(2, blob).Run());
  ASSERT_TRUE(insert.Bind(1, 4).BindNull(2).Run());
  ASSERT_TRUE(insert.Bind(1, 5).BindText(2, std::string_view()).Run());
  ASSERT_TRUE(insert.Bind(1, 6).BindBlob(2, std::string_view()).Run());
  EXPECT_EQ(database_->changes(), 1);
  auto select = Prepare("SELECT value FROM t ORDER BY id");
  std::vector<std::string> values;
  std::vector<bool> nulls;
  ASSERT_TRUE(select.ForEach([&](const Statement::Row& row) {
    values.push_back(values.empty() ? std::to_string(row.Integer(0)) : row.Blob(0));
    nulls.push_back(row.IsNull(0));
    return true;
  }));
  EXPECT_THAT(values, ElementsAre(std::to_string(INT64_MIN), text, blob, "", "", ""));
  EXPECT_THAT(nulls, ElementsAre(false, false, false, true, false, false));
}

TEST_F(Statements, CopyWhatIsBound) {
  auto insert = Prepare("INSERT INTO t (id, value) VALUES (1, ?)");
  std::string value = "before";
  insert.BindText(1, value);
  value.assign("after!");
  ASSERT_TRUE(insert.Run());
  auto select = Prepare("SELECT value FROM t");
  ASSERT_TRUE(select.ForEach([](const Statement::Row& row) {
    EXPECT_EQ(row.Text(0), "before");
    return true;
  }));
}

TEST_F(Statements, StopWhenTheCallerHasEnough) {
  ASSERT_TRUE(database_->Execute("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"));
  auto select = Prepare("SELECT value FROM t ORDER BY id");
  std::vector<std::string> seen;
  ASSERT_TRUE(select.ForEach([&](const Statement::Row& row) {
    seen.push_back(row.Text(0));
    return seen.size() < 2;
  }));
  EXPECT_THAT(seen, ElementsAre("a", "b"));
  // An unfinished read would hold the table: dropping it shows that none is left.
  EXPECT_TRUE(database_->Execute("DROP TABLE t"));
}

TEST_F(Statements, RunAgainAndAgain) {
  auto insert = Prepare("INSERT INTO t (value) VALUES (?)");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(insert.Bind(1, i).Run());
  auto count = Prepare("SELECT count(*) FROM t");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(count.ForEach([](const Statement::Row& row) {
      EXPECT_EQ(row.Integer(0), 3);
      return true;
    }));
  }
}

TEST_F(Statements, ReportAParameterThatDoesNotExist) {
  auto insert = Prepare("INSERT INTO t (id) VALUES (?)");
  const auto run = insert.Bind(1, 1).Bind(2, 2).Run();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Statements, RunAfterAFailure) {
  auto insert = Prepare("INSERT INTO t (id) VALUES (?)");
  ASSERT_TRUE(insert.Bind(1, 1).Run());
  const auto repeated = insert.Bind(1, 1).Run();
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().code, ErrorCode::kAlreadyExists);
  EXPECT_TRUE(insert.Bind(1, 2).Run());
}

TEST_F(Statements, SurviveAMoveOfThemselvesAndOfTheirDatabase) {
  auto first = Prepare("INSERT INTO t (id) VALUES (?)");
  first.Bind(1, 1);
  Statement second = std::move(first);
  const Database moved = *std::move(database_);
  EXPECT_TRUE(second.Run());
  EXPECT_EQ(moved.changes(), 1);
}

}  // namespace
}  // namespace vigie::sqlite
