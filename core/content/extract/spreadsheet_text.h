#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/extract/office_text.h"
#include "core/content/extract/sheet_dates.h"
#include "core/content/extract/xml_parser.h"
#include "core/content/scan_budget.h"

namespace vigie::content {

// The strings that cells refer to by number, kept within the budget; those beyond it are not kept, and `overflow` sees
// them as lines.
class SharedStrings final : public XmlHandler {
 public:
  SharedStrings(ScanBudget& budget, OfficeText& overflow) : budget_(budget), overflow_(overflow) {}
  ~SharedStrings() override { budget_.Return(kept_bytes_); }
  SharedStrings(const SharedStrings&) = delete;
  SharedStrings& operator=(const SharedStrings&) = delete;

  void OnStart(std::string_view name, const XmlAttributes& attributes) override;
  void OnEnd(std::string_view name) override;
  void OnText(std::string_view text) override;
  void OnComment(std::string_view text) override { overflow_.AppendAside(text); }
  void OnInstruction(std::string_view, std::string_view text) override { overflow_.AppendAside(text); }
  void OnEntityDeclared(std::string_view, std::string_view value) override { overflow_.AppendAside(value); }

  // "" beyond the last one. Remembers that the string was used.
  std::string_view Use(std::size_t number);
  // Strings that no cell showed, as lines.
  void HandOutUnused();

 private:
  // No string is longer.
  static constexpr std::size_t kBlockBytes = TextWindows::kWindowBytes;
  void Keep();
  std::string_view Get(std::size_t number) const;

  ScanBudget& budget_;
  OfficeText& overflow_;
  // Blocks, for what grows at its end would be moved, and be in memory twice. A string lies within one.
  std::vector<std::string> blocks_;
  std::deque<std::uint32_t> ends_;  // of the strings; kBlockBytes × block + place in it
  std::vector<bool> used_;
  std::string current_;
  std::uint64_t kept_bytes_ = 0;
  bool in_text_ = false;
  bool has_overflowed_ = false;
  int phonetics_ = 0;
};

// What the cells of all worksheets refer to.
struct WorkbookTables {
  SharedStrings* strings = nullptr;
  const SheetStyles& styles;
  bool dates_from_1904 = false;
};

// One worksheet: a row is a line, cells are separated by tabs, numbers are digits, dates are 1985-07-06. Everything
// else in it goes to `rest`.
class SheetText final : public XmlHandler {
 public:
  SheetText(std::string_view origin, const WorkbookTables& workbook, ContentSink& sink, OfficeText& rest)
      : workbook_(workbook), windows_(origin, sink), rest_(rest) {}

  void OnStart(std::string_view name, const XmlAttributes& attributes) override;
  void OnEnd(std::string_view name) override;
  void OnText(std::string_view text) override;
  void OnComment(std::string_view text) override { rest_.OnComment(text); }
  void OnInstruction(std::string_view target, std::string_view text) override { rest_.OnInstruction(target, text); }
  void OnEntityDeclared(std::string_view name, std::string_view value) override { rest_.OnEntityDeclared(name, value); }
  void Finish();

 private:
  enum class CellType { kNumber, kDate, kShared, kText };
  void StartCell(const XmlAttributes& attributes);
  void EndCell();

  WorkbookTables workbook_;
  TextWindows windows_;
  OfficeText& rest_;
  bool in_rows_ = false;
  bool in_value_ = false;
  bool in_formula_ = false;
  CellType type_ = CellType::kNumber;
  std::string value_;
  std::string formula_;
  std::string lines_;
};

// What the workbook says about its parts: which sheet is where, where the shared strings are.
class WorkbookNames final : public XmlHandler {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override;
  void OnEnd(std::string_view) override {}
  void OnText(std::string_view) override {}

  bool dates_from_1904() const { return dates_from_1904_; }
  // The sheet's name by its part: xl/worksheets/sheet1.xml. "" if it has none.
  std::string SheetOf(const std::string& part) const;

 private:
  std::map<std::string, std::string> sheets_;   // relationship id → name
  std::map<std::string, std::string> targets_;  // part → relationship id
  bool dates_from_1904_ = false;
};

}  // namespace vigie::content
