#include "tests/unit/agent/new_files_fixture.h"

namespace vigie::agent::lineage {
namespace {

TEST_F(NewFilesTest, OpeningToWriteIsLetThroughAndNoReading) {
  Create(kAuthor, 1);
  mode = platform::OpenMode::kWrite;
  EXPECT_TRUE(Reads(kAuthor, 1));  // the open that makes it
  EXPECT_TRUE(files.Settle({.device = 1, .inode = 1}).empty());

  Create(kAuthor, 2);
  EXPECT_TRUE(Reads(kAuthor, 2));
  mode = platform::OpenMode::kUnknown;
  EXPECT_TRUE(Reads(kAuthor, 2));
  EXPECT_EQ(files.Settle({.device = 1, .inode = 2}).size(), 1U);
}

TEST_F(NewFilesTest, LetsTheAuthorThroughAndNobodyElse) {
  MakeAndClose(1);
  EXPECT_TRUE(Reads(kAuthor, 1));
  EXPECT_TRUE(Reads(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 2)) << "a file that nobody has seen made";
  EXPECT_FALSE(Reads(kOther, 1));
  EXPECT_FALSE(Reads(kAuthor, 1)) << "the other one may have written";
}

TEST_F(NewFilesTest, RemembersWhoReadUntilTheFileIsInspected) {
  MakeAndClose(1);
  EXPECT_TRUE(files.Settle({.device = 1, .inode = 1}).empty()) << "nobody has read it yet";
  MakeAndClose(2);
  Reads(kAuthor, 2);
  clock.Advance(seconds(1));
  Reads(kAuthor, 2);
  const auto readings = files.Settle({.device = 1, .inode = 2});
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].process.pid, kAuthor);
  EXPECT_EQ(readings[0].at, clock.Now() - seconds(1)) << "the first time";
  EXPECT_TRUE(files.Settle({.device = 1, .inode = 2}).empty()) << "once";
  EXPECT_FALSE(Reads(kAuthor, 2)) << "from now on it is judged";
}

TEST_F(NewFilesTest, AnotherProcessThatTheAuthorMadeMayHaveWrittenIntoIt) {
  Create(kAuthor, 1);
  clock.Advance(milliseconds(100));
  Fork(kAuthor);
  EXPECT_FALSE(Reads(kAuthor, 1));
  clock.Advance(milliseconds(100));
  files.NoteWritten(EventOf(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 1)) << "also after its close";
}

TEST_F(NewFilesTest, AForkBeforeAndOneAfterDoNotMatter) {
  Fork(kAuthor);
  clock.Advance(seconds(1));
  MakeAndClose(1);
  Fork(kAuthor);
  clock.Advance(seconds(1));
  EXPECT_TRUE(Reads(kAuthor, 1));
  Fork(kOther);
  EXPECT_TRUE(Reads(kAuthor, 1));
  clock.Advance(seconds(1));
  Fork(kAuthor);
  EXPECT_FALSE(Reads(kAuthor, 1)) << "it has been opened again since: for writing, perhaps";
}

