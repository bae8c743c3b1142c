#include "server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

base::Result<Options> Parse(std::vector<std::string> arguments, std::ostream& out) {
  arguments.insert(arguments.begin(), "vigie-collector");
  return ParseOptions(arguments, out);
}

base::Result<Options> Parse(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  return Parse(arguments, out);
}

TEST(CollectorOptions, RunsByDefault) {
  const auto options = Parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->command, Command::kRun);
  EXPECT_EQ(options->config, "/etc/vigie/collector.yaml");
  EXPECT_FALSE(options->insecure_loopback);
}

TEST(CollectorOptions, ReadsEachSwitch) {
  EXPECT_EQ(Parse({"--config", "/x.yaml"})->config, "/x.yaml");
  EXPECT_EQ(Parse({"--check-config"})->command, Command::kCheckConfig);
  EXPECT_EQ(Parse({"--print-config"})->command, Command::kPrintConfig);
  EXPECT_TRUE(Parse({"--insecure-loopback"})->insecure_loopback);
}

TEST(CollectorOptions, InitTakesAnAbsoluteStateAndAName) {
  const auto options = Parse({"init", "--state", "/var/lib/x/../y", "--name", "host"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->command, Command::kInitialize);
  EXPECT_EQ(options->initialize.state, "/var/lib/y");
  EXPECT_EQ(options->initialize.name, "host");
  EXPECT_EQ(Parse({"init", "--state", "here", "--name", "host"})->initialize.state.front(), '/');
}

TEST(CollectorOptions, HelpAndVersionAreAnswers) {
  std::ostringstream out;
  EXPECT_EQ(Parse({"--version"}, out)->command, Command::kNothing);
  EXPECT_THAT(out.str(), HasSubstr("vigie-collector 0."));
  out.str("");
  EXPECT_EQ(Parse({"--help"}, out)->command, Command::kNothing);
  EXPECT_THAT(out.str(), HasSubstr("--insecure-loopback"));
}

TEST(CollectorOptions, WhatIsNotUnderstoodIsRefused) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--bogus"}, {"extra"}, {"--config"}, {"init"}, {"init", "--state", "x"}, {"--check-config", "--print-config"}};
  for (const auto& arguments : wrong) {
    const auto options = Parse(arguments);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(options.error().message, HasSubstr("--help"));
  }
}

}  // namespace
}  // namespace vigie::server
