// The converter of the real vigie-inspector: real tools in their real sandbox, and what becomes of it when the pool
// kills its inspector.
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/inspection/inspector_pool.h"
#include "platform/linux/linux_platform.h"
#include "platform/memory_file.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/compound_writing.h"
#include "tests/unit/core_content/pdf_writing.h"

namespace vigie::inspection {
namespace {

using content::MakePdf;
using content::MakeXls;
using content::MakeZip;
using ::testing::ElementsAre;

base::Deadline Within(int seconds) {
  return base::Deadline::After(std::chrono::seconds(seconds));
}

std::vector<std::int32_t> ChildrenOf(std::int32_t pid) {
  std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  std::vector<std::int32_t> children;
  for (std::int32_t child = 0; list >> child;) children.push_back(child);
  return children;
}

bool IsGone(std::int32_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  return text.empty() || text.find(") Z") != std::string::npos;
}

class ConverterProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* tool : {"/usr/bin/pdftotext", "/usr/bin/xls2csv"}) {
      if (::access(tool, X_OK) != 0) GTEST_SKIP() << tool << " is not installed";
    }
    const char* const directory = std::getenv("VIGIE_BIN_DIR");
    auto pool =
        InspectorPool::Create({.executable = std::string(directory == nullptr ? "bin" : directory) + "/vigie-inspector",
                               .processes = 1,
                               .indexes = {},
                               .budget = budget_,
                               .on_worker_started = [this](std::int32_t pid) { inspector_ = pid; }},
                              *launcher_, *files_);
    ASSERT_TRUE(pool) << pool.error().message;
    pool_ = *std::move(pool);
  }

  v1::Inspection Inspect(const std::string& bytes, int seconds = 30) {
    const auto file = platform::MakeMemoryFile(bytes);
    return pool_->Inspect(*file, Within(seconds));
  }

  v1::InspectionBudget budget_;
  std::atomic<std::int32_t> inspector_ = 0;
  std::unique_ptr<platform::WorkerLauncher> launcher_ = platform::MakeWorkerLauncher();
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  std::unique_ptr<InspectorPool> pool_;
};

TEST_F(ConverterProcessTest, ReadsThePagesOfAPdf) {
  const auto pdf = MakePdf({"Jean Dupont   jean.dupont@example.com", "second@example.com"});
  for (const auto& bytes : {pdf, MakeZip({{"letter", pdf}})}) {
    const auto inspection = Inspect(bytes);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
    ASSERT_EQ(inspection.classes_size(), 1);
    EXPECT_EQ(inspection.classes(0).distinct(), 2U);
  }
  EXPECT_EQ(pool_->counts().restarts, 0U);
}

TEST_F(ConverterProcessTest, ReadsAPdfWithObjectStreamsLikeThoseOfToday) {
  const auto pdf = MakePdf({"page@example.com"}, "",
                           content::PdfStream("/Type/ObjStm/N 1/First 4", "9 0 <</Title(title@example.com)>>"));
  const auto inspection = Inspect(pdf);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  ASSERT_EQ(inspection.classes_size(), 1);
  EXPECT_EQ(inspection.classes(0).distinct(), 2U);
}

// Draws a page of text as a picture with poppler's own pdftoppm.
std::string Drawn(const std::string& pdf, const std::string& format) {
  const auto file = platform::MakeMemoryFile(pdf);
  const auto command = "/usr/bin/pdftoppm -r 150 " + format + " /proc/" + std::to_string(::getpid()) + "/fd/" +
                       std::to_string(file->get());
  std::string picture;
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 4096> chunk;
  while (const auto count = ::fread(chunk.data(), 1, chunk.size(), output.get())) picture.append(chunk.data(), count);
  return picture;
}

// A page that shows a picture and no text.
std::string Scanned(const std::string& pdf) {
  const auto jpeg = Drawn(pdf, "-jpeg");
  const auto content = std::string("q 612 0 0 792 0 0 cm /I Do Q");
  return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 "
         "obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 "
         "R>>>>>>endobj\n4 "
         "0 obj<</Length " +
         std::to_string(content.size()) + ">>stream\n" + content +
         "\nendstream endobj\n5 0 obj<</Type/XObject/Subtype/Image/Width 1275/Height 1650/ColorSpace/DeviceRGB"
         "/BitsPerComponent 8/Filter/DCTDecode/Length " +
         std::to_string(jpeg.size()) + ">>stream\n" + jpeg + "\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
}

class OcrTest : public ConverterProcessTest {
 protected:
  void SetUp() override {
    for (const auto* tool : {"/usr/bin/pdftoppm", "/usr/bin/tesseract"}) {
      if (::access(tool, X_OK) != 0) GTEST_SKIP() << tool << " is not installed";
    }
    budget_.set_milliseconds(100'000);
    budget_.set_ocr(true);
    ConverterProcessTest::SetUp();
  }
};

TEST_F(OcrTest, ReadsTheTextOfPicturesAndOfScannedPages) {
  const auto pdf =
      MakePdf({"Customers of the north\n\nMartin   Acme   0639980123\n\nDupont   Globex   FR76 3000 6000 0112 "
               "3456 7890 189"});
  for (const auto& bytes : {Drawn(pdf, "-png"), Drawn(pdf, "-jpeg"), Scanned(pdf), MakeZip({{"scan", Scanned(pdf)}})}) {
    const auto inspection = Inspect(bytes, 100);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
    ASSERT_EQ(inspection.classes_size(), 2) << inspection.media_type() << inspection.reasons_size();
    EXPECT_EQ(inspection.classes(0).class_(), "iban");
    EXPECT_EQ(inspection.classes(1).class_(), "phone_number");
  }
  EXPECT_EQ(pool_->counts().restarts, 0U);
}

TEST_F(OcrTest, APictureThatCannotBeReadIsUnsupported) {
  const auto inspection = Inspect(Drawn(MakePdf({"a"}), "-png").substr(0, 2000), 100);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(ConverterProcessTest, LeavesPicturesAloneUnlessAsked) {
  if (::access("/usr/bin/pdftoppm", X_OK) != 0) GTEST_SKIP() << "pdftoppm is not installed";
  for (const auto& bytes : {Drawn(MakePdf({"0639980123"}), "-png"), Scanned(MakePdf({"0639980123"}))}) {
    const auto inspection = Inspect(bytes);
    EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_UNSUPPORTED));
    EXPECT_EQ(inspection.classes_size(), 0);
  }
}

