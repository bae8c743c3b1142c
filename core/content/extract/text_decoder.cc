#include "core/content/extract/text_decoder.h"

#include <algorithm>
#include <array>

#include "core/content/extract/charset.h"
#include "platform/base/utf8.h"

namespace vigie::content {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// 0x80 to 0x9f of Windows-1252; 0 = undefined.
constexpr std::array<char16_t, 32> kWindows1252 = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                                   0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

bool IsSurrogate(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdfff;
}
bool IsHighSurrogate(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool IsLowSurrogate(char32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

}  // namespace

void AppendUtf8(char32_t code_point, std::string& utf8) {
  if (IsSurrogate(code_point) || code_point > 0x10ffff) code_point = kReplacement;
  const auto append = [&utf8](char32_t byte) { utf8.push_back(static_cast<char>(byte)); };
  const auto append_tail = [&](int shift) { append(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) return append(code_point);
  if (code_point < 0x800) {
    append(0xc0 | (code_point >> 6));
  } else if (code_point < 0x10000) {
    append(0xe0 | (code_point >> 12));
    append_tail(6);
  } else {
    append(0xf0 | (code_point >> 18));
    append_tail(12);
    append_tail(6);
  }
  append_tail(0);
}

void TextDecoder::Decode(std::string_view chunk, std::string& utf8) {
  std::string joined;
  if (!waiting_.empty()) {
    joined = std::move(waiting_) + std::string(chunk);
    waiting_.clear();
    chunk = joined;
  }
  waiting_.assign(chunk.substr(DecodeWhole(chunk, utf8)));
}

std::string_view TextDecoder::View(std::string_view chunk, std::string& utf8) {
  const bool is_between_characters = !at_start_ && waiting_.empty();
  if (encoding_ == TextEncoding::kEightBit && is_between_characters && base::Utf8Prefix(chunk) == chunk.size()) {
    return chunk;
  }
  utf8.clear();
  Decode(chunk, utf8);
  return utf8;
}

void TextDecoder::Finish(std::string& utf8) {
  if (charset_ != nullptr) {
    const auto progress = charset_->Decode(waiting_, utf8);
    met_undecodable_ |= progress.undecodable || progress.used < waiting_.size();
    waiting_.clear();
  }
  for (const char c : waiting_) {
    if (encoding_ == TextEncoding::kEightBit) {
      AppendWindows1252(static_cast<unsigned char>(c), utf8);
    } else {
      AppendUndecodable(utf8);
    }
  }
  waiting_.clear();
}

std::size_t TextDecoder::DecodeWhole(std::string_view bytes, std::string& utf8) {
  switch (encoding_) {
    case TextEncoding::kUtf16LittleEndian:
    case TextEncoding::kUtf16BigEndian:
      return DecodeUtf16(bytes, utf8);
    case TextEncoding::kUtf32LittleEndian:
    case TextEncoding::kUtf32BigEndian:
      return DecodeUtf32(bytes, utf8);
    case TextEncoding::kCharset:
      if (charset_ != nullptr) return DecodeCharset(bytes, utf8);
      [[fallthrough]];
    case TextEncoding::kEightBit:
      return DecodeEightBit(bytes, utf8);
  }
  return bytes.size();
}

std::size_t TextDecoder::DecodeCharset(std::string_view bytes, std::string& utf8) {
  constexpr std::size_t kLongestLine = 64 * 1024;
  if (charset_->is_stateful() && bytes.size() < kLongestLine) bytes = bytes.substr(0, bytes.rfind('\n') + 1);
  const auto progress = charset_->Decode(bytes, utf8);
  met_undecodable_ |= progress.undecodable;
  return progress.used;
}

std::size_t TextDecoder::DecodeUtf32(std::string_view bytes, std::string& utf8) {
  const bool big = encoding_ == TextEncoding::kUtf32BigEndian;
  std::size_t used = 0;
  for (; used + 4 <= bytes.size(); used += 4) {
    char32_t code_point = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      code_point = (code_point << 8) | static_cast<unsigned char>(bytes[used + (big ? i : 3 - i)]);
    }
    if (code_point == 0 || IsSurrogate(code_point) || code_point > 0x10ffff) {
      AppendUndecodable(utf8);
    } else if (!(at_start_ && code_point == 0xfeff)) {
      AppendUtf8(code_point, utf8);
    }
    at_start_ = false;
  }
  return used;
}

std::size_t TextDecoder::DecodeEightBit(std::string_view bytes, std::string& utf8) {
  std::size_t used = 0;
  if (at_start_ && bytes.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(bytes)) return 0;
  if (at_start_ && bytes.starts_with(kByteOrderMark)) used = kByteOrderMark.size();
  at_start_ = at_start_ && bytes.empty();
  while (used < bytes.size()) {
    const auto right = base::Utf8Prefix(bytes.substr(used));
    utf8.append(bytes.substr(used, right));
    used += right;
    if (used == bytes.size()) break;
    if (base::FirstUtf8Character(bytes.substr(used)).form == base::Utf8Form::kIncomplete) break;
    if (bytes[used] == '\0') met_undecodable_ = true;
    AppendWindows1252(static_cast<unsigned char>(bytes[used++]), utf8);
  }
  return used;
}

std::size_t TextDecoder::DecodeUtf16(std::string_view bytes, std::string& utf8) {
  const std::size_t high = encoding_ == TextEncoding::kUtf16BigEndian ? 0 : 1;
  const auto unit_at = [&](std::size_t position) {
    const auto byte = [&](std::size_t i) {
      return static_cast<char32_t>(static_cast<unsigned char>(bytes[position + i]));
    };
    return (byte(high) << 8) | byte(1 - high);
  };
  std::size_t used = 0;
  while (used + 2 <= bytes.size()) {
    const char32_t unit = unit_at(used);
    if (IsHighSurrogate(unit) && used + 4 > bytes.size()) break;
    const bool is_pair = IsHighSurrogate(unit) && IsLowSurrogate(unit_at(used + 2));
    if (is_pair) {
      AppendUtf8(0x10000 + ((unit - 0xd800) << 10) + (unit_at(used + 2) - 0xdc00), utf8);
    } else if (IsSurrogate(unit) || unit == 0) {
      AppendUndecodable(utf8);
    } else if (!(at_start_ && unit == 0xfeff)) {
      AppendUtf8(unit, utf8);
    }
    at_start_ = false;
    used += is_pair ? 4 : 2;
  }
  return used;
}

void TextDecoder::AppendWindows1252(unsigned char byte, std::string& utf8) {
  if (byte < 0x80) return utf8.push_back(static_cast<char>(byte));
  if (byte >= 0xa0) return AppendUtf8(byte, utf8);
  if (kWindows1252[byte - 0x80] == 0) return AppendUndecodable(utf8);
  AppendUtf8(kWindows1252[byte - 0x80], utf8);
}

void TextDecoder::AppendUndecodable(std::string& utf8) {
  met_undecodable_ = true;
  AppendUtf8(kReplacement, utf8);
}

}  // namespace vigie::content
