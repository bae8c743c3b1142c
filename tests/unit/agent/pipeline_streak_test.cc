// Files that many are made of at once: what becomes of their verdicts, and who waits for them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "agent/lineage/open_streak.h"
#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kGit = 41;
constexpr std::int32_t kSearch = 42;
constexpr auto kAnotherTime = milliseconds(20);  // more than a tick of the clock of files

TEST(OpenStreak, GoesOnWhileOneProcessWaitsForFileAfterFile) {
  lineage::OpenStreak streak({.waits = 3, .gap = milliseconds(20), .pause = milliseconds(50)});
  base::SteadyTime now{};
  for (int i = 0; i < 2; ++i) streak.NoteWaited(kGit, now += milliseconds(15));
  EXPECT_FALSE(streak.GoesOn(now)) << "a compiler waits for two files";
  streak.NoteWaited(kGit, now += milliseconds(21));
  streak.NoteWaited(kGit, now += milliseconds(15));
  EXPECT_FALSE(streak.GoesOn(now)) << "it has begun anew";
  streak.NoteWaited(kGit, now += milliseconds(15));
  EXPECT_TRUE(streak.GoesOn(now + milliseconds(50)));
  EXPECT_FALSE(streak.GoesOn(now + milliseconds(51)));
  streak.NoteWaited(kGit, now += milliseconds(50));
  EXPECT_TRUE(streak.GoesOn(now)) << "those between were inspected ahead of him";
  streak.NoteWaited(kGit, now += milliseconds(51));
  EXPECT_FALSE(streak.GoesOn(now)) << "it begins anew";
}

TEST(OpenStreak, IsOfOneProcess) {
  lineage::OpenStreak streak({.waits = 2, .gap = milliseconds(20)});
  const base::SteadyTime now{};
  for (const std::int32_t pid : {kGit, kSearch, kGit, kSearch}) streak.NoteWaited(pid, now);
  EXPECT_FALSE(streak.GoesOn(now));
}

class NewFilesOfAClone : public ::testing::Test {
 protected:
  NewFilesOfAClone() {
    bench.AddProcess(kGit, "/usr/bin/git", "git clone URL");
    bench.AddProcess(kSearch, "/usr/bin/rg", "rg word");
  }
  base::FileDescriptor Content(const std::string& path) {
    auto file = bench.files.OpenForReading(path);
    EXPECT_TRUE(file);
    return *std::move(file);
  }
  // A new file, opened before anybody has inspected it.
  void OpenNew(std::int32_t pid) {
    const std::string path = "/home/new-" + std::to_string(++made_);
    bench.AddFile(path, "nothing");
    bench.Open(pid, path);
  }

  PipelineWorkbench bench;

 private:
  int made_ = 0;
};

TEST_F(NewFilesOfAClone, KeepTheVerdictOfAContentThatIsNamedDuringItsInspection) {
  bench.AddFile("/home/tmp_pack", "nothing");
  bench.inspector.Meanwhile([&] {
    std::this_thread::sleep_for(kAnotherTime);
    EXPECT_EQ(::fchmod(Content("/home/tmp_pack").get(), 0444), 0);
  });
  bench.CloseAfterWrite(kGit, "/home/tmp_pack");
  bench.Open(kSearch, "/home/tmp_pack");
  EXPECT_EQ(bench.inspector.inspections(), 1);
  EXPECT_FALSE(bench.IsMarked("/home/tmp_pack"));
}

// Its size stays.
void Overwrite(const base::FileDescriptor& content) {
  std::this_thread::sleep_for(kAnotherTime);
  std::fstream file("/proc/self/fd/" + std::to_string(content.get()), std::ios::in | std::ios::out);
  file << "N" << std::flush;
  EXPECT_TRUE(file.good());
}

