// The real programs: vigie builds an index and scans with its inspectors, as a person would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/core_customers/invented_directory.h"
#include "tests/unit/server_cli_index_scan/temporary_folder.h"

namespace vigie {
namespace {

using cli::TemporaryFolder;

struct Outcome {
  int exit_code = -1;
  std::string out;
};

// Through the shell, as a person types it; standard error is added to the output.
Outcome RunShell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> block{};
  for (std::size_t size = 0; (size = std::fread(block.data(), 1, block.size(), pipe)) > 0;)
    outcome.out.append(block.data(), size);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

std::string Vigie() {
  const char* folder = std::getenv("VIGIE_BIN_DIR");
  return "timeout 100 " + std::string(folder == nullptr ? "." : folder) + "/vigie ";
}

std::map<std::string, nlohmann::json> ByPath(const std::string& lines) {
  std::map<std::string, nlohmann::json> objects;
  std::istringstream input(lines);
  for (std::string line; std::getline(input, line);) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object()) objects[json["path"]] = json;
  }
  return objects;
}

class CliScan : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    customers_ = new std::vector(invented::MakeCustomers(1584));
    folder_->Write("directory.csv", invented::ToCsv(*customers_));
    ASSERT_EQ(0, RunShell(Vigie() + "index key --out " + Path("key")).exit_code);
    const Outcome built = RunShell(
        Vigie() + "index build --directory " + Path("directory.csv") +
        " --columns key=id,name=name,email=email,phone=phone,text=company,text=function --region FR --key-file " +
        Path("key") + " --ledger " + Path("ledger") + " --out " + Path("index"));
    ASSERT_EQ(0, built.exit_code) << built.out;
  }
  static void TearDownTestSuite() {
    delete customers_;
    delete folder_;
  }

  static std::string Path(const std::string& name) { return *folder_ / name; }
  static std::string WithIndex() { return " --index " + Path("index") + " --key-file " + Path("key") + " "; }

  static TemporaryFolder* folder_;
  static std::vector<invented::Customer>* customers_;
};
TemporaryFolder* CliScan::folder_ = nullptr;
std::vector<invented::Customer>* CliScan::customers_ = nullptr;

TEST_F(CliScan, FindsAllCustomersInAReshapedExport) {
  std::string text = "Mail;Tel;Société\n";
  for (const auto& c : *customers_) text += c.email + ";+33 " + c.phone.substr(1) + ";" + c.company + "\n";
  const std::string path = folder_->Write("export.csv", text);
  const Outcome scanned = RunShell(Vigie() + "scan --json --records" + WithIndex() + path);
  EXPECT_EQ(1, scanned.exit_code);
  const auto json = ByPath(scanned.out)[path];
  EXPECT_EQ("full", json["evaluated"]) << scanned.out;
  EXPECT_EQ(1584, json["customers"]["distinct"]);
  EXPECT_EQ(1584U, json["customers"]["records"].size());
  EXPECT_EQ(text.size(), json["bytes"]);
}

TEST_F(CliScan, WalksADirectoryAndReportsEachFile) {
  folder_->Write("tree/a.txt", "nothing to see");
  folder_->Write("tree/b/c.txt", "mail " + customers_->at(3).email);
  ASSERT_EQ(0, ::mkfifo(Path("tree/fifo").c_str(), 0600));
  const Outcome scanned = RunShell(Vigie() + "scan --json --jobs 2" + WithIndex() + Path("tree"));
  EXPECT_EQ(1, scanned.exit_code);
  auto json = ByPath(scanned.out);
  ASSERT_EQ(3U, json.size()) << scanned.out;
  EXPECT_EQ(0, json[Path("tree/a.txt")]["customers"]["distinct"]);
  EXPECT_EQ(1, json[Path("tree/b/c.txt")]["customers"]["distinct"]);
  EXPECT_EQ("none", json[Path("tree/fifo")]["evaluated"]);
}

TEST_F(CliScan, ReadsStandardInputAndTheKeyFromTheEnvironment) {
  const Outcome scanned = RunShell("echo 'dear " + customers_->at(9).email + "' | VIGIE_KEY_FILE=" + Path("key") + " " +
                                   Vigie() + "scan --json --index " + Path("index") + " -");
  EXPECT_EQ(1, scanned.exit_code);
  EXPECT_EQ(1, ByPath(scanned.out)["-"]["customers"]["distinct"]) << scanned.out;
}

TEST_F(CliScan, AnswersZeroForACleanFile) {
  const std::string path = folder_->Write("clean.txt", "The quick brown fox.");
  EXPECT_EQ(0, RunShell(Vigie() + "scan" + WithIndex() + path).exit_code);
}

TEST_F(CliScan, RefusesAnIndexWithAnotherKey) {
  ASSERT_EQ(0, RunShell(Vigie() + "index key --out " + Path("other-key")).exit_code);
  const Outcome scanned =
      RunShell(Vigie() + "scan --index " + Path("index") + " --key-file " + Path("other-key") + " " + Path("key"));
  EXPECT_EQ(2, scanned.exit_code);
  EXPECT_THAT(scanned.out, testing::HasSubstr("another key"));
}

TEST_F(CliScan, ShowsWhatThePolicyWouldDo) {
  const std::string policy = folder_->Write("policy.yaml",
                                            "version: 1\nrules:\n  - {id: media, when: {channels: [removable_media], "
                                            "customers_at_least: 2}, action: block}\n");
  const std::string one = folder_->Write("one.txt", customers_->at(0).email);
  const std::string two = folder_->Write("two.txt", customers_->at(0).email + " " + customers_->at(1).email);
  const std::string scan = Vigie() + "scan --json --policy " + policy + WithIndex();
  EXPECT_EQ(0, RunShell(scan + one).exit_code);
  const Outcome blocked = RunShell(scan + two);
  EXPECT_EQ(1, blocked.exit_code);
  EXPECT_EQ("media", ByPath(blocked.out)[two]["policy"]["rule"]) << blocked.out;
}

TEST_F(CliScan, ResolvesWhatItFound) {
  const Outcome resolved = RunShell(Vigie() + "index resolve --ledger " + Path("ledger") + " --ids 2,1");
  EXPECT_EQ(0, resolved.exit_code);
  EXPECT_EQ("1," + customers_->at(0).id + "\n2," + customers_->at(1).id + "\n", resolved.out);
}

}  // namespace
}  // namespace vigie
