#include "core/content/extract/json_unescaper.h"

#include <charconv>
#include <optional>

#include "core/content/extract/chunk_rewriting.h"
#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr std::size_t kUnicodeEscape = 6;  // \u00e9

// The unit of the escape \uXXXX at the start of `rest`.
std::optional<char32_t> ParseUnit(std::string_view rest) {
  if (rest.size() < kUnicodeEscape || !rest.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = rest.data() + kUnicodeEscape;
  const auto parsed = std::from_chars(rest.data() + 2, end, unit, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return unit;
}

bool IsHigh(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool IsLow(char32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

char Meaning(char escaped) {
  switch (escaped) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
    case 'f':
      return ' ';
    default:
      return escaped;
  }
}

}  // namespace

void JsonUnescaper::Append(std::string_view chunk, std::string& text) {
  RewriteChunk(chunk, "\\", waiting_, text,
               [this](std::string_view rest, std::string& out) { return AppendEscape(rest, out); });
}

void JsonUnescaper::Finish(std::string& text) {
  text.append(waiting_);
  waiting_.clear();
}

std::size_t JsonUnescaper::AppendEscape(std::string_view rest, std::string& text) {
  if (rest.size() < 2) return 0;
  if (rest[1] == 'u') return AppendUnicode(rest, text);
  text.push_back(Meaning(rest[1]));
  return 2;
}

std::size_t JsonUnescaper::AppendUnicode(std::string_view rest, std::string& text) {
  if (rest.size() < kUnicodeEscape) return 0;
  const auto unit = ParseUnit(rest);
  if (!unit) {  // not JSON after all: shown as it is
    text.append(rest.substr(0, 2));
    return 2;
  }
  const auto next = rest.substr(kUnicodeEscape);
  if (IsHigh(*unit) && next.size() < kUnicodeEscape && std::string_view("\\u").starts_with(next.substr(0, 2))) return 0;
  const auto low = IsHigh(*unit) ? ParseUnit(next) : std::nullopt;
  if (low && IsLow(*low)) {
    AppendUtf8(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), text);
    return 2 * kUnicodeEscape;
  }
  AppendUtf8(*unit, text);
  return kUnicodeEscape;
}

}  // namespace vigie::content