// By somebody who closes it later, and sets the time of the content back meanwhile.
TEST_F(NewFilesOfAClone, AreInspectedAtTheNextClosingIfTheTimeOfTheContentIsNotThatOfTheChange) {
  bench.AddFile("/home/a.csv", "nothing");
  bench.inspector.Meanwhile([&] {
    const auto content = Content("/home/a.csv");
    struct stat before {};
    ASSERT_EQ(::fstat(content.get(), &before), 0);
    Overwrite(content);
    ASSERT_EQ(::futimens(content.get(), std::array{before.st_atim, before.st_mtim}.data()), 0);
  });
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  ASSERT_EQ(bench.inspector.inspections(), 1);
  bench.clock.SetNow(base::SystemClock().Now() + std::chrono::seconds(2));
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  EXPECT_EQ(bench.inspector.inspections(), 2);
}

TEST_F(NewFilesOfAClone, AreNotInspectedAtAClosingLongAfterTheyWereChanged) {
  bench.AddFile("/home/a.csv", "nothing");
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  Overwrite(Content("/home/a.csv"));
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  ASSERT_EQ(bench.inspector.inspections(), 2);
  bench.clock.SetNow(base::SystemClock().Now() + std::chrono::seconds(2));
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  EXPECT_EQ(bench.inspector.inspections(), 2);
}

TEST_F(NewFilesOfAClone, LoseTheirVerdictIfTheyAreWrittenToBeforeTheyAreRenamed) {
  bench.AddFile("/home/a.csv", "nothing");
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  const auto content = Content("/home/a.csv");
  bench.marks.Set(content, true);
  Overwrite(content);
  bench.Rename("/home/a.csv", "/home/b.csv");
  EXPECT_TRUE(bench.IsMarked("/home/a.csv")) << "whoever opens it waits for its inspection";
}

TEST_F(NewFilesOfAClone, AreInspectedAgainIfTheContentChangedMeanwhile) {
  bench.AddFile("/home/a.csv", "nothing");
  bench.inspector.Meanwhile([&] { Overwrite(Content("/home/a.csv")); });
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  bench.Open(kSearch, "/home/a.csv");
  EXPECT_EQ(bench.inspector.inspections(), 2);
}

TEST_F(NewFilesOfAClone, KeepTheMarkOfALaterClosingIfTheContentChangedMeanwhile) {
  bench.AddFile("/home/a.csv", "nothing");
  bench.inspector.Meanwhile([&] {
    const auto content = Content("/home/a.csv");
    Overwrite(content);
    bench.marks.Set(content, true);
  });
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  EXPECT_TRUE(bench.IsMarked("/home/a.csv"));
  bench.CloseAfterWrite(kGit, "/home/a.csv");
  EXPECT_FALSE(bench.IsMarked("/home/a.csv"));
}

TEST_F(NewFilesOfAClone, DoNotWaitForLeisureWhileSomebodyGoesThroughThem) {
  bench.AddFile("/home/first", "nothing");
  bench.CloseAfterWrite(kGit, "/home/first");
  ASSERT_EQ(bench.leisurely.inspections(), 1);
  OpenNew(kSearch);
  bench.AddFile("/home/second", "nothing");
  bench.CloseAfterWrite(kGit, "/home/second");
  ASSERT_EQ(bench.leisurely.inspections(), 2) << "one open is no streak";
  int at_leisure = 2;
  for (int round = 0; round < 200 && bench.leisurely.inspections() == at_leisure; ++round) {  // a busy machine ends one
    for (int i = 0; i < 8; ++i) OpenNew(kSearch);
    const std::string path = "/home/later-" + std::to_string(round);
    bench.AddFile(path, "nothing");
    const int before = bench.inspector.inspections();
    bench.CloseAfterWrite(kGit, path);
    ASSERT_EQ(bench.inspector.inspections(), before + 1);
    if (bench.leisurely.inspections() == at_leisure) return;
    at_leisure = bench.leisurely.inspections();
  }
  FAIL() << "never inspected promptly";
}

