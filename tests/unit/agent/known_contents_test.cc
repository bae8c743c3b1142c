#include "agent/inspect/known_contents.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "platform/base/file_reading.h"
#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent::inspect {
namespace {

// Says of a content what its first word is.
class WordInspector final : public inspection::ContentInspector {
 public:
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline /*deadline*/) override {
    ++inspections;
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    std::string text(64, '\0');
    text.resize(*base::ReadAt(content, 0, text));
    if (text.starts_with("customers")) return CustomersFound(0, 9);
    v1::Inspection inspection;
    inspection.set_evaluated(text.starts_with("partial") ? v1::EVALUATED_PARTIAL : v1::EVALUATED_FULL);
    if (text.starts_with("partial")) inspection.add_reasons(v1::REASON_TIMED_OUT);
    if (text.starts_with("author")) inspection.add_classes()->set_class_("email_address");
    return inspection;
  }
  int inspections = 0;
  std::function<void()> meanwhile;
};

class KnownContentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!base::ReadCached(File("a"), 1)) GTEST_SKIP() << "this file system cannot tell what is in memory";
  }
  static base::FileDescriptor Open(const std::string& path) {
    return base::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  // A real file: what is in memory of others nobody can tell.
  base::FileDescriptor File(const std::string& text) {
    const std::string path = directory.path() + "/file-" + std::to_string(++files_made_);
    std::ofstream(path) << text;
    return Open(path);
  }
  v1::Inspection Inspect(const base::FileDescriptor& file) {
    return contents.Inspect(file, base::Deadline::After(std::chrono::minutes(1)));
  }
  int InspectionsOfTwo(const std::string& text) {
    const int before = inspector.inspections;
    (void)Inspect(File(text));
    (void)Inspect(File(text));
    return inspector.inspections - before;
  }

  TemporaryDirectory directory;
  const seal::HostKey key = *seal::HostKey::Make();
  std::unique_ptr<VerdictIndex> index = *VerdictIndex::Open(directory.path() + "/contents.db", key, {.version = "1"});
  WordInspector inspector;
  Familiarity familiarity;
  KnownContents contents{inspector, *index, key, familiarity};
  KnownContents waited_for{inspector, *index, key, familiarity, true};

 private:
  int files_made_ = 0;
};

TEST_F(KnownContentsTest, AreInspectedOnceWhateverFileTheyAreIn) {
  EXPECT_EQ(InspectionsOfTwo("nothing at all"), 1);
  const auto author = Inspect(File("author"));
  EXPECT_EQ(Inspect(File("author")).SerializeAsString(), author.SerializeAsString());
  EXPECT_EQ(inspector.inspections, 2);
  (void)Inspect(File("nothing at al!"));
  EXPECT_EQ(inspector.inspections, 3);
}

TEST_F(KnownContentsTest, AreKnownAfterARestartToTheSameKeyOnly) {
  (void)Inspect(File("nothing"));
  index->Flush();
  index = *VerdictIndex::Open(directory.path() + "/contents.db", key, {.version = "1"});
  KnownContents again(inspector, *index, key, familiarity);
  (void)again.Inspect(File("nothing"), base::Deadline::After(std::chrono::minutes(1)));
  EXPECT_EQ(inspector.inspections, 1);
  KnownContents of_another(inspector, *index, *seal::HostKey::Make(), familiarity);
  (void)of_another.Inspect(File("nothing"), base::Deadline::After(std::chrono::minutes(1)));
  EXPECT_EQ(inspector.inspections, 2);
}

TEST_F(KnownContentsTest, AreInspectedAgainByOtherDetectors) {
  (void)Inspect(File("nothing"));
  index->UseVersion("2");
  (void)Inspect(File("nothing"));
  EXPECT_EQ(inspector.inspections, 2);
}

// What the old ones found says nothing about the new ones, when they come during an inspection.
TEST_F(KnownContentsTest, AreNotThoseThatWereInspectedWhileTheDetectorsChanged) {
  inspector.meanwhile = [this] {
    index->LeaveVersionFor("other");
    index->UseVersion("2");
  };
  EXPECT_EQ(InspectionsOfTwo("nothing"), 2);
  inspector.meanwhile = [this] {
    index->LeaveVersionFor("other");
    index->UseVersion("2");
  };
  EXPECT_EQ(InspectionsOfTwo("nothing more"), 2) << "even if they are the same again";
  EXPECT_EQ(InspectionsOfTwo("nothing at all"), 1);
}

TEST_F(KnownContentsTest, AreNotThoseOfCustomersNorThoseThatWereNotReadToTheirEnd) {
  EXPECT_EQ(InspectionsOfTwo("customers"), 2);
  EXPECT_EQ(InspectionsOfTwo("partial"), 2);
}

TEST_F(KnownContentsTest, AreNotLargeOnesNorEmptyOnes) {
  EXPECT_EQ(InspectionsOfTwo(std::string((128 << 10) + 1, 'a')), 2);
  EXPECT_EQ(InspectionsOfTwo(""), 2);
  EXPECT_EQ(InspectionsOfTwo(std::string(128 << 10, 'a')), 1);
}

// Whoever exchanges what is in a file while it is inspected must not have customers known as clean.
TEST_F(KnownContentsTest, AreThoseThatWereInspected) {
  const std::string path = directory.path() + "/exchanged";
  std::ofstream(path) << "customers of ours";
  const auto file = Open(path);
  inspector.meanwhile = [&] { std::ofstream(path) << "nothing of theirs"; };
  EXPECT_EQ(Inspect(file).customers().distinct(), 10U) << "the bytes of which the digest is";
  EXPECT_EQ(Inspect(File("customers of ours")).customers().distinct(), 10U);
}

// The inspector sees the file itself, not a copy that was made before.
TEST_F(KnownContentsTest, DelayNobodyWhoWaitsWhileAllIsNew) {
  const std::string path = directory.path() + "/exchanged";
  std::ofstream(path) << "customers of ours";
  const auto file = Open(path);
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  inspector.meanwhile = [&] { std::ofstream(path) << "nothing of theirs"; };
  EXPECT_EQ(waited_for.Inspect(file, soon).customers().distinct(), 0U);
  (void)waited_for.Inspect(file, soon);
  EXPECT_EQ(inspector.inspections, 2) << "no digest is taken, nothing known by one";
  EXPECT_EQ(InspectionsOfTwo("nothing of theirs"), 1) << "nor was it kept by one";
}

TEST_F(KnownContentsTest, AreLookedUpForThoseWhoWaitWhileMostAreKnown) {
  const auto soon = base::Deadline::After(std::chrono::minutes(1));
  EXPECT_EQ(InspectionsOfTwo("nothing"), 1);
  (void)waited_for.Inspect(File("nothing"), soon);
  EXPECT_EQ(inspector.inspections, 1);
  for (int i = 0; i < 16; ++i) (void)Inspect(File("new " + std::to_string(i)));
  (void)waited_for.Inspect(File("nothing"), soon);
  EXPECT_EQ(inspector.inspections, 18) << "what comes now is new";
}

TEST_F(KnownContentsTest, AreReadWholeOrNotAtAll) {
  EXPECT_EQ(base::ReadCached(File("nothing"), 7), "nothing");
  EXPECT_FALSE(base::ReadCached(File("nothing"), 6));
  const std::string long_text(300'000, 'a');
  EXPECT_EQ(base::ReadCached(File(long_text), 300'000), long_text);
  EXPECT_FALSE(base::ReadCached(File(long_text), 299'999));
  EXPECT_EQ(base::ReadCached(File(""), 6), "");
}

}  // namespace
}  // namespace vigie::agent::inspect
