#include "core/content/inspect_content.h"

#include <cstdio>

#include "core/content/part.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

using ::testing::ElementsAre;

class InspectContentTest : public ContentTest {};

TEST_F(InspectContentTest, NamesTheTypeByContent) {
  using namespace std::string_literals;
  EXPECT_EQ(Inspect("just words\n").media_type(), "text/plain");
  EXPECT_EQ(Inspect("a,b\n1,2\n").media_type(), "text/csv");
  EXPECT_EQ(Inspect("a\tb\n1\t2\n").media_type(), "text/tab-separated-values");
  EXPECT_EQ(Inspect("{\"a\":1}").media_type(), "application/json");
  EXPECT_EQ(Inspect("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0"s).media_type(), "image/png");
  EXPECT_EQ(Inspect("<!DOCTYPE html><html><body>x</body></html>").media_type(), "text/html");
}

TEST_F(InspectContentTest, InspectsPlainTextInFull) {
  const auto inspection = Inspect(CustomerCsv(3));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_TRUE(inspection.reasons().empty());
  EXPECT_EQ(inspection.bytes(), CustomerCsv(3).size());
}

TEST_F(InspectContentTest, AnEmptyFileIsInspectedInFull) {
  const auto inspection = Inspect("");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(inspection.bytes(), 0U);
}

TEST_F(InspectContentTest, ReadsUtf16WithAndWithoutByteOrderMark) {
  std::string wide;
  for (const char c : CustomerCsv(3)) wide += {c, '\0'};
  for (const auto& bytes : {wide, "\xff\xfe" + wide}) {
    const auto inspection = Inspect(bytes);
    EXPECT_EQ(inspection.media_type(), "text/csv");
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
    EXPECT_EQ(Matches(inspection, "email_address"), 3U);
  }
}

TEST_F(InspectContentTest, FindsEscapedCustomersInJson) {
  const WordIndex index({{"Renée", 7}});
  indexes_ = {&index};
  const auto inspection = Inspect(R"({"name":"Ren\u00e9e","mail":"x\nrenee@example.com"})");
  EXPECT_EQ(inspection.customers().distinct(), 1U);
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
}

TEST_F(InspectContentTest, LooksAtTheBytesOfBinariesButNeverClaimsMore) {
  std::string bytes(
      "\x7f"
      "ELF\x02\x01\x01\0\0",
      9);
  bytes.append(100, '\0').append("ann@example.com").append(100, '\0');
  const auto inspection = Inspect(bytes);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
}

TEST_F(InspectContentTest, TextThatTurnsBinaryIsNotClaimedToBeText) {
  std::string bytes = CustomerCsv(2000);
  bytes.append(1000, '\0').append("ann@example.net");
  const auto inspection = Inspect(bytes);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_EQ(Matches(inspection, "email_address"), 2001U);
}

