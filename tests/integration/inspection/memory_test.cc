// Bombs through the real, confined vigie-inspector: it stays small, and none is called clean. The large ones, with
// figures: tests/bench/inspector_memory_bench.py.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "core/inspection/inspector_pool.h"
#include "platform/linux/linux_platform.h"
#include "platform/memory_file.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/pdf_writing.h"

namespace vigie::inspection {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kTellsMemory = false;  // their shadow is larger than what is measured
#else
constexpr bool kTellsMemory = true;
#endif

constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr double kWall = 150;

// The most that a process ever had resident, in MiB.
double PeakOf(std::int32_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return -1;
}

std::string Repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string Laughs() {
  std::string bomb = "<!DOCTYPE a [<!ENTITY l0 'ha'>";
  for (int i = 1; i < 12; ++i) {
    bomb += "<!ENTITY l" + std::to_string(i) + " '" + Repeated("&l" + std::to_string(i - 1) + ";", 10) + "'>";
  }
  return bomb + "]><a>&l11;</a>";
}

std::string ZipInZip(std::string inner, int depth) {
  for (int i = 0; i < depth; ++i) inner = content::MakeZip({{"a.zip", inner}, {"b.zip", inner}});
  return inner;
}

std::string Strings(int count) {
  std::string strings;
  for (int i = 0; i < count; ++i)
    strings += "<si><t>customer " + std::to_string(i) + std::string(200, 'x') + "</t></si>";
  return content::MakeZip({{"[Content_Types].xml", "<Types/>"},
                           {"xl/workbook.xml", "<workbook/>"},
                           {"xl/sharedStrings.xml", "<sst>" + strings + "</sst>"}});
}

struct Bomb {
  const char* name;
  std::string (*make)();
};

const std::array kBombs = {
    Bomb{"GzipOfZeros", [] { return content::MakeGzip(std::string(100 * kMebibyte, '\0')); }},
    Bomb{"ZipsInZips",
         [] {
           return ZipInZip(content::MakeZip({{"a.csv", std::string(8 * kMebibyte, 'a')}}), 12);
         }},
    Bomb{"BillionLaughs", [] { return Laughs(); }},
    Bomb{"LaughingDocument",
         [] {
           return content::MakeZip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", Laughs()}});
         }},
    Bomb{"OneLineOfJson",
         [] { return "{\"a\":\"" + Repeated("Ann Martin ann.martin@example.com ", 2 * kMebibyte) + "\"}"; }},
    Bomb{"DeepMarkup", [] { return "<html>" + Repeated("<div>", 20 * kMebibyte); }},
    Bomb{"SharedStrings", [] { return Strings(300'000); }},
    Bomb{"Base64", [] { return Repeated("QW5uIE1hcnRpbiBhbm4u", 3 * kMebibyte); }},
    Bomb{"PdfObjects", [] {
           return content::MakePdf({"a"}, "", content::PdfStream("/Type/ObjStm", std::string(60 * kMebibyte, ' ')));
         }}};

class BombTest : public ::testing::TestWithParam<Bomb> {};

TEST_P(BombTest, LeavesTheInspectorSmallAndIsNotCalledClean) {
  const auto launcher = platform::MakeWorkerLauncher();
  const auto files = platform::MakeFileSystem();
  const char* const directory = std::getenv("VIGIE_BIN_DIR");
  std::int32_t inspector = 0;
  v1::InspectionBudget budget;
  budget.set_bytes(32 * kMebibyte);
  const auto pool =
      InspectorPool::Create({.executable = std::string(directory == nullptr ? "bin" : directory) + "/vigie-inspector",
                             .processes = 1,
                             .indexes = {},
                             .budget = budget,
                             .on_worker_started = [&](std::int32_t pid) { inspector = pid; }},
                            *launcher, *files);
  ASSERT_TRUE(pool) << pool.error().message;
  const auto file = platform::MakeMemoryFile(GetParam().make());
  const auto inspection = (*pool)->Inspect(*file, base::Deadline::After(std::chrono::seconds(60)));
  EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_GT(inspection.reasons_size(), 0);
  EXPECT_EQ((*pool)->counts().restarts, 0U) << "it died or did not answer in time";
  if (!kTellsMemory) return;
  EXPECT_GT(PeakOf(inspector), 0);
  EXPECT_LT(PeakOf(inspector), kWall);
}

INSTANTIATE_TEST_SUITE_P(Bombs, BombTest, ::testing::ValuesIn(kBombs), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace vigie::inspection
