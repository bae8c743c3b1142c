#include "tests/unit/agent/new_files_fixture.h"

namespace vigie::agent::lineage {
namespace {

class NewFilesOfAChild : public NewFilesTest {
 protected:
  void Begin(std::string_view program, std::int32_t parent = kParent) {
    files.NoteForked({.parent = {parent, 70}, .child = {kAuthor, 80}, .at = clock.Now()});
    clock.Advance(milliseconds(100));
    if (!program.empty()) files.NoteExecuted(kAuthor, program);
    clock.Advance(milliseconds(100));
  }
  bool ParentReads(std::uint64_t inode, std::string_view program = "git", platform::ProcessId parent = {kParent, 70}) {
    const auto opening = EventOf(parent.pid, inode);
    if (files.LetThrough(opening)) return true;
    return files.ChildThatMade(opening.file, parent.pid) && files.LetParentThrough({opening, parent, program, mode});
  }

  static constexpr std::int32_t kParent = 6;
};

TEST_F(NewFilesOfAChild, AreReadByItsParentWhoRunsTheSameProgram) {
  Begin("git");
  MakeAndClose(1);
  author->alive = false;  // it has done its work
  EXPECT_TRUE(ParentReads(1));
  EXPECT_TRUE(ParentReads(1));
  EXPECT_FALSE(Reads(kOther, 1));
  EXPECT_FALSE(ParentReads(1)) << "the other one may have written";
}

TEST_F(NewFilesOfAChild, KeepNoDescriptorOfTheParent) {
  Begin("git");
  MakeAndClose(1);
  const auto before = other.use_count();
  EXPECT_TRUE(ParentReads(1));
  EXPECT_EQ(other.use_count(), before);
}

TEST_F(NewFilesOfAChild, AreToldOfBothWhoReadThem) {
  Begin("git");
  MakeAndClose(1);
  EXPECT_TRUE(Reads(kAuthor, 1));
  clock.Advance(seconds(1));
  EXPECT_TRUE(ParentReads(1));
  const auto readings = files.Settle({.device = 1, .inode = 1});
  ASSERT_EQ(readings.size(), 2U);
  EXPECT_EQ(readings[0].process.pid, kAuthor);
  EXPECT_EQ(readings[1].process, (platform::ProcessId{kParent, 70}));
  EXPECT_FALSE(ParentReads(1)) << "from now on it is judged";
}

TEST_F(NewFilesOfAChild, AreJudgedIfItsParentIsAnotherProgram) {
  Begin("curl");
  MakeAndClose(1);
  EXPECT_FALSE(ParentReads(1, "upload.py"));
  EXPECT_FALSE(ParentReads(1, "curl")) << "once refused, for good";
}

TEST_F(NewFilesOfAChild, AreJudgedWhileForksOrItsProgramAreNotKnownAndAfterAWhile) {
  Begin("");
  MakeAndClose(1);
  EXPECT_FALSE(ParentReads(1, ""));
  files.NoteExecuted(kAuthor, "git");
  MakeAndClose(2);
  MakeAndClose(3);
  caught_up = false;
  EXPECT_FALSE(ParentReads(2));
  caught_up = true;
  clock.Advance(seconds(9));
  EXPECT_FALSE(ParentReads(3));
}

TEST_F(NewFilesOfAChild, AreReadByItsParentThoughItsBeginningIsToldLate) {
  const platform::ProcessForked fork{.parent = {kParent, 70}, .child = {kAuthor, 80}, .at = clock.Now()};
  MakeAndClose(1);
  caught_up_forks = {fork};
  files.NoteExecuted(kAuthor, "git");
  EXPECT_TRUE(ParentReads(1));
}

TEST_F(NewFilesOfAChild, AreJudgedIfAnotherChildGotItsNumberLater) {
  MakeAndClose(1);
  files.NoteForked({.parent = {kParent, 70}, .child = {kAuthor, 99}, .at = clock.Now()});
  files.NoteExecuted(kAuthor, "git");
  EXPECT_FALSE(ParentReads(1));
}

TEST_F(NewFilesOfAChild, AreNobodysAfterAnotherOpenedThemWhileForksMayBeMissing) {
  MakeAndClose(1);
  caught_up = false;
  EXPECT_FALSE(Reads(kOther, 1));
  caught_up = true;
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesOfAChild, AreJudgedIfItRunsAnotherProgramLater) {
  Begin("git");
  Create(kAuthor, 1);
  files.NoteExecuted(kAuthor, "git");  // with the file open, for what is known
  clock.Advance(seconds(1));
  files.NoteWritten(EventOf(kAuthor, 1));
  EXPECT_FALSE(ParentReads(1));
}

TEST_F(NewFilesOfAChild, AreJudgedIfItsParentWritesIntoThem) {
  Begin("git");
  MakeAndClose(1);
  mode = platform::OpenMode::kWrite;
  EXPECT_FALSE(ParentReads(1));
  mode = platform::OpenMode::kRead;
  EXPECT_FALSE(ParentReads(1));
}

// While it is still empty nobody asks further.
TEST_F(NewFilesOfAChild, AreNobodysAfterItsParentOpenedThemToWrite) {
  Begin("git");
  Create(kAuthor, 1);
  mode = platform::OpenMode::kWrite;
  EXPECT_FALSE(files.LetThrough(EventOf(kParent, 1)));
  mode = platform::OpenMode::kRead;
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesOfAChild, AreNobodysAfterItsParentWasRefusedWhatItCarries) {
  Begin("git");
  MakeAndClose(1);
  const auto opening = EventOf(kParent, 1);
  const platform::ProcessId parent{kParent, 70};
  EXPECT_FALSE(files.LetParentThrough({opening, parent, "git", mode, true}));
  EXPECT_FALSE(files.LetParentThrough({opening, parent, "git", mode, false}));
}

TEST_F(NewFilesOfAChild, AreJudgedIfAnotherProcessHasItsParentsNumber) {
  Begin("git");
  MakeAndClose(1);
  EXPECT_FALSE(ParentReads(1, "git", {kParent, 71}));
}

TEST_F(NewFilesOfAChild, AreJudgedIfItMadeAnotherProcessMeanwhile) {
  Begin("git");
  Create(kAuthor, 1);
  Fork(kAuthor);
  clock.Advance(seconds(1));
  files.NoteWritten(EventOf(kAuthor, 1));
  EXPECT_FALSE(ParentReads(1));
}

}  // namespace
}  // namespace vigie::agent::lineage
