#include "agent/sensor/channel_table.h"

#include <gtest/gtest.h>

#include "agent/sensor/command_line.h"

namespace vigie::agent::sensor {
namespace {

struct Case {
  const char* exe;
  const char* line;
  v1::Channel channel;
  const char* path = "/home/alice/a.csv";
};

class ChannelRows : public ::testing::TestWithParam<Case> {};

TEST_P(ChannelRows, SayWhichWayOutAProgramIs) {
  const Invocation call = ParseInvocation(GetParam().exe, GetParam().line);
  EXPECT_EQ(ChannelTable::BuiltIn().Find(call.program, call.arguments, GetParam().path).channel, GetParam().channel)
      << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ChannelRows,
    ::testing::Values(
        Case{"/usr/bin/wget", "wget --post-file=a.csv http://x.example", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/dig", "dig -f a.csv", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/python3.11", "python3 -m http.server", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/python3.11", "python3 report.py", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/rsync", "rsync a.csv backup:in", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/rsync", "rsync a.csv rsync://backup/in", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/rsync", "rsync --server --sender -e. . a.csv", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/rsync", "rsync -a /home/alice/a.csv ./b:c /media/stick/", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/scp", "scp a.csv /media/stick/", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/rclone", "rclone copy a.csv drive:in", v1::CHANNEL_CLOUD_SYNC},
        Case{"/usr/bin/rclone", "rclone copyto a.csv :sftp,host=x.example:in", v1::CHANNEL_NETWORK_TRANSFER},
        Case{"/usr/bin/rclone", "rclone md5sum a.csv", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/git", "git add a.csv", v1::CHANNEL_VERSION_CONTROL},
        Case{"/usr/bin/git", "git -C /srv commit -a", v1::CHANNEL_VERSION_CONTROL},
        Case{"/usr/bin/git", "git ci", v1::CHANNEL_VERSION_CONTROL},
        Case{"/usr/bin/git", "git -c color.ui=always status", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/git", "", v1::CHANNEL_VERSION_CONTROL},
        Case{"/usr/bin/python3.11", "python3 /usr/bin/hg commit -A", v1::CHANNEL_VERSION_CONTROL},
        Case{"/usr/bin/svn", "svn diff", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/mutt", "mutt -a a.csv -- bob@x.example", v1::CHANNEL_EMAIL},
        Case{"/usr/bin/mutt", "mutt", v1::CHANNEL_LOCAL, "/var/mail/alice"},
        Case{"/usr/bin/perl", "perl /usr/bin/swaks --to bob@x.example", v1::CHANNEL_EMAIL},
        Case{"/usr/lib/thunderbird/thunderbird-bin", "thunderbird", v1::CHANNEL_LOCAL, "/home/a/.thunderbird/x/INBOX"},
        Case{"/usr/bin/nextcloud", "nextcloud", v1::CHANNEL_CLOUD_SYNC},
        Case{"/usr/bin/openssl", "openssl enc -in a.csv", v1::CHANNEL_ARCHIVE},
        Case{"/usr/bin/openssl", "openssl dgst a.csv", v1::CHANNEL_LOCAL},
        Case{"/usr/bin/gpg", "gpg -c a.csv", v1::CHANNEL_ARCHIVE}, Case{"/usr/bin/lp", "lp a.csv", v1::CHANNEL_PRINT},
        Case{"/usr/bin/obexftp", "obexftp -p a.csv", v1::CHANNEL_BLUETOOTH},
        Case{"/usr/bin/xfreerdp", "xfreerdp /v:x.example", v1::CHANNEL_REMOTE_DESKTOP},
        Case{"/usr/bin/less", "less a.csv", v1::CHANNEL_LOCAL}));

TEST(ChannelTable, TakesProgramsOfTheUser) {
  ChannelTable table = ChannelTable::BuiltIn();
  table.Set("beam", v1::CHANNEL_WEB_UPLOAD);
  table.Set("curl", v1::CHANNEL_LOCAL);
  EXPECT_EQ(table.Find("beam", {}, "/a").channel, v1::CHANNEL_WEB_UPLOAD);
  EXPECT_EQ(table.Find("curl", {}, "/a").channel, v1::CHANNEL_LOCAL);
  table.Replace(v1::CHANNEL_ARCHIVE, {"zip", "packit"});
  EXPECT_EQ(table.Find("packit", {}, "/a").channel, v1::CHANNEL_ARCHIVE);
  EXPECT_EQ(table.Find("zip", {}, "/a").channel, v1::CHANNEL_ARCHIVE);
  EXPECT_EQ(table.Find("tar", {}, "/a").channel, v1::CHANNEL_LOCAL);
}

TEST(ChannelTable, KnowsWhatTakesPicturesOfTheScreen) {
  EXPECT_TRUE(TakesScreenshots("/usr/bin/scrot"));
  EXPECT_FALSE(TakesScreenshots("/usr/bin/convert"));
  EXPECT_FALSE(TakesScreenshots("/home/alice/scrot"));
  for (const std::string& path : ScreenshotPrograms()) EXPECT_TRUE(TakesScreenshots(path)) << path;
}

}  // namespace
}  // namespace vigie::agent::sensor
