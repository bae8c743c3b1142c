#include "platform/replay/recorded_activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RecordedActivity, ReadsEveryKeyOfAnOpening) {
  const auto activity = ParseRecordedActivity(R"({"kind": "opening", "path": "/home/a/x.csv", "mode": "write",
      "on_medium": true, "at": "2022-09-18T16:00:00Z", "writable_files": ["/media/stick/y"],
      "process": {"pid": 12, "start_time": 99, "exe": "/bin/cp", "command_line": "cp a b", "parents": ["/bin/sh"],
                  "uid": 1000, "user": "alice", "session": 3}})");
  ASSERT_TRUE(activity) << activity.error().message;
  EXPECT_EQ(activity->kind, RecordedKind::kOpening);
  EXPECT_EQ(activity->path, "/home/a/x.csv");
  EXPECT_EQ(activity->mode, OpenMode::kWrite);
  EXPECT_TRUE(activity->on_medium);
  EXPECT_TRUE(activity->at.has_value());
  EXPECT_EQ(activity->process.id, (ProcessId{12, 99}));
  EXPECT_EQ(activity->process.user, "alice");
  EXPECT_THAT(activity->process.parents, ElementsAre("/bin/sh"));
  EXPECT_THAT(activity->writable_files, ElementsAre("/media/stick/y"));
}

TEST(RecordedActivity, AFileActivityNeedsNoMoreThanItsPath) {
  const auto activity = ParseRecordedActivity(R"({"kind":"created","path":"x"})");
  ASSERT_TRUE(activity);
  EXPECT_EQ(activity->process.id.pid, 0);
  EXPECT_EQ(activity->mode, OpenMode::kUnknown);
  EXPECT_FALSE(activity->at);
}

TEST(RecordedActivity, ReadsAMedium) {
  const auto activity = ParseRecordedActivity(
      R"({"kind":"medium_detached","medium":{"mount_point":"/media/s","device":"/dev/sdb1","file_system":"vfat"}})");
  ASSERT_TRUE(activity);
  EXPECT_EQ(activity->medium.mount_point, "/media/s");
  EXPECT_EQ(activity->medium.file_system, "vfat");
}

TEST(RecordedActivity, RefusesEveryMistakeWithKeyAndReason) {
  const struct {
    const char* line;
    const char* message;
  } cases[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"kind":"opening","path":"x")", "not a JSON object"},
      {R"({"path":"x"})", "'kind' is missing"},
      {R"({"kind":"opening"})", "'path' is missing"},
      {R"({"kind":"deleted","path":"x"})", "'kind' has the unknown value 'deleted'"},
      {R"({"kind":7,"path":"x"})", "'kind' must be a string"},
      {R"({"kind":"opening","path":"x","colour":1})", "'colour' is not a key"},
      {R"({"kind":"opening","path":"x","path":"y"})", "has the key 'path' twice"},
      {R"({"kind":"opening","path":"x\u0000y"})", "'path' must not contain a zero byte"},
      {R"({"kind":"opening","path":"x","mode":"execute"})", "'mode' has the unknown value"},
      {R"({"kind":"opening","path":"x","on_medium":"yes"})", "'on_medium' must be true or false"},
      {R"({"kind":"opening","path":"x","at":"yesterday"})", "'at' 'yesterday' is not a time"},
      {R"({"kind":"opening","path":"x","process":[]})", "'process.' must be an object"},
      {R"({"kind":"opening","path":"x","process":{"pid":-1}})", "'process.pid' must be a whole number"},
      {R"({"kind":"opening","path":"x","process":{"pid":3000000000}})", "'process.pid' must be a whole number"},
      {R"({"kind":"opening","path":"x","process":{"parents":[1]}})", "'process.parents' must be a list of strings"},
      {R"({"kind":"opening","path":"x","process":{"nice":1}})", "'process.nice' is not a key"},
      {R"({"kind":"medium_attached"})", "'medium' is missing"},
      {R"({"kind":"medium_attached","medium":{"device":"x"}})", "'medium.mount_point' is missing"},
      {R"({"kind":"medium_attached","path":"x","medium":{"mount_point":"/m"}})", "'path' is not a key"},
      {R"({"kind":"opening","path":[[[[[[[[[[[[1]]]]]]]]]]]]})", "nested too deeply"},
  };
  for (const auto& example : cases) {
    const auto activity = ParseRecordedActivity(example.line);
    ASSERT_FALSE(activity) << example.line;
    EXPECT_EQ(activity.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(activity.error().message, HasSubstr(example.message)) << example.line;
  }
}

TEST(RecordedActivity, RefusesALineThatIsTooLong) {
  const std::string line = R"({"kind":"opening","path":")" + std::string(kMaxRecordedLine, 'x') + "\"}";
  EXPECT_FALSE(ParseRecordedActivity(line));
}

TEST(RecordedActivity, WritesWhatItReads) {
  RecordedActivity activity;
  activity.kind = RecordedKind::kRenamed;
  activity.path = "/b \"quoted\"";
  activity.previous_path = "/a";
  activity.at = base::SystemTime(std::chrono::seconds(1663516800));
  activity.process = {.id = {5, 6},
                      .exe = "/bin/mv",
                      .command_line = "mv a b",
                      .parents = {"/bin/sh"},
                      .uid = 1,
                      .user = "daemon",
                      .session = 2};
  activity.writable_files = {"/c"};
  const auto read = ParseRecordedActivity(FormatRecordedActivity(activity));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->path, activity.path);
  EXPECT_EQ(read->previous_path, activity.previous_path);
  EXPECT_EQ(read->at, activity.at);
  EXPECT_EQ(read->process.id, activity.process.id);
  EXPECT_EQ(read->process.user, activity.process.user);
  EXPECT_EQ(FormatRecordedActivity(*read), FormatRecordedActivity(activity));
}

TEST(RecordedActivity, APathThatIsNotUtf8StillMakesALine) {
  RecordedActivity activity;
  activity.path = "/caf\xe9";
  const auto read = ParseRecordedActivity(FormatRecordedActivity(activity));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->path, "/caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace vigie::platform