TEST_F(InspectContentTest, InspectsTheFirstBytesOfWhatIsTooLarge) {
  const auto csv = CustomerCsv(10'000);
  budget_.set_bytes(100'000);
  const auto inspection = Inspect(csv);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_TOO_LARGE));
  const auto found = Matches(inspection, "email_address");
  EXPECT_GT(found, 1000U);
  EXPECT_LT(found, 10'000U);
  EXPECT_EQ(inspection.bytes(), csv.size());
}

TEST_F(InspectContentTest, AFileOfExactlyTheBudgetIsNotTooLarge) {
  const auto csv = CustomerCsv(10);
  budget_.set_bytes(csv.size());
  EXPECT_EQ(Inspect(csv).evaluated(), v1::EVALUATED_FULL);
  budget_.set_bytes(csv.size() - 1);
  EXPECT_EQ(Inspect(csv).evaluated(), v1::EVALUATED_PARTIAL);
}

TEST_F(InspectContentTest, StopsWhenTimeIsUp) {
  budget_.set_milliseconds(10);
  clock_.StepEachTime(std::chrono::milliseconds(1));
  const auto inspection = Inspect(CustomerCsv(100'000));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_TIMED_OUT));
  EXPECT_LT(Matches(inspection, "email_address"), 100'000U);
  EXPECT_GT(inspection.milliseconds(), 0);
}

TEST_F(InspectContentTest, ReadsAFileThroughItsDescriptor) {
  std::FILE* const file = std::tmpfile();
  const auto csv = CustomerCsv(5);
  std::fwrite(csv.data(), 1, csv.size(), file);
  std::fflush(file);
  base::FileDescriptor descriptor(fileno(file));
  const auto inspection = InspectContent(descriptor, {}, Engine(), clock_);
  EXPECT_EQ(Matches(inspection, "email_address"), 5U);
  EXPECT_EQ(inspection.bytes(), csv.size());
  (void)descriptor.Release();
  std::fclose(file);
}

TEST_F(InspectContentTest, AClosedDescriptorIsUnreadable) {
  const auto inspection = InspectContent(base::FileDescriptor(), {}, Engine(), clock_);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNREADABLE));
}

// Behaves like a file that is cut short, or fails, while it is read.
class FailingSource final : public ByteSource {
 public:
  FailingSource(std::string bytes, std::uint64_t size, bool fails)
      : bytes_(std::move(bytes)), size_(size), fails_(fails) {}
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size() && fails_) return base::Error{base::ErrorCode::kDataLoss, "input/output error"};
    return MemorySource(bytes_).ReadAt(offset, into);
  }
  std::uint64_t size() const override { return size_; }

 private:
  std::string bytes_;
  std::uint64_t size_;
  bool fails_;
};

TEST_F(InspectContentTest, AFileThatShrinksOrFailsIsPartlyUnreadable) {
  for (const bool fails : {false, true}) {
    FailingSource source(CustomerCsv(5), 1'000'000, fails);
    const auto inspection = InspectContent(source, {}, Engine(), clock_);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNREADABLE));
    EXPECT_EQ(Matches(inspection, "email_address"), 5U);
  }
  FailingSource nothing("", 1'000'000, true);
  EXPECT_EQ(InspectContent(nothing, {}, Engine(), clock_).evaluated(), v1::EVALUATED_NONE);
}

TEST(ScanBudget, EachExhaustionGivesItsReason) {
  ManualClock clock;
  v1::InspectionBudget limits;
  limits.set_bytes(10);
  limits.set_depth(1);
  limits.set_entries(1);
  limits.set_milliseconds(5);
  ScanBudget budget(limits, clock);
  EXPECT_EQ(budget.TakeBytes(10), 10U);
  EXPECT_TRUE(budget.TakeEntry());
  EXPECT_TRUE(budget.Enter());
  EXPECT_TRUE(budget.MayContinue());
  EXPECT_TRUE(budget.exhausted().empty());
  EXPECT_FALSE(budget.Enter());
  EXPECT_TRUE(budget.MayContinue()) << "what lies beside the deep part is still worth reading";
  EXPECT_EQ(budget.TakeBytes(1), 0U);
  EXPECT_FALSE(budget.TakeEntry());
  EXPECT_FALSE(budget.MayContinue());
  clock.StepEachTime(std::chrono::milliseconds(5));
  EXPECT_FALSE(budget.HasTime());
  EXPECT_THAT(budget.exhausted(), ElementsAre(v1::REASON_TOO_DEEP, v1::REASON_TOO_LARGE, v1::REASON_TOO_MANY_ENTRIES,
                                              v1::REASON_TIMED_OUT));
}

TEST(ScanBudget, ZeroFieldsTakeTheDefaults) {
  v1::InspectionBudget some;
  some.set_depth(3);
  const auto whole = WithDefaults(some);
  EXPECT_EQ(whole.depth(), 3U);
  EXPECT_EQ(whole.bytes(), std::uint64_t{512} << 20);
  EXPECT_EQ(whole.entries(), 10'000U);
  EXPECT_EQ(whole.milliseconds(), 10'000U);
}

}  // namespace
}  // namespace vigie::content
