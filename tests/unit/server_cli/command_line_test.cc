#include "server/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tests/support/temporary_directory.h"
#include "tests/unit/server_cli/command_runner.h"

namespace vigie::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(CommandLine, TellsItsVersion) {
  const Outcome outcome = RunVigie({"--version"});
  EXPECT_EQ(outcome.exit_code, kFine);
  EXPECT_THAT(outcome.out, StartsWith("vigie "));
}

TEST(CommandLine, HelpsWithEveryCommand) {
  const Outcome whole = RunVigie({"--help"});
  EXPECT_EQ(whole.exit_code, kFine);
  for (const char* word :
       {"scan", "index", "incidents", "events", "agents", "policy", "token", "--collector", "--ca", "--token-file",
        "--output", "--insecure-loopback", "VIGIE_COLLECTOR", "VIGIE_CA", "VIGIE_TOKEN_FILE", "Exit codes"}) {
    EXPECT_THAT(whole.out, HasSubstr(word));
  }
  for (const char* command : {"scan", "index", "incidents", "events", "agents", "policy", "token"}) {
    const Outcome outcome = RunVigie({command, "--help"});
    EXPECT_EQ(outcome.exit_code, kFine) << command;
    EXPECT_THAT(outcome.out, HasSubstr(command));
  }
}

TEST(CommandLine, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"incident"},
      {"incidents"},
      {"incidents", "show"},
      {"incidents", "assign", "i-1"},
      {"incidents", "list", "--state", "ajar"},
      {"incidents", "list", "surplus"},
      {"events", "query", "--channel", "carrier_pigeon"},
      {"agents", "list", "--output", "xml"},
      {"token", "create", "--uses", "0"},
      {"policy", "check"},
      {"--nonsense"},
  };
  for (const auto& arguments : cases) {
    const Outcome outcome = RunVigie(arguments);
    EXPECT_EQ(outcome.exit_code, kUsage) << ::testing::PrintToString(arguments);
    EXPECT_THAT(outcome.err, ::testing::Not(IsEmpty()));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

struct RefusedConnection {
  std::vector<std::string> options;
  const char* error;
};

TEST(CommandLine, SaysWhatItNeedsToReachTheCollector) {
  const test::TemporaryDirectory directory;
  const RefusedConnection cases[] = {
      {{}, "vigie: say which collector to ask: --collector HOST:PORT or VIGIE_COLLECTOR"},
      {{"--collector", "nonsense"}, "vigie: the collector's address must be HOST:PORT"},
      {{"--collector", "collector:1"}, "vigie: give the certificate authority of the collector: --ca FILE or VIGIE_CA"},
      {{"--collector", "collector:1", "--ca", directory / "missing"}, "vigie: certificate authority: open "},
      {{"--collector", "10.0.0.1:1", "--insecure-loopback"},
       "vigie: --insecure-loopback is refused: 10.0.0.1 is not this machine"},
      {{"--collector", "127.0.0.1:1", "--insecure-loopback", "--token-file", directory / "missing"},
       "vigie: token file: open "},
  };
  for (const RefusedConnection& c : cases) {
    std::vector<std::string> arguments = {"agents", "list"};
    arguments.insert(arguments.end(), c.options.begin(), c.options.end());
    const Outcome outcome = RunVigie(arguments);
    EXPECT_EQ(outcome.exit_code, kUsage) << c.error;
    EXPECT_THAT(outcome.err, StartsWith(c.error));
  }
}

TEST(CommandLine, RefusesATimeThatIsNone) {
  const Outcome query = RunVigie({"events", "query", "--since", "yesterday"});
  EXPECT_EQ(query.exit_code, kUsage);
  EXPECT_THAT(query.err, StartsWith("vigie: --since: "));
  const Outcome token = RunVigie({"token", "create", "--valid-for", "long"});
  EXPECT_EQ(token.exit_code, kUsage);
  EXPECT_THAT(token.err, StartsWith("vigie: --valid-for: "));
}

TEST(ReportError, GivesTheExitCodeOfTheError) {
  using enum base::ErrorCode;
  const std::pair<base::ErrorCode, int> cases[] = {
      {kInvalidArgument, kUsage},        {kNotFound, kUsage},
      {kFailedPrecondition, kUsage},     {kUnavailable, kUnreachable},
      {kDeadlineExceeded, kUnreachable}, {kUnauthenticated, kUnreachable},
      {kPermissionDenied, kUnreachable},
  };
  for (const auto& [code, exit_code] : cases) {
    std::ostringstream out;
    std::ostringstream err;
    Context context{.out = out, .err = err};
    EXPECT_EQ(ReportError(context, {code, "what \x1b happened"}), exit_code);
    EXPECT_EQ(err.str(), "vigie: what ? happened\n");
  }
}

}  // namespace
}  // namespace vigie::cli
