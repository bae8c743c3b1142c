#include "core/customers/text_fold.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace vigie::customers {
namespace {

using Kind = FoldedCharacter::Kind;

constexpr utf8proc_option_t kFoldOptions =
    static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);

// Letters that Unicode does not decompose, but that people write without their ornament.
struct Spelling {
  utf8proc_int32_t letter;
  std::string_view plain;
};
constexpr Spelling kSpellings[] = {{0xE6, "ae"}, {0xF0, "d"},   {0xF8, "o"},   {0xFE, "th"},
                                   {0x111, "d"}, {0x127, "h"},  {0x131, "i"},  {0x138, "k"},
                                   {0x142, "l"}, {0x14B, "ng"}, {0x153, "oe"}, {0x167, "t"}};

bool IsMark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || category == UTF8PROC_CATEGORY_MC;
}

bool IsLetterOrNumber(utf8proc_category_t category) {
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

bool IsWrittenWithoutSpaces(utf8proc_int32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

void Append(FoldedCharacter& character, std::string_view bytes) {
  if (character.size + bytes.size() > character.bytes.size()) return;  // only letters with absurdly long decompositions
  std::copy(bytes.begin(), bytes.end(), character.bytes.begin() + character.size);
  character.size = static_cast<std::uint8_t>(character.size + bytes.size());
}

void AppendFolded(FoldedCharacter& character, utf8proc_int32_t code_point) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.letter == code_point) return Append(character, spelling.plain);
  }
  std::array<utf8proc_uint8_t, 4> encoded{};
  const auto size = utf8proc_encode_char(code_point, encoded.data());
  Append(character, {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)});
}

FoldedCharacter FoldCodePoint(utf8proc_int32_t code_point) {
  FoldedCharacter character;
  const utf8proc_category_t category = utf8proc_category(code_point);
  if (IsMark(category) || code_point == 0xAD) {
    character.kind = Kind::kIgnored;
    return character;
  }
  if (!IsLetterOrNumber(category)) return character;
  std::array<utf8proc_int32_t, 20> parts{};
  int boundary = 0;
  const auto count = utf8proc_decompose_char(code_point, parts.data(), parts.size(), kFoldOptions, &boundary);
  if (count <= 0 || static_cast<std::size_t>(count) > parts.size()) return character;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const utf8proc_int32_t part = parts[static_cast<std::size_t>(i)];
    if (IsLetterOrNumber(utf8proc_category(part))) AppendFolded(character, part);
  }
  if (character.size == 0) return character;
  character.kind = IsWrittenWithoutSpaces(code_point) ? Kind::kAloneToken : Kind::kToken;
  return character;
}

FoldedCharacter FoldAscii(char c) {
  FoldedCharacter character;
  if (!IsAsciiLetter(c) && !IsDigit(c)) return character;
  character.kind = Kind::kToken;
  character.bytes[0] = LowerAscii(c);
  character.size = 1;
  return character;
}

// Latin, Greek and Cyrillic: what most foreign text is made of, folded once.
constexpr std::size_t kTableSize = 0x500;

const std::vector<FoldedCharacter>& FoldTable() {
  static const std::vector<FoldedCharacter> table = [] {
    std::vector<FoldedCharacter> made(kTableSize);
    for (std::size_t c = 0x80; c < kTableSize; ++c) made[c] = FoldCodePoint(static_cast<utf8proc_int32_t>(c));
    return made;
  }();
  return table;
}

}  // namespace

FoldedCharacter FoldAt(std::string_view text, std::size_t position) {
  const auto first = static_cast<unsigned char>(text[position]);
  if (first < 0x80) return FoldAscii(text[position]);
  utf8proc_int32_t code_point = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
  const std::size_t left = std::min<std::size_t>(text.size() - position, 4);
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(left), &code_point);
  if (length <= 0) return {};
  const auto index = static_cast<std::size_t>(code_point);
  FoldedCharacter character = index < kTableSize ? FoldTable()[index] : FoldCodePoint(code_point);
  character.length = static_cast<std::uint8_t>(length);
  return character;
}

std::optional<std::string> FoldCase(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    std::string folded(text);
    std::transform(folded.begin(), folded.end(), folded.begin(), LowerAscii);
    return folded;
  }
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STABLE);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

bool IsUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  std::size_t position = 0;
  while (position < text.size()) {
    if (bytes[position] < 0x80) {
      ++position;
      continue;
    }
    utf8proc_int32_t code_point = -1;
    const auto length =
        utf8proc_iterate(bytes + position, static_cast<utf8proc_ssize_t>(text.size() - position), &code_point);
    if (length <= 0) return false;
    position += static_cast<std::size_t>(length);
  }
  return true;
}

std::string_view TrimSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace vigie::customers
