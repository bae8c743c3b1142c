#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/unit/server_cli/command_runner.h"

namespace vigie::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class PolicyCheck : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = directory_ / "policy.yaml";
    std::ofstream(path) << text;
    return path;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(PolicyCheck, FindsAGoodPolicyGood) {
  const std::string path = Write("version: 3\nrules: [{id: a, action: audit}]\n");
  const Outcome table = RunVigie({"policy", "check", path});
  EXPECT_EQ(table.exit_code, kFine) << table.err;
  EXPECT_EQ(table.out, path + ": good: version 3, rules: 1, thresholds: 0\n");
  const Outcome json = RunVigie({"policy", "check", path, "--output", "json"});
  EXPECT_EQ(json.out, R"({"file":")" + path + R"(","good":true,"version":3,"rules":1,"thresholds":0})" + "\n");
}

TEST_F(PolicyCheck, NamesLineAndKeyOfABadOne) {
  const std::string path = Write("version: 3\nrules:\n  - {id: a, action: audit, shaddow: true}\n");
  const Outcome outcome = RunVigie({"policy", "check", path});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.err, StartsWith("vigie: " + path + ":3:28: rules[0].shaddow: unknown key"));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(PolicyCheck, SaysSoInJsonToo) {
  const std::string path = Write("version: 0\n");
  const Outcome outcome = RunVigie({"--output", "json", "policy", "check", path});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.out, HasSubstr(R"("good":false,"error":")"));
  EXPECT_THAT(outcome.err, HasSubstr(":1:1: version: must be at least 1"));
}

TEST_F(PolicyCheck, TellsAllThatIsWrong) {
  const std::string path = Write("version: 0\nrules:\n  - {id: a, wen: {}, action: blok}\n");
  const Outcome outcome = RunVigie({"--output", "json", "policy", "check", path});
  EXPECT_EQ(outcome.exit_code, kUsage);
  for (const char* place : {":1:1: version: ", ":3:13: rules[0].wen: ", ":3:22: rules[0].action: "}) {
    EXPECT_THAT(outcome.err, HasSubstr(path + place));
  }
  EXPECT_THAT(outcome.out, HasSubstr(R"("problems":[{"line":1,"column":1,"key":"version","message":")"));
}

TEST_F(PolicyCheck, SaysWhenThereIsNoFile) {
  const Outcome missing = RunVigie({"policy", "check", directory_ / "missing.yaml"});
  EXPECT_EQ(missing.exit_code, kUsage);
  EXPECT_THAT(missing.err, HasSubstr("missing.yaml: No such file or directory"));
  const Outcome folder = RunVigie({"policy", "check", directory_.path()});
  EXPECT_EQ(folder.exit_code, kUsage);
  EXPECT_THAT(folder.err, HasSubstr("Is a directory"));
}

TEST_F(PolicyCheck, RefusesAFileWithoutEnd) {
  const Outcome outcome = RunVigie({"policy", "check", Write(std::string(2U << 20, '#'))});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("larger than 1048576 bytes"));
}

}  // namespace
}  // namespace vigie::cli
