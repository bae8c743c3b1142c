#include "core/content/extract/text_escapes.h"

#include <algorithm>
#include <array>

#include "core/content/extract/html_entities.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLongestRun = std::size_t{64} << 10;  // escapes decoded at once; more follow as another run

// Appends bytes that were spelled one by one, if they are text.
bool AppendIfText(std::string_view bytes, std::string& utf8) {
  if (bytes.empty() || HasControls(bytes) || bytes.find('\0') != std::string_view::npos) return false;
  TextDecoder decoder(TextEncoding::kEightBit);
  decoder.Decode(bytes, utf8);
  decoder.Finish(utf8);
  return true;
}

// The bytes of a run of `prefix` HH prefix HH…, and what they spell.
std::size_t ReadHexRun(std::string_view rest, std::string_view prefix, std::string& bytes) {
  std::size_t used = 0;
  while (used < kLongestRun && rest.substr(used).starts_with(prefix)) {
    const auto byte = HexByte(rest.substr(used + prefix.size()));
    if (!byte) break;
    bytes.push_back(static_cast<char>(*byte));
    used += prefix.size() + 2;
  }
  return used;
}

// =C3=A9, also with the end of a line within: =C3=↵=A9.
std::size_t ReadQuotedRun(std::string_view rest, std::string& bytes) {
  std::size_t used = ReadHexRun(rest, "=", bytes);
  while (used != 0 && used < kLongestRun) {
    const auto after = rest.substr(used);
    const std::size_t line_end = after.starts_with("=\n") ? 2 : after.starts_with("=\r\n") ? 3 : 0;
    const auto more = line_end == 0 ? 0 : ReadHexRun(after.substr(line_end), "=", bytes);
    if (more == 0) break;
    used += line_end + more;
  }
  return used;
}

// \303\251: a lone one is more often a path or a reference.
std::size_t ReadOctalRun(std::string_view rest, std::string& bytes) {
  const auto digit = [&](std::size_t i) { return static_cast<unsigned>(rest[i] - '0'); };
  std::size_t used = 0;
  while (used + 4 <= rest.size() && used < kLongestRun && rest[used] == '\\') {
    if (digit(used + 1) > 3 || digit(used + 2) > 7 || digit(used + 3) > 7) break;
    bytes.push_back(static_cast<char>(digit(used + 1) * 64 + digit(used + 2) * 8 + digit(used + 3)));
    used += 4;
  }
  return bytes.size() >= 2 && static_cast<unsigned char>(bytes[0]) >= 0xc0 ? used : 0;
}

struct Unit {
  char32_t value = 0;
  std::size_t used = 0;
};

Unit ReadDigits(std::string_view rest, std::size_t prefix, std::size_t count) {
  if (rest.size() < prefix + count) return {};
  Unit unit{0, prefix + count};
  for (std::size_t i = prefix; i < prefix + count; ++i) {
    const auto digit = HexDigit(rest[i]);
    if (!digit) return {};
    unit.value = unit.value * 16 + *digit;
  }
  return unit;
}

// \u{1F600}
Unit ReadBraced(std::string_view rest, std::size_t prefix) {
  const auto end = rest.substr(0, prefix + 8).find('}');
  if (end == std::string_view::npos || end == prefix + 1) return {};
  auto unit = ReadDigits(rest, prefix + 1, end - prefix - 1);
  if (unit.used != 0) ++unit.used;
  return unit;
}

