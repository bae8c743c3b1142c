#include "agent/options.h"

#include <gtest/gtest.h>

namespace vigie::agent {
namespace {

using Action = Options::Action;

base::Result<Options> Parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "vigie-agent");
  return ParseOptions(arguments);
}

TEST(Options, RunsWithTheDefaultFileUnlessTold) {
  const auto options = Parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->action, Action::kRun);
  EXPECT_EQ(options->config_path, "/etc/vigie/agent.yaml");
}

TEST(Options, KnowsItsActions) {
  EXPECT_EQ(Parse({"--check-config"})->action, Action::kCheckConfig);
  EXPECT_EQ(Parse({"--print-config"})->action, Action::kPrintConfig);
  EXPECT_EQ(Parse({"--version"})->action, Action::kPrintText);
  EXPECT_NE(Parse({"--version"})->text.find("vigie-agent "), std::string::npos);
  EXPECT_NE(Parse({"--help"})->text.find("--insecure-loopback"), std::string::npos);
}

TEST(Options, EnrollsWithATokenBeforeOrAfterItsConfig) {
  const auto options = Parse({"enroll", "--config", "/a.yaml", "--token", "t"});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->action, Action::kEnroll);
  EXPECT_EQ(options->config_path, "/a.yaml");
  EXPECT_EQ(options->token, "t");
  EXPECT_FALSE(options->force);
  EXPECT_TRUE(Parse({"--config", "/a.yaml", "enroll", "--token", "t", "--force"})->force);
}

TEST(Options, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(Parse({"--cofnig", "/a"}));
  EXPECT_FALSE(Parse({"enroll"}));
  EXPECT_FALSE(Parse({"--check-config", "--print-config"}));
  EXPECT_FALSE(Parse({"--config"}));
}

}  // namespace
}  // namespace vigie::agent
