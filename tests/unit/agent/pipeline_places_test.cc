// Shares and cloud folders: outgoing places as media are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::MediumKind;
using platform::OpenMode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPolicy[] = R"(
version: 3
rules:
  - id: customers-out
    when: {channels: [network_share, cloud_sync], customers_at_least: 10}
    action: block
allowed_destinations: [files.example.com]
)";

class PipelinePlaces : public ::testing::Test {
 protected:
  PipelinePlaces() {
    bench.media.Add({"/mnt/share", "bob@server.example.net:/in", "fuse.sshfs", "bob@server.example.net:/in",
                     MediumKind::kNetworkShare},
                    0);
    bench.media.Add(
        {"/mnt/ours", "files.example.com:/export", "nfs4", "files.example.com:/export", MediumKind::kNetworkShare}, 0);
    bench.media.Add({"/home/alice/Nextcloud", "", "", "Nextcloud", MediumKind::kCloudFolder}, 0);
    bench.AddFile("/home/alice/forty.csv", "customers 0 39");
    bench.AddProcess(7, "/usr/bin/cp", "cp forty.csv");
  }

  // Answered while the copy is made.
  Answer CopyTo(const std::string& path) {
    bench.Open(7, "/home/alice/forty.csv");
    bench.AddFile(path, "");
    return bench.Open(7, path, OpenMode::kWrite);
  }

  PipelineWorkbench bench{{}, kPolicy};
};

TEST_F(PipelinePlaces, DenyACopyToAShareAndNameItsServer) {
  EXPECT_EQ(CopyTo("/mnt/share/forty.csv"), Answer::kDeny);
  const v1::Activity copy = bench.Told().back().activity();
  EXPECT_EQ(copy.kind(), v1::ACTIVITY_KIND_COPY);
  EXPECT_EQ(copy.channel(), v1::CHANNEL_NETWORK_SHARE);
  EXPECT_EQ(copy.destination().kind(), "share");
  EXPECT_EQ(copy.destination().name(), "bob@server.example.net:/in");
  EXPECT_EQ(copy.destination().address(), "server.example.net");
}

TEST_F(PipelinePlaces, AllowACopyToAnAllowedServer) {
  EXPECT_EQ(CopyTo("/mnt/ours/forty.csv"), Answer::kAllow);
  EXPECT_EQ(bench.Told().back().rule(), "allowed_destination");
  EXPECT_EQ(bench.Told().back().inspection().customers().distinct(), 40U);
}

TEST_F(PipelinePlaces, DenyACopyIntoACloudFolder) {
  EXPECT_EQ(CopyTo("/home/alice/Nextcloud/in/forty.csv"), Answer::kDeny);
  const v1::Activity copy = bench.Told().back().activity();
  EXPECT_EQ(copy.channel(), v1::CHANNEL_CLOUD_SYNC);
  EXPECT_EQ(copy.destination().kind(), "folder");
  EXPECT_EQ(copy.destination().name(), "/home/alice/Nextcloud");
  EXPECT_EQ(copy.file().previous_path(), "/home/alice/forty.csv");
}

TEST_F(PipelinePlaces, LetCleanProcessesWriteIntoACloudFolder) {
  bench.AddProcess(8, "/usr/bin/cp", "cp clean.txt");
  bench.AddFile("/home/alice/Nextcloud/clean.txt", "");
  EXPECT_EQ(bench.Open(8, "/home/alice/Nextcloud/clean.txt", OpenMode::kWrite), Answer::kAllow);
  EXPECT_THAT(bench.Told(), IsEmpty());
}

TEST_F(PipelinePlaces, ReadInACloudFolderAsAnywhereElse) {
  bench.AddFile("/home/alice/Nextcloud/forty.csv", "customers 0 39");
  bench.AddProcess(8, "/usr/bin/less", "less forty.csv");
  EXPECT_EQ(bench.Open(8, "/home/alice/Nextcloud/forty.csv"), Answer::kAllow);
  EXPECT_EQ(bench.ToldOnce().activity().channel(), v1::CHANNEL_LOCAL);
  EXPECT_EQ(bench.taints.size(), 1U);
}

TEST_F(PipelinePlaces, TellWhatWasMovedIntoACloudFolder) {
  bench.Open(7, "/home/alice/forty.csv");
  bench.Rename("/home/alice/forty.csv", "/home/alice/Nextcloud/forty.csv");
  const v1::Event moved = bench.Told().back();
  EXPECT_EQ(moved.activity().kind(), v1::ACTIVITY_KIND_RENAME);
  EXPECT_EQ(moved.activity().channel(), v1::CHANNEL_CLOUD_SYNC);
  EXPECT_EQ(moved.verdict(), v1::VERDICT_BLOCK);
  EXPECT_TRUE(moved.late());
}

}  // namespace
}  // namespace vigie::agent
