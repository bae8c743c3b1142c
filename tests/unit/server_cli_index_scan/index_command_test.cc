#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "core/customers/record_set.h"
#include "server/cli/command.h"
#include "server/cli/command_line.h"
#include "tests/unit/core_customers/invented_directory.h"
#include "tests/unit/server_cli_index_scan/temporary_folder.h"

namespace vigie::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
  int exit_code;
  std::string out;
  std::string err;
};

Outcome RunVigie(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunCommandLine(std::move(arguments), out, err);
  return {exit_code, out.str(), err.str()};
}

class IndexCommand : public testing::Test {
 protected:
  Outcome Build(const std::string& csv, std::vector<std::string> more = {}) {
    folder_.Write("directory.csv", csv);
    std::vector<std::string> arguments = {"index",      "build",          "--directory", folder_ / "directory.csv",
                                          "--columns",  kColumns,         "--region",    "FR",
                                          "--key-file", folder_ / "key",  "--ledger",    folder_ / "ledger",
                                          "--out",      folder_ / "index"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunVigie(std::move(arguments));
  }

  void SetUp() override { ASSERT_EQ(kFine, RunVigie({"index", "key", "--out", folder_ / "key"}).exit_code); }

  static constexpr const char* kColumns =
      "key=id,name=name,email=email,phone=phone,text=function,text=company,text=service";
  TemporaryFolder folder_;
};

TEST_F(IndexCommand, MakesAKeyOnce) {
  EXPECT_EQ(32U, std::filesystem::file_size(folder_ / "key"));
  EXPECT_EQ(std::filesystem::perms(0600), std::filesystem::status(folder_ / "key").permissions());
  const Outcome again = RunVigie({"index", "key", "--out", folder_ / "key"});
  EXPECT_EQ(kUsage, again.exit_code);
  EXPECT_THAT(again.err, HasSubstr("never overwritten"));
}

TEST_F(IndexCommand, BuildsIndexAndLedger) {
  const Outcome built = Build(invented::ToCsv(invented::MakeCustomers(30)));
  EXPECT_EQ(kFine, built.exit_code) << built.err;
  EXPECT_THAT(built.out, HasSubstr("30, 30 of them new"));
  EXPECT_EQ(std::filesystem::perms(0600), std::filesystem::status(folder_ / "ledger").permissions());
  const auto info = nlohmann::json::parse(RunVigie({"index", "info", folder_ / "index", "--output", "json"}).out);
  EXPECT_EQ(30, info["records"]);
  EXPECT_EQ(90, info["strong_cells"]);
  EXPECT_EQ(0, info["deltas"]);
  EXPECT_EQ(0, info["canaries"]);
  EXPECT_EQ(64U, info["state"].get<std::string>().size());
  EXPECT_THAT(RunVigie({"index", "info", folder_ / "index"}).out, HasSubstr("records:      30"));
}

TEST_F(IndexCommand, KeepsRecordIdsWhenItBuildsAgain) {
  ASSERT_EQ(kFine, Build(invented::ToCsv(invented::MakeCustomers(3))).exit_code);
  auto later = invented::MakeCustomers(4);
  std::swap(later[0], later[3]);
  const Outcome built = Build(invented::ToCsv(later), {"--output", "json"});
  EXPECT_EQ(1, nlohmann::json::parse(built.out)["new_records"]);
  const Outcome resolved = RunVigie({"index", "resolve", "--ledger", folder_ / "ledger", "--ids", "4,1,2"});
  EXPECT_EQ("1,CUST-0000001\n2,CUST-0000002\n4,CUST-0000004\n", resolved.out);
  EXPECT_EQ(kFine, resolved.exit_code);
}

TEST_F(IndexCommand, ReportsSkippedRowsWithoutTheirValues) {
  std::string csv = invented::ToCsv(invented::MakeCustomers(2));
  csv += ",Secret Name,secret@example.com,0639980001,,,\nCUST-9,Other,nomail,1,,,\n";
  const Outcome built = Build(csv);
  EXPECT_EQ(kFound, built.exit_code);
  EXPECT_THAT(built.out, HasSubstr("the key is empty"));
  EXPECT_THAT(built.out + built.err, Not(HasSubstr("ecret")));
  EXPECT_THAT(built.out, Not(HasSubstr("nomail")));
}

TEST_F(IndexCommand, NamesWhatIsWrongWithItsInput) {
  EXPECT_THAT(Build("id,name\n1,x\n").err, HasSubstr("column \"email\""));
  EXPECT_EQ(kUsage, Build("id,name\n1,x\n").exit_code);
  const std::string csv = invented::ToCsv(invented::MakeCustomers(2));
  EXPECT_THAT(Build(csv, {"--separator", "xy"}).err, HasSubstr("separator"));
  EXPECT_THAT(Build(csv, {"--canary-column", "trap"}).err, HasSubstr("column \"trap\""));
  std::filesystem::permissions(folder_ / "key", std::filesystem::perms(0644));
  EXPECT_THAT(Build(csv).err, HasSubstr("chmod 600"));
}

TEST_F(IndexCommand, LeavesIndexAndLedgerAloneWhenItFails) {
  ASSERT_EQ(kFine, Build(invented::ToCsv(invented::MakeCustomers(2))).exit_code);
  const std::string index = folder_.Read("index");
  const std::string ledger = folder_.Read("ledger");
  EXPECT_EQ(kUsage, Build("id,name,email,phone,function,company,service\nK-1,\"no end").exit_code);
  EXPECT_EQ(index, folder_.Read("index"));
  EXPECT_EQ(ledger, folder_.Read("ledger"));
}

// A slip of the hand must not cost the only ledger, key or directory.
TEST_F(IndexCommand, NeverWritesOverItsInputs) {
  const std::string csv = invented::ToCsv(invented::MakeCustomers(2));
  ASSERT_EQ(kFine, Build(csv).exit_code);
  const std::string ledger = folder_.Read("ledger");
  const std::string key = folder_.Read("key");
  std::filesystem::create_symlink(folder_ / "ledger", folder_ / "link");
  for (const char* name : {"ledger", "key", "directory.csv"}) {
    const Outcome built = Build(csv, {"--report", folder_ / name});
    EXPECT_EQ(kUsage, built.exit_code) << name;
    EXPECT_THAT(built.err, HasSubstr("--report")) << name;
  }
  for (const char* name : {"ledger", "key", "directory.csv", "link", "./ledger"}) {
    const std::vector<std::string> arguments = {
        "index",    "build",    "--directory",  folder_ / "directory.csv", "--columns", kColumns,
        "--region", "FR",       "--key-file",   folder_ / "key",           "--ledger",  folder_ / "ledger",
        "--out",    folder_ / name};
    const Outcome built = RunVigie(arguments);
    EXPECT_EQ(kUsage, built.exit_code) << name;
    EXPECT_THAT(built.err, HasSubstr("nothing was written")) << name;
  }
  EXPECT_EQ(ledger, folder_.Read("ledger"));
  EXPECT_EQ(key, folder_.Read("key"));
  EXPECT_EQ(csv, folder_.Read("directory.csv"));
}

TEST_F(IndexCommand, SaysBeforeItWorksThatItCannotWriteThere) {
  const std::string csv = invented::ToCsv(invented::MakeCustomers(2));
  const Outcome built = Build(csv, {"--report", folder_ / "none/report.csv"});
  EXPECT_EQ(kUsage, built.exit_code);
  EXPECT_THAT(built.err, HasSubstr("there is no directory"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ledger"));
}

TEST_F(IndexCommand, RefusesADamagedLedger) {
  ASSERT_EQ(kFine, Build(invented::ToCsv(invented::MakeCustomers(2))).exit_code);
  std::string ledger = folder_.Read("ledger");
  ledger[ledger.find("CUST")] = 'D';
  folder_.Write("ledger", ledger);
  const Outcome built = Build(invented::ToCsv(invented::MakeCustomers(2)));
  EXPECT_EQ(kUsage, built.exit_code);
  EXPECT_THAT(built.err, HasSubstr("line 2"));
}

TEST_F(IndexCommand, ResolvesSetsAndSaysWhichIdsAreUnknown) {
  ASSERT_EQ(kFine, Build("id,name,email,phone,function,company,service\n\"K,1\",A B,a@example.com,,,,\n").exit_code);
  folder_.Write("set", customers::RecordSet(std::vector<customers::RecordId>{1, 77}).Serialize());
  const Outcome resolved = RunVigie({"index", "resolve", "--ledger", folder_ / "ledger", "--set", folder_ / "set"});
  EXPECT_EQ(kFound, resolved.exit_code);
  EXPECT_EQ("1,\"K,1\"\n", resolved.out);
  EXPECT_THAT(resolved.err, HasSubstr("77"));
  const auto json = nlohmann::json::parse(
      RunVigie({"index", "resolve", "--ledger", folder_ / "ledger", "--ids", "1", "--output", "json"}).out);
  EXPECT_EQ("K,1", json[0]["key"]);
}

TEST_F(IndexCommand, RefusesToResolveWithoutLedgerOrIds) {
  EXPECT_EQ(kUsage, RunVigie({"index", "resolve", "--ledger", folder_ / "none", "--ids", "1"}).exit_code);
  folder_.Write("set", "no set");
  ASSERT_EQ(kFine, Build(invented::ToCsv(invented::MakeCustomers(1))).exit_code);
  EXPECT_EQ(kUsage, RunVigie({"index", "resolve", "--ledger", folder_ / "ledger", "--set", folder_ / "set"}).exit_code);
  EXPECT_EQ(kUsage, RunVigie({"index", "resolve", "--ledger", folder_ / "ledger"}).exit_code);
  EXPECT_EQ(kUsage, RunVigie({"index", "info", folder_ / "key"}).exit_code);
}

}  // namespace
}  // namespace vigie::cli
