#include "server/cli/scan_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "platform/base/file_reading.h"
#include "platform/fake/fake_file_system.h"
#include "server/cli/command_line.h"
#include "tests/unit/server_cli_index_scan/temporary_folder.h"

namespace vigie::cli {
namespace {

using testing::HasSubstr;

// Finds an address wherever there is an @.
class AtSignInspector final : public inspection::ContentInspector {
 public:
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline) override {
    std::string text(1000, '\0');
    const auto read = base::ReadAt(content, 0, text);
    v1::Inspection inspection;
    inspection.set_evaluated(read ? v1::EVALUATED_FULL : v1::EVALUATED_NONE);
    text.resize(read ? *read : 0);
    inspection.set_bytes(text.size());
    if (text.find('@') == std::string::npos) return inspection;
    inspection.add_classes()->set_class_("email_address");
    return inspection;
  }
};

class ScanCommand : public testing::Test {
 protected:
  int Scan(std::vector<std::string> paths) {
    const ScanRequest request{
        .paths = std::move(paths), .policy = nullptr, .records = false, .json = true, .jobs = 2, .budget = budget_};
    Context context{.collector = {}, .ca_file = {}, .token_file = {}, .out = out_, .err = err_, .run = {}};
    return RunScan(request, {inspector_, files_, input_}, context);
  }

  v1::InspectionBudget budget_ = inspection::DefaultBudget();
  AtSignInspector inspector_;
  platform::FakeFileSystem files_;
  std::istringstream input_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ScanCommand, AnswersZeroWhenNothingIsFound) {
  files_.AddFile("/d/clean", "hello");
  EXPECT_EQ(kFine, Scan({"/d"}));
}

TEST_F(ScanCommand, AnswersOneWhenSomethingIsFound) {
  files_.AddFile("/d/clean", "hello");
  files_.AddFile("/d/mail", "a@example.com");
  EXPECT_EQ(kFound, Scan({"/d"}));
  EXPECT_THAT(out_.str(), HasSubstr("{\"path\":\"/d/mail\""));
}

TEST_F(ScanCommand, NeverCallsCleanWhatItCouldNotLookInto) {
  files_.AddFifo("/d/fifo");
  EXPECT_EQ(kFound, Scan({"/d"}));
  const auto json = nlohmann::json::parse(out_.str());
  EXPECT_EQ("none", json["evaluated"]);
  EXPECT_EQ("unsupported", json["reasons"][0]);
}

TEST_F(ScanCommand, ScansStandardInput) {
  input_.str("b@example.com");
  EXPECT_EQ(kFound, Scan({"-"}));
  EXPECT_EQ(13, nlohmann::json::parse(out_.str())["bytes"]);
}

// The inspector says too_large of the byte beyond the budget; what comes before it is not thrown away.
TEST_F(ScanCommand, ScansTheBeginningOfAnEndlessInput) {
  budget_.set_bytes(20);
  input_.str("b@example.com, " + std::string(1'000'000, 'x'));
  EXPECT_EQ(kFound, Scan({"-"}));
  EXPECT_EQ(21, nlohmann::json::parse(out_.str())["bytes"]);
}

TEST_F(ScanCommand, ScansTheRestWhenAPathIsNotThere) {
  files_.AddFile("/mail", "a@example.com");
  EXPECT_EQ(kUsage, Scan({"/none", "/mail"}));
  EXPECT_THAT(err_.str(), HasSubstr("/none"));
  EXPECT_THAT(out_.str(), HasSubstr("/mail"));
}

int RunWhole(std::vector<std::string> arguments, std::string& err) {
  std::ostringstream out;
  std::ostringstream errors;
  const int exit_code = RunCommandLine(std::move(arguments), out, errors);
  err = errors.str();
  return exit_code;
}

TEST(ScanArguments, AreRefusedWithAReason) {
  std::string err;
  EXPECT_EQ(kUsage, RunWhole({"scan"}, err));
  EXPECT_EQ(kUsage, RunWhole({"scan", "--jobs", "0", "/"}, err));
  EXPECT_EQ(kUsage, RunWhole({"scan", "--index", "a", "--index", "b", "--key-file", "k", "--key-file", "l",
                              "--key-file", "m", "/"},
                             err));
  EXPECT_THAT(err, HasSubstr("more --key-file than --index"));
  EXPECT_EQ(kUsage, RunWhole({"scan", "--index", "a", "--key-file", "/nonexistent/key", "/first", "/second"}, err));
  EXPECT_THAT(err, HasSubstr("open the customer index")) << "each option takes one value, the rest are paths";
  EXPECT_EQ(kUsage, RunWhole({"scan", "--index", "a", "/"}, err));
  EXPECT_THAT(err, HasSubstr("--key-file"));
  EXPECT_EQ(kUsage, RunWhole({"scan", "--policy", "/nonexistent/policy.yaml", "/"}, err));
  EXPECT_THAT(err, HasSubstr("/nonexistent/policy.yaml"));
  EXPECT_EQ(kUsage, RunWhole({"scan", "--inspector", "/nonexistent/inspector", "/"}, err));
  EXPECT_THAT(err, HasSubstr("/nonexistent/inspector"));
}

}  // namespace
}  // namespace vigie::cli