// One of \uXXXX, \u{…}, \UXXXXXXXX, %uXXXX at the front; a pair of surrogates is one character.
Unit ReadUnicode(std::string_view rest) {
  if (rest.size() < 3) return {};
  if (rest[1] == 'U') return ReadDigits(rest, 2, 8);
  if (rest[1] != 'u') return {};
  if (rest[2] == '{') return ReadBraced(rest, 2);
  const auto high = ReadDigits(rest, 2, 4);
  if (high.used == 0 || high.value < 0xd800 || high.value > 0xdbff) return high;
  const auto next = rest.substr(high.used);
  const auto low = next.starts_with(rest.substr(0, 2)) ? ReadDigits(next, 2, 4) : Unit{};
  if (low.used == 0 || low.value < 0xdc00 || low.value > 0xdfff) return high;
  return {0x10000 + ((high.value - 0xd800) << 10) + (low.value - 0xdc00), high.used + low.used};
}

std::size_t AppendUnicodeRun(std::string_view rest, std::string& utf8) {
  std::size_t used = 0;
  while (used < kLongestRun && used < rest.size() && rest[used] == rest[0]) {
    const auto unit = ReadUnicode(rest.substr(used));
    if (unit.used == 0 || unit.value == 0) break;
    AppendUtf8(unit.value < 0x20 ? U' ' : unit.value, utf8);
    used += unit.used;
  }
  return used;
}

// What may stand in a value that a browser has written.
constexpr std::array<bool, 256> kFormValue = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._~+%@:/,;()!'$")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

// Whether the value behind the '=' at `position` is one of several that stand between ampersands.
bool IsInForm(std::string_view text, std::size_t position, std::size_t value_bytes) {
  const auto end = position + 1 + value_bytes;
  if (end < text.size() && text[end] == '&') return true;
  constexpr std::size_t kLongestKey = 64;
  const auto before = text.substr(position - std::min(position, kLongestKey), std::min(position, kLongestKey));
  const auto key = before.find_last_of("&?= \t\n\"");
  return key != std::string_view::npos && (before[key] == '&' || before[key] == '?');
}

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}

enum class QuotedPrintable {
  kNone,
  kLone,   // this one, which tells nothing of its line
  kClear,  // the line is written so
};

// One accented letter of an eight-bit charset, caf=E9, and not the value of a setting: name=ADELE, mail=fabien,
// nhs=934.
QuotedPrintable JudgeLone(std::string_view text, std::size_t position) {
  const char before = position > 0 ? text[position - 1] : ' ';
  const char after = position + 3 < text.size() ? text[position + 3] : ' ';
  const char high = text[position + 1];
  const char low = text[position + 2];
  const bool digits = IsDecimal(low) || IsDecimal(high);
  if (IsLower(high) || IsLower(low) || IsDecimal(after) || (IsDecimal(high) && IsDecimal(low))) {
    return QuotedPrintable::kNone;
  }
  if (!IsUpper(before) && !IsLower(before)) return digits ? QuotedPrintable::kLone : QuotedPrintable::kNone;
  if (IsUpper(after)) return digits && IsUpper(before) ? QuotedPrintable::kLone : QuotedPrintable::kNone;
  if (digits) return QuotedPrintable::kClear;
  return IsLower(after) ? QuotedPrintable::kLone : QuotedPrintable::kNone;
}

// Of the run of escapes at `position` that spells `bytes`, on a line of which nothing is known yet.
QuotedPrintable JudgeQuotedPrintable(std::string_view text, std::size_t position, std::string_view bytes) {
  constexpr std::size_t kClearlyMeant = 3;  // escapes in a row; a lone =41 may be the value of a setting
  if (bytes.size() >= kClearlyMeant || bytes.starts_with('=')) return QuotedPrintable::kClear;
  if (static_cast<unsigned char>(bytes[0]) < 0x80) return QuotedPrintable::kNone;
  return bytes.size() > 1 ? QuotedPrintable::kClear : JudgeLone(text, position);
}

}  // namespace

std::size_t TextEscapes::Undo(std::size_t position, std::string& utf8) {
  switch (text_[position]) {
    case '%':
      return UndoPercent(position, utf8);
    case '&':
      return AppendReference(text_.substr(position, 16), utf8);
    case '\\':
      return UndoBackslash(position, utf8);
    case '=':
      return UndoQuotedPrintable(position, utf8);
    default:
      return 0;
  }
}

