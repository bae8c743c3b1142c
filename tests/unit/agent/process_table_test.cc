#include "agent/sensor/process_table.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_process_info.h"

namespace vigie::agent::sensor {
namespace {

platform::ProcessDescription Describe(std::int32_t pid, std::uint64_t start, const std::string& exe) {
  return {.id = {pid, start}, .exe = exe, .command_line = "", .parents = {}, .uid = 1000, .user = "alice"};
}

platform::FileEvent EventBy(std::int32_t pid, std::uint64_t start = 0) {
  platform::FileEvent event;
  event.process = {pid, start};
  event.owner_uid = 1000;
  return event;
}

TEST(ProcessTable, RecallsAProcessThatHasEnded) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  processes.Add(Describe(7, 70, "/usr/bin/cp"));
  table.Observe(EventBy(7));
  processes.End(7);
  EXPECT_EQ(table.Recall(EventBy(7)).exe, "/usr/bin/cp");
  EXPECT_FALSE(table.Runs({7, 70}));
}

TEST(ProcessTable, KnowsAProcessThatHasEndedAndThatNobodyHasWaitedFor) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  processes.Add(Describe(7, 70, "/usr/bin/curl"));
  table.Observe(EventBy(7));
  processes.Add(Describe(7, 70, ""));  // a zombie has no program
  EXPECT_EQ(table.Recall(EventBy(7, 70)).exe, "/usr/bin/curl");
  EXPECT_EQ(table.Recall(EventBy(7, 70)).exe, "/usr/bin/curl") << "it is still kept";
}

TEST(ProcessTable, NamesTheProgramThatAnEndedProcessRanLast) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  processes.Add(Describe(7, 70, "/usr/bin/bash"));
  table.Observe(EventBy(7));
  table.NoteExecuted({7, 70}, "/usr/bin/nc.openbsd", "nc 192.0.2.1 9");
  table.NoteExecuted({7, 99}, "/usr/bin/vi", "vi");
  table.NoteExecuted({8, 80}, "/usr/bin/vi", "vi");
  processes.End(7);
  EXPECT_EQ(table.Recall(EventBy(7, 70)).exe, "/usr/bin/nc.openbsd");
  EXPECT_EQ(table.Recall(EventBy(7, 70)).command_line, "nc 192.0.2.1 9");
  EXPECT_EQ(table.Recall(EventBy(7, 70)).user, "alice");
  EXPECT_EQ(table.Recall(EventBy(8, 80)).exe, "");
}

TEST(ProcessTable, KnowsACarrierThatEndedBeforeAnybodyCouldDescribeIt) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  processes.Add(Describe(7, 70, "/usr/bin/bash"));
  table.Observe(EventBy(7));
  platform::ProcessDescription ping = Describe(8, 80, "/usr/bin/ping");
  ping.user = "";
  table.Introduce(ping, {7, 70});
  EXPECT_EQ(table.Recall(EventBy(8, 80)).exe, "/usr/bin/ping");
  EXPECT_EQ(table.Recall(EventBy(8, 80)).user, "alice");
  EXPECT_EQ(table.Recall(EventBy(8, 80)).parents, std::vector<std::string>{"/usr/bin/bash"});
  table.Introduce(Describe(7, 70, "/usr/bin/vi"), {});
  processes.End(7);
  EXPECT_EQ(table.Recall(EventBy(7, 70)).exe, "/usr/bin/bash") << "what was described is known better";
}

TEST(ProcessTable, DoesNotTakeAReusedPidForTheOldProcess) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  processes.Add(Describe(7, 70, "/usr/bin/cp"));
  table.Observe(EventBy(7));
  processes.Add(Describe(7, 99, "/usr/bin/vi"));
  EXPECT_EQ(table.Recall(EventBy(7, 70)).exe, "/usr/bin/cp");
  EXPECT_FALSE(table.Runs({7, 70}));
  EXPECT_TRUE(table.Runs({7, 99}));
}

TEST(ProcessTable, FallsBackToTheOwnerOfTheFile) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes);
  EXPECT_EQ(table.Recall(EventBy(7)).user, "uid:1000");
  processes.Add(Describe(8, 80, "/usr/bin/cp"));
  table.Observe(EventBy(8));
  EXPECT_EQ(table.Recall(EventBy(7)).user, "alice") << "the name was learned from another process";
  EXPECT_EQ(table.Recall(EventBy(7)).exe, "");
}

TEST(ProcessTable, ForgetsTheProcessSeenLongestAgo) {
  platform::FakeProcessInfo processes;
  ProcessTable table(processes, 2);
  for (const std::int32_t pid : {1, 2, 3}) {
    processes.Add(Describe(pid, 10, "/usr/bin/cp"));
    table.Observe(EventBy(pid));
    processes.End(pid);
  }
  EXPECT_EQ(table.Recall(EventBy(1)).exe, "");
  EXPECT_EQ(table.Recall(EventBy(3)).exe, "/usr/bin/cp");
}

}  // namespace
}  // namespace vigie::agent::sensor
