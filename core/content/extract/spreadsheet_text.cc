#include "core/content/extract/spreadsheet_text.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace vigie::content {
namespace {

constexpr std::size_t kHandOnBytes = 32 * 1024;
constexpr std::size_t kMostSheets = 10'000;

}  // namespace

void SharedStrings::OnStart(std::string_view name, const XmlAttributes&) {
  if (name == "t") in_text_ = true;
  if (name == "rPh") ++phonetics_;
  if (name == "si") current_.clear();
}

void SharedStrings::OnEnd(std::string_view name) {
  if (name == "t") {
    in_text_ = false;
    if (phonetics_ > 0) overflow_.AppendRaw("\n");
  }
  if (name == "rPh") --phonetics_;
  if (name == "si") Keep();
}

void SharedStrings::OnText(std::string_view text) {
  if (!in_text_ && text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  if (phonetics_ > 0 || !in_text_) return overflow_.AppendRaw(text);
  current_ += text;
  if (current_.size() <= TextWindows::kWindowBytes) return;
  overflow_.AppendRaw(current_);  // larger than any cell may be: not worth its memory
  current_.clear();
}

void SharedStrings::Keep() {
  // A cell is one stretch of one line.
  std::ranges::replace(current_, '\n', ' ');
  const auto bytes = current_.size() + sizeof(std::uint32_t) + 1;
  static_assert(ScanBudget::kMostKept <= std::numeric_limits<std::uint32_t>::max() / 4);
  // Once one is missing the numbers of the others are not theirs any more.
  has_overflowed_ = has_overflowed_ || !budget_.Keep(bytes);
  if (has_overflowed_) return overflow_.AppendAside(current_);
  kept_bytes_ += bytes;
  if (blocks_.empty() || blocks_.back().size() + current_.size() > kBlockBytes) {
    blocks_.emplace_back().reserve(kBlockBytes);
  }
  blocks_.back() += current_;
  ends_.push_back(static_cast<std::uint32_t>((blocks_.size() - 1) * kBlockBytes + blocks_.back().size()));
  used_.push_back(false);
}

std::string_view SharedStrings::Use(std::size_t number) {
  if (number >= ends_.size()) return {};
  used_[number] = true;
  return Get(number);
}

std::string_view SharedStrings::Get(std::size_t number) const {
  const std::size_t end = ends_[number];
  const std::size_t before = number == 0 ? 0 : ends_[number - 1];
  if (end == before) return {};
  const auto block = (end - 1) / kBlockBytes;
  const auto begin = std::max(before, block * kBlockBytes);
  return std::string_view(blocks_[block]).substr(begin - block * kBlockBytes, end - begin);
}

void SharedStrings::HandOutUnused() {
  constexpr std::size_t kBetweenLooks = 4096;  // at the clock
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (i % kBetweenLooks == 0 && !budget_.HasTime()) return;
    if (!used_[i]) overflow_.AppendAside(Get(i));
  }
}

void SheetText::OnStart(std::string_view name, const XmlAttributes& attributes) {
  if (!in_rows_) {
    in_rows_ = name == "sheetData";
    return rest_.OnStart(name, attributes);
  }
  if (name == "c") return StartCell(attributes);
  if (name == "v" || name == "t") in_value_ = true;
  if (name == "f") in_formula_ = true;
}

void SheetText::OnEnd(std::string_view name) {
  if (!in_rows_) return rest_.OnEnd(name);
  if (name == "v" || name == "t") {
    in_value_ = false;
  } else if (name == "c") {
    EndCell();
  } else if (name == "f") {
    in_formula_ = false;
    rest_.AppendAside(formula_);
    formula_.clear();
  } else if (name == "row") {
    lines_ += '\n';
    if (lines_.size() < kHandOnBytes) return;
    windows_.Append(lines_);
    lines_.clear();
  } else if (name == "sheetData") {
    in_rows_ = false;
    rest_.OnEnd(name);
  }
}

void SheetText::OnText(std::string_view text) {
  if (!in_rows_) return rest_.OnText(text);
  if (in_value_) {
    value_ += text;
  } else if (in_formula_) {
    formula_ += text;
  } else if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    rest_.AppendAside(text);
  }
  if (value_.size() <= TextWindows::kWindowBytes && formula_.size() <= TextWindows::kWindowBytes) return;
  rest_.AppendAside(value_);
  rest_.AppendAside(formula_);
  value_.clear();
  formula_.clear();
}

void SheetText::StartCell(const XmlAttributes& attributes) {
  const auto type = attributes.Find("t").value_or("n");
  type_ = type == "s" ? CellType::kShared : type == "n" ? CellType::kNumber : CellType::kText;
  if (type_ == CellType::kNumber && workbook_.styles.IsDate(attributes.Find("s").value_or(""))) type_ = CellType::kDate;
  value_.clear();
}

void SheetText::EndCell() {
  if (type_ == CellType::kNumber || type_ == CellType::kDate) {
    const bool is_date = type_ == CellType::kDate && AppendDate(value_, workbook_.dates_from_1904, lines_);
    if (!is_date) AppendNumber(value_, lines_);
  } else if (type_ == CellType::kText || workbook_.strings == nullptr) {
    std::ranges::replace(value_, '\n', ' ');
    lines_ += value_;
  } else {
    std::size_t number = 0;
    const auto parsed = std::from_chars(value_.data(), value_.data() + value_.size(), number);
    if (parsed.ec == std::errc()) lines_ += workbook_.strings->Use(number);
    // What is no number is no reference.
    if (parsed.ptr != value_.data() + value_.size()) rest_.AppendAside(value_);
  }
  lines_ += '\t';
  value_.clear();
}

void SheetText::Finish() {
  windows_.Append(lines_);
  windows_.Finish();
}

void WorkbookNames::OnStart(std::string_view name, const XmlAttributes& attributes) {
  const auto value = [&](std::string_view attribute) { return std::string(attributes.Find(attribute).value_or("")); };
  if (name == "sheet" && sheets_.size() < kMostSheets) sheets_[value("id")] = value("name");
  if (name == "workbookPr") {
    const auto from_1904 = attributes.Find("date1904");
    dates_from_1904_ = from_1904 == "1" || from_1904 == "true";
  }
  if (name != "Relationship" || targets_.size() >= kMostSheets) return;
  const auto target = value("Target");
  targets_[target.starts_with('/') ? target.substr(1) : "xl/" + target] = value("Id");
}

std::string WorkbookNames::SheetOf(const std::string& part) const {
  const auto id = targets_.find(part);
  if (id == targets_.end()) return "";
  const auto name = sheets_.find(id->second);
  return name == sheets_.end() ? "" : name->second;
}

}  // namespace vigie::content
