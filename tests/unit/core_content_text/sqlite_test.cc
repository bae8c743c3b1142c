// SQLite databases: rows, blobs, what was deleted, and what is damaged.
#include "core/content/extract/sqlite_records.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/sqlite_writing.h"

namespace vigie::content {
namespace {

class SqliteTest : public ContentTest {};

const std::string kTable =
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, note); "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 500) "
    "INSERT INTO clients SELECT i, 'Person ' || i, 'person' || i || '@example.com', NULL FROM n;";

TEST_F(SqliteTest, RowsAreLinesOfCells) {
  const WordIndex index({{"7\tPerson 7\tperson7@example.com\t", 1}});
  indexes_ = {&index};
  for (const auto* settings :
       {"", "PRAGMA encoding='UTF-16le';", "PRAGMA page_size=512;", "PRAGMA journal_mode=WAL;"}) {
    const auto inspection = Inspect(MakeDatabase(settings + kTable + "CREATE INDEX by_mail ON clients(mail);"));
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << settings;
    EXPECT_EQ(Matches(inspection, "email_address"), 500U) << settings;
    EXPECT_EQ(inspection.customers().distinct(), 1U) << settings;
    EXPECT_EQ(inspection.media_type(), "application/vnd.sqlite3");
  }
}

TEST_F(SqliteTest, BlobsAndInnerDatabasesAreOpened) {
  const auto zip = MakeZip({{"a.csv", CustomerCsv(30)}});
  EXPECT_EQ(Matches(Inspect(MakeDatabase("CREATE TABLE files (body BLOB);", zip)), "email_address"), 30U);
  const auto inspection = Inspect(MakeZip({{"x.db", MakeDatabase(kTable)}}));
  EXPECT_EQ(Matches(inspection, "email_address"), 500U);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(SqliteTest, DeletedRowsAreStillFound) {
  for (const auto* removal : {"DELETE FROM clients WHERE id > 3;", "DROP TABLE clients;"}) {
    const auto inspection = Inspect(MakeDatabase("PRAGMA secure_delete=OFF;" + kTable + removal));
    EXPECT_GT(Distinct(inspection, "email_address"), 480U) << removal;
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << removal;
  }
}

TEST_F(SqliteTest, CellsOfDeletedRowsStayApart) {
  const WordIndex index({{"\tPerson 7\tperson7@example.com\t600000007\t", 1}});
  indexes_ = {&index};
  for (const auto* removal : {"DELETE FROM clients;", "DROP TABLE clients;"}) {
    const auto inspection =
        Inspect(MakeDatabase("PRAGMA secure_delete=OFF; CREATE TABLE clients (id INTEGER PRIMARY KEY, name, mail, "
                             "phone); WITH RECURSIVE n(i) AS "
                             "(SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 200) INSERT INTO clients SELECT i, "
                             "'Person ' || i, 'person' || i "
                             "|| '@example.com', 600000000 + i FROM n;" +
                             std::string(removal)));
    EXPECT_EQ(inspection.customers().distinct(), 1U) << removal;
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << removal;
  }
}

TEST(LinesOfRecords, LeaveWhatIsNoRecordAsItIs) {
  for (const std::string& bytes :
       {std::string(), std::string("Renée Lefèvre;renee@example.com"), std::string(300, '\0'),
        std::string("\5\1\2\7\0\0", 6), std::string("\xff\xff\xff\xff\xff\xff")}) {
    EXPECT_EQ(LinesOfRecords(bytes), bytes);
  }
  EXPECT_EQ(LinesOfRecords("..\t\1\4\x13\x0f\1abcde!!"), "..\nabc\td\t101\t\n!!");
}

TEST_F(SqliteTest, HostileSchemasAndDamageEndWithAReason) {
  const auto view =
      Inspect(MakeDatabase(kTable + "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i "
                                    "FROM n) SELECT * FROM n;"));
  EXPECT_EQ(view.evaluated(), v1::EVALUATED_FULL) << "views are not run";
  const auto whole = MakeDatabase(kTable);
  const auto cut = Inspect(whole.substr(0, whole.size() / 2));
  EXPECT_NE(cut.evaluated(), v1::EVALUATED_FULL);
  EXPECT_GT(Matches(cut, "email_address"), 50U);
  auto broken = whole;
  for (std::size_t i = 100; i < 200; ++i) broken[i] = '\xff';
  const auto inspection = Inspect(broken);
  EXPECT_THAT(Reasons(inspection), ::testing::Contains(v1::REASON_CORRUPT));
  EXPECT_GT(Matches(inspection, "email_address"), 400U) << "its bytes are inspected";
}

}  // namespace
}  // namespace vigie::content