TEST_F(NewFilesTest, AForkIsKnownAlsoIfTheMakingIsToldAfterIt) {
  births[1] = clock.Now();
  clock.Advance(milliseconds(100));
  Fork(kAuthor);
  files.NoteCreated(EventOf(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, WhoForksWithoutEndIsNotTrusted) {
  Create(kAuthor, 1);
  clock.Advance(seconds(1));
  for (int i = 0; i < 100; ++i) {
    Fork(kAuthor);
    clock.Advance(milliseconds(1));
  }
  clock.Advance(seconds(1));
  MakeAndClose(2);
  EXPECT_FALSE(Reads(kAuthor, 1));
  EXPECT_TRUE(Reads(kAuthor, 2));
}

TEST_F(NewFilesTest, WhereForksAreLostOrNotToldNobodyIsLetThrough) {
  MakeAndClose(1);
  caught_up = false;
  EXPECT_FALSE(Reads(kAuthor, 1));
  caught_up = true;
  files.NoteForksLost();
  EXPECT_FALSE(Reads(kAuthor, 1));
  clock.Advance(seconds(1));
  MakeAndClose(2);
  EXPECT_TRUE(Reads(kAuthor, 2));
}

TEST_F(NewFilesTest, ALinkMakesNobodyTheAuthor) {
  births[1] = clock.Now();
  clock.Advance(seconds(2));
  files.NoteCreated(EventOf(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 1)) << "a file from before";
  Create(kOther, 2);
  files.NoteCreated(EventOf(kAuthor, 2, "/home/link"));
  EXPECT_FALSE(Reads(kAuthor, 2));
  Create(kAuthor, 3);
  files.NoteCreated(EventOf(kAuthor, 3, "/home/link"));
  EXPECT_TRUE(Reads(kAuthor, 3)) << "its own";
}

TEST_F(NewFilesTest, WhoIsNotTrustedIsRememberedAllTheSame) {
  births[1] = clock.Now();
  auto unknown = EventOf(kOther, 1);
  unknown.process_handle = nullptr;  // he has ended
  files.NoteCreated(unknown);
  files.NoteCreated(EventOf(kAuthor, 1, "/home/link"));
  EXPECT_FALSE(Reads(kAuthor, 1)) << "a link to somebody else's";
  births[2] = clock.Now();
  files.NoteCreated(EventOf(kOther, 2), true);
  files.NoteCreated(EventOf(kAuthor, 2, "/home/link"));
  EXPECT_FALSE(Reads(kAuthor, 2)) << "made on a way out";
}

TEST_F(NewFilesTest, WhatGoesToAWayOutIsJudgedAtEachOpen) {
  Create(kAuthor, 1);
  files.NoteRenamed(EventOf(kAuthor, 1, "/home/Nextcloud/a"), true);
  EXPECT_FALSE(Reads(kAuthor, 1));
  Create(kAuthor, 2);
  files.NoteCreated(EventOf(kAuthor, 2, "/home/Nextcloud/link"), true);
  EXPECT_FALSE(Reads(kAuthor, 2));
}

TEST_F(NewFilesTest, AfterAGapNothingFromBeforeIsTrusted) {
  MakeAndClose(1);
  births[2] = clock.Now();
  files.NoteGap();
  EXPECT_FALSE(Reads(kAuthor, 1));
  files.NoteCreated(EventOf(kAuthor, 2));
  EXPECT_FALSE(Reads(kAuthor, 2)) << "its making was not seen in time";
  clock.Advance(seconds(1));
  Create(kAuthor, 3);
  EXPECT_TRUE(Reads(kAuthor, 3));
}

TEST_F(NewFilesTest, AFileFromTheFutureIsNotNew) {
  births[1] = clock.Now() + seconds(5);
  files.NoteCreated(EventOf(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, AForkThatIsToldAheadAndInItsTurnCountsOnce) {
  Create(kAuthor, 1);
  clock.Advance(seconds(1));
  files.NoteWritten(EventOf(kAuthor, 1));
  clock.Advance(seconds(1));
  for (int i = 0; i < 100; ++i) Fork(kAuthor);
  EXPECT_TRUE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, TrustsNobodyWhoseForkIsForgottenAmongMany) {
  Fork(kAuthor);
  for (int i = 0; i < 128; ++i) Fork(kOther);
  Create(kAuthor, 1);
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, AFileThatGotTheNumberOfOneThatIsGoneIsAnother) {
  MakeAndClose(1);
  Create(kOther, 1);
  EXPECT_FALSE(Reads(kAuthor, 1));
  EXPECT_FALSE(Reads(kOther, 1)) << "the author's open counts, too";
}

TEST_F(NewFilesTest, WhoHasEndedIsNoAuthorWhoeverGetsHisPid) {
  MakeAndClose(1);
  author->alive = false;
  EXPECT_FALSE(Reads(kAuthor, 1));
  author = std::make_shared<FakeHandle>();
  EXPECT_FALSE(Reads(kAuthor, 1));
  MakeAndClose(2);
  EXPECT_TRUE(Reads(kAuthor, 2));
}

TEST_F(NewFilesTest, SomebodyElsesCloseEndsTheTrust) {
  MakeAndClose(1);
  files.NoteWritten(EventOf(kOther, 1));
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, TrustEnds) {
  MakeAndClose(1);
  clock.Advance(seconds(20));
  EXPECT_FALSE(Reads(kAuthor, 1));
}

TEST_F(NewFilesTest, IsBoundedAndMakesRoom) {
  for (std::uint64_t inode = 1; inode <= 4; ++inode) Create(kAuthor, inode);
  EXPECT_TRUE(Reads(kAuthor, 1));
  EXPECT_FALSE(Reads(kAuthor, 4)) << "no room";
  clock.Advance(seconds(20));
  Create(kAuthor, 5);
  EXPECT_FALSE(Reads(kAuthor, 5)) << "what was read waits for its inspection";
  files.Settle({.device = 1, .inode = 1});
  clock.Advance(seconds(1));
  Create(kAuthor, 6);
  EXPECT_TRUE(Reads(kAuthor, 6));
}

TEST_F(NewFilesTest, KnowsTheLatestPath) {
  Create(kAuthor, 1);
  EXPECT_EQ(files.LatestPath({.device = 1, .inode = 1}), "");
  files.NoteCreated(EventOf(kAuthor, 1, "/home/link"));
  EXPECT_EQ(files.LatestPath({.device = 1, .inode = 1}), "/home/link");
  files.NoteRenamed(EventOf(kAuthor, 1, "/home/name"));
  EXPECT_EQ(files.LatestPath({.device = 1, .inode = 1}), "/home/name");
  EXPECT_EQ(files.LatestPath({.device = 1, .inode = 2}), "");
}

// A program that runs itself once more, and reads what that has made: `git clone` and `git index-pack`.

}  // namespace
}  // namespace vigie::agent::lineage
