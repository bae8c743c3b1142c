#include <algorithm>
#include <cstdint>
#include <string>

#include "core/content/extract/old_document_text.h"
#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::uint64_t kAskEvery = 4096;          // records without text, whether there is time
constexpr std::uint32_t kTextCharacters = 0x0fa0;  // UTF-16
constexpr std::uint32_t kTextBytes = 0x0fa8;       // the low bytes of UTF-16
constexpr std::uint32_t kString = 0x0fba;          // UTF-16: names, links

std::uint32_t Number(std::string_view bytes, std::size_t position, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width && position + i < bytes.size(); ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[position + i])) << (8 * i);
  }
  return value;
}

class SlideReader {
 public:
  SlideReader(ByteSource& document, const TextTaker& take) : document_(document), take_(take) {}

  OldDocumentEnd Read() {
    std::string head(kHeadBytes, '\0');
    while (true) {
      const auto count = document_.ReadAt(position_, head);
      if (!count) return OldDocumentEnd::kNotUnderstood;
      const auto kind = Number(head, 2, 2);
      // The stream ends with a record, or with what its last sector is filled with.
      if (*count < kHeadBytes || kind == 0)
        return records_ > 0 ? OldDocumentEnd::kWhole : OldDocumentEnd::kNotUnderstood;
      if (++records_ % kAskEvery == 0 && !take_("")) return OldDocumentEnd::kStopped;
      position_ += kHeadBytes;
      const bool holds_records = (head[0] & 0xf) == 0xf;
      const auto size = Number(head, 4, 4);
      if (holds_records) continue;
      if (size > document_.size() - position_) return OldDocumentEnd::kNotUnderstood;
      if (IsText(kind) && !Take(kind, size)) return OldDocumentEnd::kStopped;
      position_ += size;
    }
  }

 private:
  static bool IsText(std::uint32_t kind) { return kind == kTextCharacters || kind == kTextBytes || kind == kString; }

  // One atom, as a paragraph or several.
  bool Take(std::uint32_t kind, std::uint32_t size) {
    const bool narrow = kind == kTextBytes;
    TextDecoder wide(TextEncoding::kUtf16LittleEndian);
    std::string bytes;
    for (std::uint32_t done = 0; done < size; done += static_cast<std::uint32_t>(bytes.size())) {
      bytes.resize(std::min<std::size_t>(size - done, kChunkBytes));
      const auto count = document_.ReadAt(position_ + done, bytes);
      if (!count || *count == 0) return false;
      bytes.resize(*count);
      std::string text;
      if (narrow) {
        for (const char c : bytes) AppendUtf8(static_cast<unsigned char>(c), text);
      } else {
        wide.Decode(bytes, text);
      }
      std::ranges::replace(text, '\r', '\n');
      std::ranges::replace(text, '\v', '\n');
      if (!take_(text)) return false;
    }
    return take_("\n");
  }

  ByteSource& document_;
  const TextTaker& take_;
  std::uint64_t position_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace

OldDocumentEnd ReadSlideText(ByteSource& document, const TextTaker& take) {
  return SlideReader(document, take).Read();
}

}  // namespace vigie::content