TEST_F(NewFilesOfAClone, AreNotInspectedTwiceAtOnce) {
  bench.AddFile("/home/b.csv", "customers 0 39");
  const auto content = Content("/home/b.csv");
  const platform::FileIdentity file = bench.files.Status(content)->identity;
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  EXPECT_FALSE(bench.inspection.AwaitOther(file, soon)) << "nobody inspects it";
  std::future<std::optional<inspect::Assessment>> other;
  bench.inspector.Meanwhile([&] {
    std::atomic<bool> runs = false;
    other = std::async(std::launch::async, [&] {
      runs = true;
      runs.notify_one();
      return bench.inspection.AwaitOther(file, soon);
    });
    runs.wait(false);
    EXPECT_EQ(other.wait_for(milliseconds(500)), std::future_status::timeout) << "it waits";
  });
  const auto one = bench.inspection.Inspect({content, file, "/home/b.csv"}, soon);
  const auto same = other.get();
  ASSERT_TRUE(same);
  EXPECT_EQ(same->standing, inspect::Standing::kSensitive);
  EXPECT_EQ(same->inspection.customers().distinct(), one.inspection.customers().distinct());
  EXPECT_EQ(bench.inspector.inspections(), 1);
  EXPECT_FALSE(bench.inspection.AwaitOther(file, soon)) << "it is over";
}

// An archive that is still being inspected at leisure when somebody opens it: he need not begin anew.
TEST_F(NewFilesOfAClone, AreWaitedForIfTheyAreLargeWhileTheyAreInspectedAtLeisure) {
  bench.AddFile("/home/pack", "customers 0 39");
  const auto content = Content("/home/pack");
  platform::FileIdentity file = bench.files.Status(content)->identity;
  file.bytes = 1'000'000'000;  // ten seconds' work
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  std::future<std::optional<inspect::Assessment>> other;
  bench.inspector.Meanwhile([&] {
    other = std::async(std::launch::async, [&] { return bench.inspection.AwaitOther(file, soon); });
    EXPECT_EQ(other.wait_for(milliseconds(500)), std::future_status::timeout) << "it waits";
  });
  bench.inspection.InspectAtLeisure({content, file, "/home/pack"}, soon);
  const auto same = other.get();
  ASSERT_TRUE(same);
  EXPECT_EQ(same->inspection.customers().distinct(), 40U);
  file.bytes = 2'000'000;
  bench.inspector.Meanwhile(
      [&] { EXPECT_FALSE(bench.inspection.AwaitOther(file, soon)) << "his own inspection would have taken 20 ms"; });
  bench.inspection.InspectAtLeisure({content, file, "/home/pack"}, soon);
}

// Those who wait do not stand behind what is inspected ahead of them, on a machine that leaves nothing for it.
TEST_F(NewFilesOfAClone, AreWaitedForAsLongAsAnInspectionTakesWhileTheyAreInspectedAhead) {
  bench.AddFile("/home/d.csv", "customers 0 39");
  const auto content = Content("/home/d.csv");
  platform::FileIdentity file = bench.files.Status(content)->identity;
  file.bytes = 1'000'000'000;
  LeisurelyInspector ahead(bench.inspector);
  inspect::InspectionStage stage({bench.inspector, ahead, bench.leisurely}, *bench.verdicts, *bench.derived);
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  std::future<std::optional<inspect::Assessment>> other;
  bench.inspector.Meanwhile([&] {
    other = std::async(std::launch::async, [&] { return stage.AwaitOther(file, soon); });
    EXPECT_EQ(other.wait_for(milliseconds(500)), std::future_status::timeout) << "it waits";
  });
  stage.InspectPromptly({content, file, "/home/d.csv"}, soon);
  ASSERT_TRUE(other.get());
  file.bytes = 1000;
  bench.inspector.Meanwhile(
      [&] { EXPECT_FALSE(stage.AwaitOther(file, soon)) << "his own takes less than a millisecond"; });
  stage.InspectPromptly({content, file, "/home/d.csv"}, soon);
  EXPECT_FALSE(soon.expired());
  EXPECT_EQ(ahead.inspections(), 2);
}