TEST_F(ConverterProcessTest, ReadsTheCellsOfAnOldSheet) {
  const auto xls = MakeXls("Jean Dupont", "jean.dupont@example.com");
  for (const auto& bytes : {xls, MakeZip({{"old", xls}})}) {
    const auto inspection = Inspect(bytes);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_UNSUPPORTED)) << inspection.ShortDebugString();
    ASSERT_EQ(inspection.classes_size(), 1);
    EXPECT_EQ(inspection.classes(0).matches(), 1U);
  }
}

TEST_F(ConverterProcessTest, AToolThatCrashesOrRefusesIsAReason) {
  // Every tool of catdoc dies or complains on a stream that is none.
  for (const auto* stream : {"Workbook", "WordDocument", "PowerPoint Document"}) {
    const auto inspection = Inspect(content::MakeCompoundFile(stream, std::string(9000, '\xee')));
    EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL) << stream;
  }
  const auto broken = Inspect("%PDF-1.7\nnothing that is a PDF\n\x01\x02");
  EXPECT_NE(broken.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Inspect(MakePdf({"ann@example.com"})).evaluated(), v1::EVALUATED_FULL) << "the converter lives on";
  EXPECT_EQ(pool_->counts().restarts, 0U);
}

TEST_F(ConverterProcessTest, DamagedPdfsGetAnAnswer) {
  const auto whole = MakePdf({"ann@example.com", "bob@example.com"});
  for (std::size_t size = 10; size < whole.size(); size += 60) {
    const auto inspection = Inspect(whole.substr(0, size));
    const bool saw_both = inspection.classes_size() == 1 && inspection.classes(0).distinct() == 2;
    EXPECT_TRUE(saw_both || inspection.evaluated() != v1::EVALUATED_FULL) << size << inspection.ShortDebugString();
  }
  EXPECT_EQ(pool_->counts().restarts, 0U);
}

TEST_F(ConverterProcessTest, HasNoPrivilegeAndNoNetwork) {
  (void)Inspect("warm up");
  const auto converters = ChildrenOf(inspector_.load());
  ASSERT_EQ(converters.size(), 1U);
  std::ifstream status("/proc/" + std::to_string(converters[0]) + "/status");
  const std::string text((std::istreambuf_iterator<char>(status)), std::istreambuf_iterator<char>());
  for (const auto* line : {"\nCapEff:\t0000000000000000\n", "\nCapBnd:\t0000000000000000\n", "\nNoNewPrivs:\t1\n"}) {
    if (::geteuid() != 0 && std::string(line).find("CapBnd") != std::string::npos) continue;
    EXPECT_THAT(text, ::testing::HasSubstr(line));
  }
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("\nUid:\t0")));
}

TEST_F(ConverterProcessTest, DiesWithItsInspector) {
  (void)Inspect("warm up");
  const auto converters = ChildrenOf(inspector_.load());
  ASSERT_EQ(converters.size(), 1U);
  ::kill(inspector_.load(), SIGKILL);
  const auto deadline = Within(20);
  while (!IsGone(converters[0]) && deadline.remaining().count() > 0) std::this_thread::yield();
  EXPECT_TRUE(IsGone(converters[0])) << "an orphan is left";
  EXPECT_EQ(Inspect(MakePdf({"ann@example.com"})).evaluated(), v1::EVALUATED_FULL) << "the next one has its own";
}

TEST_F(ConverterProcessTest, LeavesNoToolBehindWhenTheInspectorDiesInTheMiddle) {
  std::vector<std::string> pages(4000, "ann@example.com " + std::string(60, 'x'));
  const auto file = platform::MakeMemoryFile(MakePdf(pages));
  (void)Inspect("warm up");
  const auto first = inspector_.load();
  const auto converters = ChildrenOf(first);
  ASSERT_EQ(converters.size(), 1U);
  std::jthread asking([&] { (void)pool_->Inspect(*file, Within(30)); });
  std::vector<std::int32_t> tools;
  const auto deadline = Within(20);
  while (tools.empty() && deadline.remaining().count() > 0) tools = ChildrenOf(converters[0]);
  ASSERT_FALSE(tools.empty());
  ::kill(first, SIGKILL);
  while (!(IsGone(converters[0]) && IsGone(tools[0])) && deadline.remaining().count() > 0) std::this_thread::yield();
  EXPECT_TRUE(IsGone(converters[0]));
  EXPECT_TRUE(IsGone(tools[0]));
}

TEST_F(ConverterProcessTest, EndsAToolAtTheDeadline) {
  std::vector<std::string> pages(60'000, "ann@example.com " + std::string(60, 'x'));
  const auto file = platform::MakeMemoryFile(MakePdf(pages));
  const auto inspection = pool_->Inspect(*file, base::Deadline::After(std::chrono::milliseconds(400)));
  EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_THAT(inspection.reasons(), ::testing::Contains(v1::REASON_TIMED_OUT));
}

}  // namespace
}  // namespace vigie::inspection
