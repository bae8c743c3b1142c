#include "core/content/extract/office_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace vigie::content {
namespace {

constexpr std::size_t kHandOnBytes = 32 * 1024;
constexpr std::size_t kLongestLine = 512 * 1024;

enum class Role { kOther, kParagraph, kRow, kCell, kText, kAside, kTab, kBreak, kSpace, kHyphen, kSheet };

struct NamedRole {
  std::string_view name;
  Role role;
};

// By the length of the name: each element of a document asks.
constexpr std::array kRoles = {NamedRole{"p", Role::kParagraph},
                               NamedRole{"t", Role::kText},
                               NamedRole{"h", Role::kParagraph},
                               NamedRole{"s", Role::kSpace},
                               NamedRole{"tr", Role::kRow},
                               NamedRole{"tc", Role::kCell},
                               NamedRole{"br", Role::kBreak},
                               NamedRole{"cr", Role::kBreak},
                               NamedRole{"tab", Role::kTab},
                               NamedRole{"rPh", Role::kAside},
                               NamedRole{"table", Role::kSheet},
                               NamedRole{"delText", Role::kAside},
                               NamedRole{"table-row", Role::kRow},
                               NamedRole{"instrText", Role::kAside},
                               NamedRole{"table-cell", Role::kCell},
                               NamedRole{"line-break", Role::kBreak},
                               NamedRole{"annotation", Role::kAside},
                               NamedRole{"delInstrText", Role::kAside},
                               NamedRole{"noBreakHyphen", Role::kHyphen},
                               NamedRole{"covered-table-cell", Role::kCell}};
constexpr std::size_t kLongestRole = kRoles.back().name.size();
static_assert(std::ranges::is_sorted(kRoles, {}, [](const NamedRole& role) { return role.name.size(); }));

// Where the names of each length begin.
constexpr auto kRolesOfLength = [] {
  std::array<std::size_t, kLongestRole + 2> begins{};
  for (const auto& role : kRoles) {
    for (auto length = role.name.size() + 1; length < begins.size(); ++length) ++begins[length];
  }
  return begins;
}();

Role RoleOf(std::string_view name) {
  if (name.size() > kLongestRole) return Role::kOther;
  for (auto i = kRolesOfLength[name.size()]; i < kRolesOfLength[name.size() + 1]; ++i) {
    if (kRoles[i].name == name) return kRoles[i].role;
  }
  return Role::kOther;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

constexpr std::string_view kCachedCell = "v";  // of pivot tables

// Values that say how a document is laid out and linked. No identifier fits into fewer than six characters.
bool MayHoldContent(const XmlAttribute& attribute) {
  constexpr std::size_t kShortestIdentifier = 6;
  constexpr std::array<std::string_view, 6> kLayout = {"paraId", "textId",      "uri",
                                                       "Type",   "ContentType", "schemaLocation"};
  const auto name = attribute.name;
  if (name == kCachedCell) return true;
  if (attribute.value.size() < kShortestIdentifier || name.starts_with("rsid")) return false;
  return !attribute.qualified.starts_with("xmlns") && std::ranges::find(kLayout, name) == kLayout.end();
}

std::string Digits(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

// 639980123.0
bool EndsInZeros(std::string_view number, std::size_t point) {
  if (point == std::string_view::npos || point == 0 || number[point - 1] < '0' || number[point - 1] > '9') return false;
  return number.find_first_not_of('0', point + 1) == std::string_view::npos;
}

}  // namespace

void AppendNumber(std::string_view number, std::string& line) {
  constexpr double kLargestExact = 9007199254740992.0;  // 2 to the power of 53
  const auto point = number.find('.');
  const auto exponent = number.find_first_of("eE", point == std::string_view::npos ? 0 : point);
  if (exponent != std::string_view::npos) {
    double value = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool is_whole = parsed.ec == std::errc() && parsed.ptr == number.data() + number.size() &&
                          std::fabs(value) <= kLargestExact && value == std::trunc(value);
    line += is_whole ? std::to_string(static_cast<long long>(value)) : std::string(number);
  } else if (EndsInZeros(number, point)) {
    line += number.substr(0, point);
  } else {
    line += number;
  }
}

OfficeText::OfficeText(Place place, Dialect dialect, ContentSink& sink)
    : place_(std::move(place)),
      dialect_(dialect),
      sink_(sink),
      windows_(std::in_place, place_.part, sink),
      asides_(place_.part, sink) {
}

void OfficeText::OnStart(std::string_view name, const XmlAttributes& attributes) {
  ++depth_;
  const auto role = RoleOf(name);
  AppendAttributes(role == Role::kCell, attributes);
  switch (role) {
    case Role::kParagraph:
      ++paragraphs_;
      break;
    case Role::kCell:
      StartCell(attributes);
      break;
    case Role::kText:
      ++texts_;
      if (container_depth_ == 0) container_depth_ = depth_ - (parent_ == "r" ? 2 : 1);
      break;
    case Role::kAside:
      ++asides_open_;
      break;
    case Role::kTab:
      line_ += '\t';
      break;
    case Role::kBreak:
      line_ += cells_ > 0 ? ' ' : '\n';
      break;
    case Role::kSpace:
      line_ += ' ';
      break;
    case Role::kHyphen:
      line_ += '-';
      break;
    case Role::kSheet:
      if (dialect_ == Dialect::kOpenSpreadsheet) StartSheet(attributes);
      break;
    case Role::kRow:
    case Role::kOther:
      break;
  }
  parent_ = name;
}

void OfficeText::OnEnd(std::string_view name) {
  parent_.clear();
  switch (RoleOf(name)) {
    case Role::kParagraph:
      --paragraphs_;
      EndParagraph();
      break;
    case Role::kCell:
      EndCell();
      break;
    case Role::kRow:
      EndLine();
      break;
    case Role::kText:
      --texts_;
      break;
    case Role::kAside:
      --asides_open_;
      asides_.Append("\n");
      break;
    default:
      break;
  }
  if (depth_ == container_depth_) {
    container_depth_ = 0;
    if (paragraphs_ == 0) EndLine();
  }
  --depth_;
}

void OfficeText::OnText(std::string_view text) {
  const bool counts_space = texts_ > 0 || (dialect_ != Dialect::kOpenXml && paragraphs_ > 0);
  if (!counts_space && IsBlank(text)) return;
  if (asides_open_ > 0) return asides_.Append(text);
  line_ += text;
  if (paragraphs_ == 0 && texts_ == 0 && container_depth_ == 0) container_depth_ = depth_;
  if (line_.size() > kLongestLine) Flush();
}

void OfficeText::OnComment(std::string_view text) {
  AppendAside(text);
}

void OfficeText::OnInstruction(std::string_view, std::string_view text) {
  AppendAside(text);
}

void OfficeText::OnEntityDeclared(std::string_view, std::string_view value) {
  AppendAside(value);
}

void OfficeText::AppendAside(std::string_view text) {
  if (text.empty()) return;
  asides_.Append(text);
  asides_.Append("\n");
}

void OfficeText::AppendAttributes(bool of_cell, const XmlAttributes& attributes) {
  for (const auto& attribute : attributes) {
    if (of_cell && attribute.name == "value") continue;  // EndCell shows it
    if (!MayHoldContent(attribute)) continue;
    if (attribute.name != kCachedCell) {
      AppendAside(attribute.value);
      continue;
    }
    std::string cell;
    AppendNumber(attribute.value, cell);
    AppendAside(cell);
  }
}

void OfficeText::StartCell(const XmlAttributes& attributes) {
  ++cells_;
  if (cells_ > 1) return;
  cell_begin_ = line_.size();
  cell_value_.clear();
  AppendNumber(attributes.Find("value").value_or(""), cell_value_);
}

void OfficeText::EndCell() {
  --cells_;
  if (cells_ == 0) {
    // A number may be shown shortened or grouped; both forms count, if they differ.
    const auto shown = Digits(std::string_view(line_).substr(std::min(cell_begin_, line_.size())));
    const auto typed = Digits(cell_value_);
    if (!typed.empty() && !shown.ends_with(typed)) line_ += " " + cell_value_;
    cell_value_.clear();
  }
  line_ += '\t';
}

void OfficeText::EndParagraph() {
  if (paragraphs_ == 0) asides_.Append("\n");
  if (asides_open_ > 0) return;
  EndLine();
}

void OfficeText::EndLine() {
  if (cells_ > 0) {
    if (!line_.ends_with(' ')) line_ += ' ';
    return;
  }
  line_ += '\n';
  if (line_.size() >= kHandOnBytes) Flush();
}

void OfficeText::StartSheet(const XmlAttributes& attributes) {
  const auto name = attributes.Find("name");
  if (!name || cells_ > 0) return;
  Flush();
  windows_->Finish();
  sheet_origin_ = place_.document + "/" + std::string(*name);
  windows_.emplace(sheet_origin_, sink_);
}

void OfficeText::Flush() {
  windows_->Append(line_);
  line_.clear();
  cell_begin_ = 0;
}

void OfficeText::Finish() {
  Flush();
  windows_->Finish();
  asides_.Finish();
}

void FeedXml(Part& part, XmlHandler& handler, OfficeText& raw, Extraction& extraction) {
  constexpr std::size_t kChunkBytes = 64 * 1024;
  XmlParser parser(handler);
  std::vector<char> chunk(kChunkBytes);
  std::uint64_t fed = 0;
  while (extraction.budget().HasTime()) {
    const auto count = part.Read(chunk);
    if (count == 0) break;
    extraction.coverage().NoteInspected();
    const bool was_going = parser.state() == XmlState::kGoing;
    const std::string_view bytes(chunk.data(), count);
    parser.Feed(bytes);
    if (parser.state() != XmlState::kGoing) {
      const auto understood = parser.understood_bytes() - std::min(parser.understood_bytes(), fed);
      raw.AppendRaw(was_going ? bytes.substr(std::min<std::size_t>(understood, bytes.size())) : bytes);
    }
    fed += count;
  }
  // What the budget cut off is not damaged. It has its reason already.
  const bool is_cut = parser.state() == XmlState::kGoing && !extraction.budget().MayContinue();
  switch (parser.Finish()) {
    case XmlState::kGoing:
    case XmlState::kStopped:
      return;
    case XmlState::kMalformed:
      return is_cut ? void() : extraction.coverage().Note(v1::REASON_CORRUPT);
    case XmlState::kTooComplex:
      return extraction.coverage().Note(v1::REASON_TOO_LARGE);
    case XmlState::kUnknownEncoding:
      return extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }
}

}  // namespace vigie::content
