#include "core/customers/index_builder.h"

#include <gtest/gtest.h>

#include <sstream>

#include "platform/base/clock.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::customers {
namespace {

using invented::BuildTestIndex;
using invented::DirectoryOptions;

BuildOptions SmallOptions(const std::string& columns) {
  BuildOptions options;
  options.columns = *ParseColumns(columns);
  options.region = "FR";
  return options;
}

base::Error ErrorOf(const std::string& csv, const BuildOptions& options) {
  std::istringstream input(csv);
  Ledger ledger;
  const auto built = BuildIndex(input, options, {invented::TestKey(), ledger, base::SystemClock()});
  return built ? base::Error{base::ErrorCode::kInternal, "was built"} : built.error();
}

TEST(IndexBuilder, CountsWhatItBuilt) {
  const auto made = BuildTestIndex(invented::ToCsv(invented::MakeCustomers(1584)));
  const BuildReport& report = made.built.report;
  EXPECT_EQ(1584U, report.rows);
  EXPECT_EQ(1584U, report.records);
  EXPECT_EQ(1584U, report.new_records);
  EXPECT_EQ(3U * 1584, report.cells.strong_cells);
  EXPECT_EQ(0U, report.skipped_rows + report.skipped_cells + report.merged_rows);
  EXPECT_EQ(made.built.bytes.size(), report.bytes);
}

TEST(IndexBuilder, NeverRenumbersAnybody) {
  auto customers = invented::MakeCustomers(20);
  std::istringstream first(invented::ToCsv(customers));
  Ledger ledger;
  ASSERT_TRUE(BuildIndex(first, DirectoryOptions(), {invented::TestKey(), ledger, base::SystemClock()}));
  const RecordId of_last = *ledger.Find(customers[19].id);
  // Half of them leave, the others change places, one is new.
  std::vector<invented::Customer> later(customers.rbegin(), customers.rbegin() + 10);
  later.insert(later.begin(), invented::MakeCustomers(1, 3)[0]);
  std::istringstream second(invented::ToCsv(later));
  const auto rebuilt = BuildIndex(second, DirectoryOptions(), {invented::TestKey(), ledger, base::SystemClock()});
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(of_last, *ledger.Find(customers[19].id));
  EXPECT_EQ(21U, *ledger.Find(later[0].id));
  EXPECT_EQ(1U, rebuilt->report.new_records);
  EXPECT_EQ(11U, rebuilt->report.records);
  const auto index = invented::OpenIndex(rebuilt->bytes, invented::TestKey());
  ASSERT_TRUE(index);
  RecordSet found;
  (*index)->Match(customers[19].email + "\n" + customers[0].email + "\n" + later[0].email, found);
  EXPECT_EQ((std::vector<RecordId>{of_last, 21}), found.Ids());
}

TEST(IndexBuilder, HasNothingInCommonBetweenTwoBuilds) {
  const std::string csv = invented::ToCsv(invented::MakeCustomers(5));
  const auto one = BuildTestIndex(csv);
  const auto two = BuildTestIndex(csv);
  EXPECT_NE(one.built.report.index_id, two.built.report.index_id);
  EXPECT_NE(one.built.bytes.substr(256), two.built.bytes.substr(256));
}

TEST(IndexBuilder, HoldsNoPlainText) {
  const auto customers = invented::MakeCustomers(200);
  const auto made = BuildTestIndex(invented::ToCsv(customers));
  for (const auto& customer : customers) {
    EXPECT_EQ(std::string::npos, made.built.bytes.find(customer.last_name));
    EXPECT_EQ(std::string::npos, made.built.bytes.find(customer.id));
    EXPECT_EQ(std::string::npos, made.built.bytes.find(customer.phone.substr(1)));
  }
}

TEST(IndexBuilder, ReportsSkippedRowsAndCellsWithoutTheirValues) {
  const auto made = BuildTestIndex(
      "id,email,phone\nK-0001,zoë@example.com,0639980001\n,secret@example.com,0639980002\n"
      "K-0003,secret,0639980003\nK-0004,x@example.com\nK-0005,\xFF@example.com,\n",
      SmallOptions("key=id,email=email,phone=phone"));
  const BuildReport& report = made.built.report;
  EXPECT_EQ(5U, report.rows);
  EXPECT_EQ(2U, report.records);
  EXPECT_EQ(3U, report.skipped_rows);
  EXPECT_EQ(1U, report.skipped_cells);
  ASSERT_EQ(4U, report.problems.size());
  EXPECT_EQ(3U, report.problems[0].row);
  EXPECT_EQ("the key is empty", report.problems[0].reason);
  EXPECT_EQ("email", report.problems[1].column);
  EXPECT_EQ("it has 2 fields, the first row has 3", report.problems[2].reason);
  EXPECT_EQ("column 2 is not UTF-8; name its encoding", report.problems[3].reason);
  for (const RowProblem& problem : report.problems) EXPECT_EQ(std::string::npos, problem.reason.find("secret"));
}

TEST(IndexBuilder, MergesRowsOfOneKey) {
  const auto made = BuildTestIndex("id,email\nK-0001,jean@example.com\nK-0001,j.dupont@example.org\n",
                                   SmallOptions("key=id,email=email"));
  EXPECT_EQ(1U, made.built.report.records);
  EXPECT_EQ(1U, made.built.report.merged_rows);
  EXPECT_EQ(1U, made.Find("jean@example.com").size());
  EXPECT_EQ(made.Find("jean@example.com"), made.Find("j.dupont@example.org"));
}

TEST(IndexBuilder, FlagsCanaries) {
  BuildOptions options = SmallOptions("key=id,email=email");
  options.canary_column = "trap";
  const auto made = BuildTestIndex(
      "id,email,trap\nK-0001,a@example.com,\nK-0002,b@example.com,yes\nK-0003,c@example.com,0\n", options);
  EXPECT_EQ(1U, made.built.report.canaries);
  EXPECT_EQ((std::vector<RecordId>{2}), made.ledger.Canaries().Ids());
}

TEST(IndexBuilder, LeavesOutCellsOfTooManyRecordsAndCountsThem) {
  std::string csv = "id,phone,email\n";
  for (int i = 10; i < 30; ++i) {
    const std::string number = std::to_string(i);
    csv += "K-00" + number + ",0199000000,p" + number + "@example.com\n";
  }
  const auto made = BuildTestIndex(csv, SmallOptions("key=id,phone=phone,email=email"));
  EXPECT_EQ(1U, made.built.report.cells.shared_strong_left_out);
  EXPECT_TRUE(made.Find("call 01 99 00 00 00").empty());
  EXPECT_EQ(1U, made.Find("p10@example.com").size());
}

TEST(IndexBuilder, RefusesWhatCannotBecomeAnIndex) {
  const BuildOptions options = SmallOptions("key=id,email=email");
  EXPECT_NE(std::string::npos, ErrorOf("", options).message.find("empty"));
  EXPECT_NE(std::string::npos, ErrorOf("id,mail\n", options).message.find("\"email\" is not in"));
  EXPECT_NE(std::string::npos, ErrorOf("id,email\n,a@example.com\n", options).message.find("no customer"));
  EXPECT_NE(std::string::npos, ErrorOf("id,email\nK-1,\"a\n", options).message.find("quoted field"));
  BuildOptions other_region = options;
  other_region.region = "ZZ";
  EXPECT_NE(std::string::npos, ErrorOf("id,email\n", other_region).message.find("region"));
}

TEST(IndexBuilder, TellsItsProgress) {
  BuildOptions options = DirectoryOptions();
  std::uint64_t seen = 0;
  options.progress = [&](std::uint64_t rows) { seen = rows; };
  (void)BuildTestIndex(invented::ToCsv(invented::MakeCustomers(9000)), options);
  EXPECT_EQ(8192U, seen);
}

TEST(IndexBuilder, StaysWithinItsSize) {
  const auto made = BuildTestIndex(invented::ToCsv(invented::MakeCustomers(9000)));
  const auto& cells = made.built.report.cells;
  // Six bytes a slot here (32 bits of fingerprint and 14 of the id), 1.125 slots a cell and some for smallness.
  const double strong_and_pairs = static_cast<double>(cells.strong_cells + cells.pairs) * 8;
  const double weak = static_cast<double>(cells.weak_cells) * 4.5;
  EXPECT_LT(static_cast<double>(made.built.bytes.size()), strong_and_pairs + weak + 4096);
}

}  // namespace
}  // namespace vigie::customers