std::size_t TextEscapes::UndoPercent(std::size_t position, std::string& utf8) const {
  const auto rest = text_.substr(position);
  if (rest.size() > 2 && rest[1] == 'u') return AppendUnicodeRun(rest, utf8);
  std::string bytes;
  const auto used = ReadHexRun(rest, "%", bytes);
  return AppendIfText(bytes, utf8) ? used : 0;
}

std::size_t TextEscapes::UndoBackslash(std::size_t position, std::string& utf8) const {
  const auto rest = text_.substr(position);
  if (rest.size() < 2) return 0;
  if (rest[1] == 'u' || rest[1] == 'U') return AppendUnicodeRun(rest, utf8);
  if (rest[1] == 'n' || rest[1] == 'r' || rest[1] == 't') return UndoControl(position, utf8);
  std::string bytes;
  const auto used = rest[1] == 'x' ? ReadHexRun(rest, "\\x", bytes) : ReadOctalRun(rest, bytes);
  return AppendIfText(bytes, utf8) ? used : 0;
}

// JSON within a string, in logs and in JSON itself: {\"mail\":\"x\\nann@example.com\"}. Elsewhere \n is more often the
// beginning of a folder's name.
std::size_t TextEscapes::UndoControl(std::size_t position, std::string& utf8) const {
  constexpr std::size_t kLookBack = 256;
  const auto from = position - std::min(position, kLookBack);
  const auto before = text_.substr(from, position - from);
  if (before.find("\\\"") == std::string_view::npos && before.find("\":") == std::string_view::npos) return 0;
  utf8.push_back(text_[position + 1] == 't' ? '\t' : '\n');
  return 2;
}

// …&city=Le+Mans&name=… as browsers send forms: a plus is a space. The value from its '=' on.
std::size_t TextEscapes::UndoFormValue(std::size_t position, std::string& utf8) const {
  constexpr std::size_t kLongestValue = 4096;
  const auto rest = text_.substr(position + 1, kLongestValue);
  const auto end = std::ranges::find_if_not(rest, [](char c) { return kFormValue[static_cast<unsigned char>(c)]; });
  const auto value = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  if (value.find('+') == std::string_view::npos || !IsInForm(text_, position, value.size())) return 0;
  utf8.push_back('=');
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string bytes;
    const auto escaped = ReadHexRun(value.substr(i), "%", bytes);
    if (escaped != 0 && AppendIfText(bytes, utf8)) {
      i += escaped - 1;
    } else {
      utf8.push_back(value[i] == '+' ? ' ' : value[i]);
    }
  }
  return value.size() + 1;
}

std::size_t TextEscapes::UndoQuotedPrintable(std::size_t position, std::string& utf8) {
  const auto rest = text_.substr(position);
  const bool known = position < quoted_printable_until_;
  if (rest.starts_with("=\n") || rest.starts_with("=\r\n")) {  // a line goes on: the next one is of its kind
    if (!known) return 0;
    const std::size_t used = rest[1] == '\n' ? 2 : 3;
    quoted_printable_until_ = std::max(quoted_printable_until_, text_.find('\n', position + used));
    return used;
  }
  if (const auto used = UndoFormValue(position, utf8); used != 0) return used;
  std::string bytes;
  const auto used = ReadQuotedRun(rest, bytes);
  if (bytes.empty()) return 0;
  const auto meaning = known ? QuotedPrintable::kClear : JudgeQuotedPrintable(text_, position, bytes);
  if (meaning == QuotedPrintable::kNone || !AppendIfText(bytes, utf8)) return 0;
  if (meaning == QuotedPrintable::kLone) return used;
  quoted_printable_until_ =
      std::max(quoted_printable_until_, std::min(text_.find('\n', position + used), text_.size()) + 1);
  return used;
}

}  // namespace vigie::content
