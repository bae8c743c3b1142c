#include "agent/sensor/activity_classifier.h"

#include <gtest/gtest.h>

#include <chrono>

namespace vigie::agent::sensor {
namespace {

using platform::FileEventKind;
using platform::OpenMode;

struct Case {
  const char* name;
  std::string exe;
  std::string command_line;
  OpenMode mode;
  FileEventKind event_kind;
  bool on_medium;
  v1::ActivityKind kind;
  v1::Channel channel;
};

v1::Activity ClassifyCase(const Case& test) {
  platform::FileEvent event;
  event.kind = test.event_kind;
  event.path = "/home/a.csv";
  event.at = base::SystemTime(std::chrono::seconds(1'800'000'000));
  const platform::ProcessDescription process{
      .id = {7, 70}, .exe = test.exe, .command_line = test.command_line, .parents = {}, .uid = 1000, .user = "alice"};
  Sighting sighting{.event = event, .process = process, .mode = test.mode};
  if (test.on_medium) sighting.medium = platform::Medium{"/media/stick", "/dev/sdb1", "vfat", "Stick"};
  return ActivityClassifier(ChannelTable::BuiltIn(), "desk-7").Classify(sighting);
}

class ClassifierTable : public ::testing::TestWithParam<Case> {};

TEST_P(ClassifierTable, SaysKindAndChannel) {
  const v1::Activity activity = ClassifyCase(GetParam());
  EXPECT_EQ(activity.kind(), GetParam().kind);
  EXPECT_EQ(activity.channel(), GetParam().channel);
}

const std::vector<Case> kCases = {
    {"OrdinaryProgram", "/usr/bin/less", "less a.csv", OpenMode::kRead, FileEventKind::kOpening, false,
     v1::ACTIVITY_KIND_OPEN, v1::CHANNEL_LOCAL},
    {"Curl", "/usr/bin/curl", "curl -T a.csv http://x.example/", OpenMode::kRead, FileEventKind::kOpening, false,
     v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_NETWORK_TRANSFER},
    {"CurlDownloading", "/usr/bin/curl", "curl -o a.csv http://x.example/", OpenMode::kWrite, FileEventKind::kOpening,
     false, v1::ACTIVITY_KIND_OPEN, v1::CHANNEL_LOCAL},
    {"DebianNetcat", "/usr/bin/nc.openbsd", "nc 10.0.0.1 99", OpenMode::kRead, FileEventKind::kOpening, false,
     v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_NETWORK_TRANSFER},
    {"InterpretedProgram", "/usr/bin/python3.11", "python3 /usr/bin/aws s3 cp a.csv s3://bucket/", OpenMode::kRead,
     FileEventKind::kOpening, false, v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_NETWORK_TRANSFER},
    {"OrdinaryScript", "/usr/bin/python3.11", "python3 report.py curl", OpenMode::kRead, FileEventKind::kOpening, false,
     v1::ACTIVITY_KIND_OPEN, v1::CHANNEL_LOCAL},
    {"Zip", "/usr/bin/zip", "zip a.zip a.csv", OpenMode::kRead, FileEventKind::kOpening, false,
     v1::ACTIVITY_KIND_ARCHIVE, v1::CHANNEL_ARCHIVE},
    {"WriteToMedium", "/usr/bin/cp", "cp", OpenMode::kWrite, FileEventKind::kOpening, true, v1::ACTIVITY_KIND_COPY,
     v1::CHANNEL_REMOVABLE_MEDIA},
    {"UnknownModeOnMedium", "/usr/bin/cp", "cp", OpenMode::kUnknown, FileEventKind::kOpening, true,
     v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA},
    {"ClosedOnMedium", "/usr/bin/cp", "cp", OpenMode::kRead, FileEventKind::kClosedAfterWrite, true,
     v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA},
    {"ClosedElsewhere", "/usr/bin/cp", "cp", OpenMode::kRead, FileEventKind::kClosedAfterWrite, false,
     v1::ACTIVITY_KIND_WRITE, v1::CHANNEL_LOCAL},
    {"Renamed", "/usr/bin/mv", "mv", OpenMode::kRead, FileEventKind::kRenamed, false, v1::ACTIVITY_KIND_RENAME,
     v1::CHANNEL_LOCAL},
};

INSTANTIATE_TEST_SUITE_P(Cases, ClassifierTable, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(ActivityClassifier, WhatStaysHereIsGatheredInAFolder) {
  for (const auto kind : {FileEventKind::kClosedAfterWrite, FileEventKind::kRenamed}) {
    platform::FileEvent event;
    event.kind = kind;
    const platform::ProcessDescription cat{
        .id = {7, 70}, .exe = "/usr/bin/cat", .command_line = "cat", .parents = {}, .user = "alice"};
    const ActivityClassifier classifier(ChannelTable::BuiltIn(), "desk-7");
    event.path = "/home/alice/gathered/all.csv";
    const v1::Activity gathered = classifier.Classify({.event = event, .process = cat});
    EXPECT_EQ(gathered.channel(), v1::CHANNEL_LOCAL);
    EXPECT_EQ(gathered.destination().kind(), "folder");
    EXPECT_EQ(gathered.destination().name(), "/home/alice/gathered");
    EXPECT_EQ(gathered.destination().address(), "");
    event.path = "/all.csv";
    EXPECT_EQ(classifier.Classify({.event = event, .process = cat}).destination().name(), "/");
  }
}

TEST(ActivityClassifier, AReplacedListReplacesTheBuiltInOne) {
  platform::FileEvent event;
  const platform::ProcessDescription curl{
      .id = {7, 70}, .exe = "/usr/bin/curl", .command_line = "", .parents = {}, .user = ""};
  ChannelTable channels = ChannelTable::BuiltIn();
  channels.Replace(v1::CHANNEL_NETWORK_TRANSFER, {"beam"});
  const ActivityClassifier classifier(channels, "desk-7");
  EXPECT_EQ(classifier.Classify({.event = event, .process = curl}).channel(), v1::CHANNEL_LOCAL);
  const platform::ProcessDescription beam{
      .id = {7, 70}, .exe = "/opt/beam", .command_line = "", .parents = {}, .user = ""};
  EXPECT_EQ(classifier.Classify({.event = event, .process = beam}).channel(), v1::CHANNEL_NETWORK_TRANSFER);
}

TEST(ActivityClassifier, KeepsNamesThatAreNoUtf8Apart) {
  platform::FileEvent event;
  event.path = "/home/caf\xE9";
  const platform::ProcessDescription process{.id = {7, 70}, .exe = "", .command_line = "", .parents = {}, .user = ""};
  const ActivityClassifier classifier(ChannelTable::BuiltIn(), "desk-7");
  EXPECT_EQ(classifier.Classify({.event = event, .process = process}).file().path(), "/home/caf\\xE9");
}

}  // namespace
}  // namespace vigie::agent::sensor
