#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "core/content/extract/old_document_text.h"
#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr std::size_t kHeadBytes = 0x1aa;
constexpr std::size_t kChunkBytes = 64 * 1024;

std::uint32_t Number(std::string_view bytes, std::size_t position, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width && position + i < bytes.size(); ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[position + i])) << (8 * i);
  }
  return value;
}

// As many bytes as there are, at most `size`.
std::string ReadBytes(ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const auto count = source.ReadAt(offset, bytes);
  bytes.resize(count ? *count : 0);
  return bytes;
}

// MS-DOC 2.9.73 (FcCompressed): these bytes are not the character of their number.
char32_t CharacterOf(unsigned char byte) {
  constexpr std::array<char16_t, 32> kOthers = {0x80,  0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                                0x2c6, 0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x8e,   0x8f,
                                                0x90,  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                0x2dc, 0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x9e,   0x178};
  return byte >= 0x80 && byte < 0xa0 ? kOthers[byte - 0x80] : byte;
}

// Turns Word's characters into lines and cells.
class WordCharacters {
 public:
  void Append(char32_t c, std::string& text) {
    const bool was_cell = cell_;
    cell_ = c == 7;
    switch (c) {
      case 7:  // ends a cell; one more ends the row
        text.push_back(was_cell ? '\n' : '\t');
        cell_ = !was_cell;
        return;
      case 0x0b:
      case 0x0c:
      case 0x0d:
      case 0x0e:
        return text.push_back('\n');
      case 0x1e:
        return text.push_back('-');
      case 0x1f:  // a hyphen that shows at the end of a line only
        return;
      default:
        AppendUtf16(c, text);
    }
  }

 private:
  void AppendUtf16(char32_t c, std::string& text) {
    if (c >= 0xd800 && c < 0xdc00) {
      high_ = c;
      return;
    }
    if (c >= 0xdc00 && c < 0xe000 && high_ != 0) c = 0x10000 + ((high_ - 0xd800) << 10) + (c - 0xdc00);
    high_ = 0;
    AppendUtf8(c < 0x20 && c != '\t' ? U' ' : c, text);
  }

  bool cell_ = false;
  char32_t high_ = 0;  // the first half of a pair of surrogates
};

// The pieces that Word has put together over the document's life.
class PieceReader {
 public:
  PieceReader(ByteSource& document, const TextTaker& take) : document_(document), take_(take) {}

  OldDocumentEnd Read(std::uint32_t file_position, std::uint32_t characters) {
    constexpr std::uint32_t kCompressed = 0x40000000;
    const bool narrow = (file_position & kCompressed) != 0;
    std::uint64_t at = narrow ? (file_position & ~kCompressed) / 2 : file_position;
    std::uint64_t left = std::uint64_t{characters} * (narrow ? 1 : 2);
    while (left > 0) {
      const auto bytes = ReadBytes(document_, at, std::min<std::uint64_t>(left, kChunkBytes));
      if (bytes.size() < (narrow ? 1U : 2U)) return OldDocumentEnd::kNotUnderstood;
      if (!Take(bytes, narrow)) return OldDocumentEnd::kStopped;
      const auto used = narrow ? bytes.size() : bytes.size() / 2 * 2;
      at += used;
      left -= used;
    }
    return OldDocumentEnd::kWhole;
  }

 private:
  bool Take(const std::string& bytes, bool narrow) {
    text_.clear();
    for (std::size_t i = 0; i + (narrow ? 1 : 2) <= bytes.size(); i += narrow ? 1 : 2) {
      const auto c = narrow ? CharacterOf(static_cast<unsigned char>(bytes[i])) : char32_t{Number(bytes, i, 2)};
      characters_.Append(c, text_);
    }
    return take_(text_);
  }

  ByteSource& document_;
  const TextTaker& take_;
  WordCharacters characters_;
  std::string text_;
};

struct Span {
  std::uint64_t begin = 0;
  std::uint32_t bytes = 0;
};

// Where the table of pieces lies within the stream of tables (MS-DOC 2.9.38, Clx): behind some properties.
Span FindPieces(ByteSource& table, Span clx) {
  constexpr std::size_t kMostProperties = 4096;
  const auto end = clx.begin + clx.bytes;
  for (std::size_t i = 0; i < kMostProperties && clx.begin + 5 <= end; ++i) {
    const auto head = ReadBytes(table, clx.begin, 5);
    if (head.size() < 5) return {};
    if (head[0] == 2) return {clx.begin + 5, std::min<std::uint32_t>(Number(head, 1, 4), clx.bytes)};
    if (head[0] != 1) return {};
    clx.begin += 3 + Number(head, 1, 2);
  }
  return {};
}

}  // namespace

bool UsesFirstTable(std::string_view head) {
  return (Number(head, 10, 2) & 0x200) != 0;
}

OldDocumentEnd ReadWordText(ByteSource& document, ByteSource& table, const TextTaker& take) {
  constexpr std::uint32_t kWord97 = 0xc1;
  const auto head = ReadBytes(document, 0, kHeadBytes);
  if (head.size() < kHeadBytes || Number(head, 0, 2) != 0xa5ec || Number(head, 2, 2) < kWord97) {
    return OldDocumentEnd::kNotUnderstood;
  }
  const auto pieces = FindPieces(table, {Number(head, 0x1a2, 4), Number(head, 0x1a6, 4)});
  const std::uint32_t count = pieces.bytes < 16 ? 0 : (pieces.bytes - 4) / 12;
  PieceReader reader(document, take);
  // Pieces do not overlap in the text, whatever a hostile table says of where they lie in the file.
  std::uint32_t position = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto bounds = ReadBytes(table, pieces.begin + 4 * std::uint64_t{i}, 8);
    const auto place = ReadBytes(table, pieces.begin + 4 * (std::uint64_t{count} + 1) + 8 * std::uint64_t{i} + 2, 4);
    const auto begin = Number(bounds, 0, 4);
    const auto end = Number(bounds, 4, 4);
    if (bounds.size() < 8 || place.size() < 4 || begin != position || end <= begin)
      return OldDocumentEnd::kNotUnderstood;
    const auto read = reader.Read(Number(place, 0, 4), end - begin);
    if (read != OldDocumentEnd::kWhole) return read;
    position = end;
  }
  return position > 0 ? OldDocumentEnd::kWhole : OldDocumentEnd::kNotUnderstood;
}

}  // namespace vigie::content
