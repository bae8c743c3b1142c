#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

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

TEST_F(Statements, ThatAreUsedAgainKeepNoBindingsOfTheLastOne) {
  for (int i = 0; i < 3; ++i) {
    auto insert = Prepare("INSERT INTO t (value) VALUES (?)");
    if (i == 0) insert.BindText(1, "of the first");
    ASSERT_TRUE(insert.Run());
  }
  int with_value = 0;
  ASSERT_TRUE(Prepare("SELECT value FROM t").ForEach([&](const Statement::Row& row) {
    with_value += row.IsNull(0) ? 0 : 1;
    return true;
  }));
  EXPECT_EQ(with_value, 1);
}

TEST_F(Statements, AreKeptUpToABoundAndThoseUsedLongestAgoGo) {
  // SQLite's own list of what is prepared, idle or not: https://sqlite.org/stmt.html.
  const auto prepared = [&](std::string_view like) {
    auto count = Prepare("SELECT count(*) FROM sqlite_stmt WHERE sql LIKE ?");
    count.BindText(1, like);
    std::int64_t found = -1;
    EXPECT_TRUE(count.ForEach([&](const Statement::Row& row) {
      found = row.Integer(0);
      return false;
    }));
    return found;
  };
  for (int i = 0; i < 200; ++i) {
    Prepare("SELECT 'one of many', " + std::to_string(i));
    Prepare("SELECT 'used all the time'");
  }
  EXPECT_LE(prepared("%"), 65) << "with who asks";
  EXPECT_GE(prepared("%one of many%"), 60);
  EXPECT_EQ(prepared("%one of many', 199"), 1) << "newcomers are kept";
  EXPECT_EQ(prepared("%one of many', 0"), 0);
  EXPECT_EQ(prepared("%used all the time%"), 1);
}

TEST_F(Statements, AreFoundAgainByTheTextThatWasAskedFor) {
  const auto prepared = [&] {
    std::int64_t found = -1;
    EXPECT_TRUE(Prepare("SELECT count(*) FROM sqlite_stmt WHERE sql LIKE '%ends early%'")
                    .ForEach([&](const Statement::Row& row) {
                      found = row.Integer(0);
                      return false;
                    }));
    return found;
  };
  for (int i = 0; i < 5; ++i) Prepare("SELECT 'ends early'; -- what follows is not SQLite's statement");
  EXPECT_EQ(prepared(), 2) << "one, and who asks";
}

TEST_F(Statements, OfTheSameTextRunWithinEachOther) {
  ASSERT_TRUE(database_->Execute("INSERT INTO t VALUES (1, 1), (2, 2)"));
  int pairs = 0;
  const auto each = [&](const std::function<void()>& visit) {
    ASSERT_TRUE(Prepare("SELECT id FROM t").ForEach([&](const Statement::Row&) {
      visit();
      return true;
    }));
  };
  each([&] { each([&] { ++pairs; }); });
  EXPECT_EQ(pairs, 4);
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