TEST_F(NewFilesOfAClone, AreInspectedAtLeisureOnceMoreIfSomebodyWaitedAndTheyAreClean) {
  OpenNew(kSearch);
  ASSERT_TRUE(bench.pipeline.HasContentsToLearn());
  EXPECT_TRUE(bench.pipeline.LearnOneContent());
  EXPECT_EQ(bench.leisurely.inspections(), 1);
  EXPECT_FALSE(bench.pipeline.LearnOneContent());
  bench.AddFile("/home/of-customers", "customers 0 39");
  bench.Open(kSearch, "/home/of-customers");
  EXPECT_FALSE(bench.pipeline.HasContentsToLearn());
  bench.AddFile("/home/changed", "nothing");
  bench.Open(kSearch, "/home/changed");
  Overwrite(Content("/home/changed"));
  EXPECT_TRUE(bench.pipeline.LearnOneContent());
  EXPECT_EQ(bench.leisurely.inspections(), 1) << "its closing is told";
}

TEST_F(NewFilesOfAClone, StayKnownIfTheInspectionAtLeisureIsCutShort) {
  bench.AddFile("/home/calm", "nothing");
  bench.Open(kSearch, "/home/calm");
  bench.inspector.Say(bench.files.Status(Content("/home/calm"))->identity.inode, "slow");
  EXPECT_TRUE(bench.pipeline.LearnOneContent());
  EXPECT_EQ(bench.leisurely.inspections(), 1);
  EXPECT_FALSE(bench.IsMarked("/home/calm"));
}

TEST_F(NewFilesOfAClone, AreNotJudgedByAnInspectionThatWasCutShort) {
  bench.AddFile("/home/c.csv", "slow");
  const auto content = Content("/home/c.csv");
  const platform::FileIdentity file = bench.files.Status(content)->identity;
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  std::future<std::optional<inspect::Assessment>> other;
  bench.inspector.Meanwhile([&] {
    other = std::async(std::launch::async, [&] { return bench.inspection.AwaitOther(file, soon); });
    EXPECT_FALSE(bench.inspection.AwaitOther(file, base::Deadline::After(milliseconds(1)))) << "no longer than that";
  });
  EXPECT_EQ(bench.inspection.Inspect({content, file, "/home/c.csv"}, soon).standing, inspect::Standing::kUnknown);
  EXPECT_FALSE(other.get());
}

TEST_F(NewFilesOfAClone, AreInspectedOnceEachIfTwoShareThemAndAreHandledInTheirOrder) {
  bench.AttachMedium("/media/stick");
  bench.AddProcess(kSearch + 1, "/usr/bin/cp", "cp a b");
  std::vector<platform::FileEvent> events;
  for (int i = 0; i < 16; ++i) {
    const std::string path = "/home/made-" + std::to_string(i);
    bench.AddFile(path, i % 2 == 0 ? "customers 0 39" : "nothing");
    events.push_back(bench.Closed(kGit, path));
  }
  bench.pipeline.HandleEvents(std::move(events));
  EXPECT_EQ(bench.inspector.inspections(), 16);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(bench.IsMarked("/home/made-" + std::to_string(i)), i % 2 == 0) << i;
  std::vector<std::string> paths;
  for (const v1::Event& event : bench.Told()) paths.push_back(event.activity().file().path());
  EXPECT_EQ(paths, (std::vector<std::string>{"/home/made-0", "/home/made-2", "/home/made-4", "/home/made-6",
                                             "/home/made-8", "/home/made-10", "/home/made-12", "/home/made-14"}));
}

