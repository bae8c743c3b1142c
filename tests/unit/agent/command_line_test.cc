#include "agent/sensor/command_line.h"

#include <gtest/gtest.h>

namespace vigie::agent::sensor {
namespace {

struct DestinationCase {
  std::string program;
  std::string command_line;
  std::string kind;  // empty: none
  std::string name;
  std::string address;
  std::uint32_t port;
};

class DestinationTable : public ::testing::TestWithParam<DestinationCase> {};

TEST_P(DestinationTable, FindsWhereDataGoes) {
  const DestinationCase& test = GetParam();
  const auto destination = ParseDestination(test.program, test.command_line);
  ASSERT_EQ(destination.has_value(), !test.kind.empty()) << test.command_line;
  if (!destination) return;
  EXPECT_EQ(destination->kind(), test.kind);
  EXPECT_EQ(destination->name(), test.name);
  EXPECT_EQ(destination->address(), test.address);
  EXPECT_EQ(destination->port(), test.port);
}

const std::vector<DestinationCase> kCases = {
    {"curl", "curl -F f=@a http://127.0.0.1:8081/in", "url", "http://127.0.0.1:8081/in", "127.0.0.1", 8081},
    {"curl", "curl https://u:p@files.example.com/in?token=1#x", "url", "https://files.example.com/in",
     "files.example.com", 443},
    {"curl", "curl -x http://proxy.example:3128 -T a https://x.example/", "url", "https://x.example/", "x.example",
     443},
    {"curl", "curl --url=https://x.example/a", "url", "https://x.example/a", "x.example", 443},
    {"curl", "curl -T a.csv files.example.com/up", "url", "http://files.example.com/up", "files.example.com", 80},
    {"curl", "curl -T a http://[2001:db8::1]:8080/", "url", "http://[2001:db8::1]:8080/", "2001:db8::1", 8080},
    {"scp", "scp -i key a.csv bob@backup.example.com:/in", "host", "backup.example.com", "backup.example.com", 22},
    {"scp", "scp ./a:b.csv host:", "host", "host", "host", 22},
    {"rsync", "rsync -a -e ssh a.csv backup:/in", "host", "backup", "backup", 22},
    {"rsync", "rsync a.csv rsync://mirror.example/in", "url", "rsync://mirror.example/in", "mirror.example", 873},
    {"ssh", "ssh -p 2222 bob@shell.example cat", "host", "shell.example", "shell.example", 22},
    {"sftp", "sftp bob@files.example:/in", "host", "files.example", "files.example", 22},
    {"nc", "nc 10.0.0.1 9000", "host", "10.0.0.1", "10.0.0.1", 9000},
    {"socat", "socat - TCP:10.0.0.1:9000", "host", "10.0.0.1", "10.0.0.1", 9000},
    {"rclone", "rclone copy a.csv drive:in", "host", "drive", "drive", 0},
    {"aws", "aws s3 cp a.csv s3://bucket/in", "url", "s3://bucket/in", "bucket", 0},
    {"curl", "curl", "", "", "", 0},
    {"curl", "curl http://", "", "", "", 0},
    {"scp", "scp a.csv /mnt", "", "", "", 0},
    {"nc", "", "", "", "", 0},
};

INSTANTIATE_TEST_SUITE_P(Cases, DestinationTable, ::testing::ValuesIn(kCases));

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

TEST(SplitArguments, SkipsRunsOfSpaces) {
  EXPECT_EQ(SplitArguments("  a   b ").size(), 2U);
}

}  // namespace
}  // namespace vigie::agent::sensor
