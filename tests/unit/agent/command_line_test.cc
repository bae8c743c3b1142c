#include "agent/sensor/command_line.h"

#include <gtest/gtest.h>

namespace vigie::agent::sensor {
namespace {

TEST(RedactCommandLine, ShowsOnlyWhatIsNobodysData) {
  EXPECT_EQ(RedactCommandLine("curl -u bob:secret -F file=@a.csv https://bob:secret@x.example/in?key=secret"),
            "curl -u *** -F file=@a.csv https://x.example/in");
  EXPECT_EQ(RedactCommandLine("curl -d name=Ada Lovelace ada@x.example -djean@x.example http://x.example/"),
            "curl -d name=*** *** http://x.example/");
  EXPECT_EQ(RedactCommandLine("curl -H Authorization: Bearer secret -T /home/a/b.csv http://x.example/"),
            "curl -H *** -T /home/a/b.csv http://x.example/");
  EXPECT_EQ(RedactCommandLine("grep Ada Lovelace export.csv"), "grep ***");
  EXPECT_EQ(RedactCommandLine("tool --password=secret --token secret -v"), "tool --password=*** --token *** -v");
  EXPECT_EQ(RedactCommandLine("curl -d @a.csv -H secret http://x.example"), "curl -d @a.csv -H *** http://x.example");
  EXPECT_EQ(RedactCommandLine("curl --url=https://bob@x.example/?a"), "curl --url=https://x.example/");
  EXPECT_EQ(RedactCommandLine(""), "");
}

TEST(ParseInvocation, LooksThroughInterpreters) {
  const auto program = [](const char* exe, const char* line) { return ParseInvocation(exe, line).program; };
  EXPECT_EQ(program("/usr/bin/curl", "curl -T a"), "curl");
  EXPECT_EQ(program("/usr/bin/python3.11", "python3 /usr/bin/hg commit"), "hg");
  EXPECT_EQ(program("/usr/bin/python3.11", "python3 -I -m http.server"), "http.server");
  EXPECT_EQ(program("/usr/bin/python3.11", "python3 -c import_x curl"), "python3.11");
  EXPECT_EQ(program("/usr/bin/perl", "perl -w /usr/bin/swaks --to x"), "swaks");
  EXPECT_EQ(program("/usr/bin/busybox", "busybox nc 10.0.0.1 9"), "nc");
  EXPECT_EQ(program("/usr/bin/busybox", "/bin/wget http://x.example"), "wget");
  EXPECT_EQ(program("/usr/bin/bash", ""), "bash");
  EXPECT_EQ(ParseInvocation("/usr/bin/python3.11", "python3 /usr/bin/hg commit").arguments.size(), 2U);
}

TEST(SplitArguments, SkipsRunsOfSpaces) {
  EXPECT_EQ(SplitArguments("  a   b ").size(), 2U);
}

}  // namespace
}  // namespace vigie::agent::sensor