TEST_F(NewFilesOfAClone, AreLeftAtAStop) {
  std::vector<platform::FileEvent> events;
  for (const char* path : {"/home/one", "/home/two"}) {
    bench.AddFile(path, "nothing");
    events.push_back(bench.Closed(kGit, path));
  }
  std::stop_source stopped;
  stopped.request_stop();
  bench.pipeline.HandleEvents(std::move(events), stopped.get_token());
  EXPECT_EQ(bench.inspector.inspections(), 0);
}

// `parent` has a child that runs `program`.
constexpr platform::ProcessId kChild{50, 500};
void BeginChild(PipelineWorkbench& bench, std::int32_t parent, const std::string& program) {
  bench.AddProcess(kChild.pid, "/usr/bin/" + program, program);
  bench.new_files.NoteForked(
      {.parent = {parent, static_cast<std::uint64_t>(parent) * 10}, .child = kChild, .at = bench.clock.Now()});
  bench.new_files.NoteExecuted(kChild.pid, program);
}

// Which makes the file.
void MakeByChild(PipelineWorkbench& bench, std::int32_t parent, const std::string& program, const std::string& path) {
  BeginChild(bench, parent, program);
  bench.AddFile(path, "customers 0 39");
  ASSERT_TRUE(bench.MakeAndReadBack(kChild.pid, path));
}

TEST_F(NewFilesOfAClone, AreReadAtOnceByTheProgramWhoseChildMadeThemAndToldAfterwards) {
  bench.AttachMedium("/media/stick");
  bench.AddFile("/media/stick/pack", "");
  MakeByChild(bench, kGit, "git", "/home/pack");
  EXPECT_EQ(bench.Open(kGit, "/home/pack"), platform::Answer::kAllow);
  EXPECT_EQ(bench.inspector.inspections(), 0);
  EXPECT_TRUE(bench.Told().empty());
  bench.CloseAfterWrite(kChild.pid, "/home/pack");
  int told = 0;
  for (const v1::Event& event : bench.Told()) {
    if (event.activity().process().pid() != kGit) continue;
    ++told;
    EXPECT_EQ(event.inspection().customers().distinct(), 40U);
    EXPECT_TRUE(event.late());
  }
  EXPECT_EQ(told, 1);
  EXPECT_EQ(bench.Open(kGit, "/media/stick/pack", platform::OpenMode::kWrite), platform::Answer::kDeny) << "it carries";
}

TEST_F(NewFilesOfAClone, AreInspectedBeforeAParentReadsThemWhoseChildCarriesWhatItDoesNot) {
  bench.AddProcess(kSearch + 1, "/usr/bin/cp", "cp list copy");
  bench.AddFile("/home/list", "customers 0 39");
  BeginChild(bench, kSearch + 1, "cp");
  bench.Open(kChild.pid, "/home/list");
  ASSERT_TRUE(bench.carriers.Carries(kChild));
  bench.AddFile("/home/copy", "customers 0 39");
  ASSERT_TRUE(bench.MakeAndReadBack(kChild.pid, "/home/copy"));
  const int before = bench.inspector.inspections();
  bench.Open(kSearch + 1, "/home/copy");
  EXPECT_EQ(bench.inspector.inspections(), before + 1);
  EXPECT_TRUE(bench.carriers.Carries({kSearch + 1, (kSearch + 1) * 10}));
}

TEST_F(NewFilesOfAClone, OfAnotherProgramAreInspectedBeforeAnybodyReadsThem) {
  bench.AddProcess(kSearch + 1, "/usr/bin/python3", "python3 upload.py");
  MakeByChild(bench, kSearch + 1, "curl", "/home/export.csv");
  bench.Open(kSearch + 1, "/home/export.csv");
  EXPECT_EQ(bench.inspector.inspections(), 1);
  EXPECT_EQ(bench.ToldOnce().activity().process().pid(), kSearch + 1);
}

}  // namespace
}  // namespace vigie::agent
