#include "core/content/extract/text_decoder.h"

#include <algorithm>
#include <array>

namespace vigie::content {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// 0x80 to 0x9f of Windows-1252; 0 = undefined.
constexpr std::array<char16_t, 32> kWindows1252 = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                                   0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

// The bytes of a well-formed UTF-8 sequence by its first byte (Unicode 15, table 3-7); 0 = no first byte.
std::size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
bool IsSecondByte(unsigned char first, unsigned char second) {
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

enum class Form { kValid, kInvalid, kIncomplete };

Form FormOf(std::string_view bytes, std::size_t length) {
  if (length == 0) return Form::kInvalid;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= bytes.size()) return Form::kIncomplete;
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool good = i == 1 ? IsSecondByte(static_cast<unsigned char>(bytes[0]), byte) : (byte & 0xc0) == 0x80;
    if (!good) return Form::kInvalid;
  }
  return Form::kValid;
}

bool IsSurrogate(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdfff;
}
bool IsHighSurrogate(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool IsLowSurrogate(char32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

std::size_t AsciiPrefix(std::string_view bytes) {
  const auto end = std::ranges::find_if(bytes, [](char c) { return c == '\0' || (c & 0x80) != 0; });
  return static_cast<std::size_t>(end - bytes.begin());
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
  const auto used = encoding_ == TextEncoding::kEightBit ? DecodeEightBit(chunk, utf8) : DecodeUtf16(chunk, utf8);
  waiting_.assign(chunk.substr(used));
}

void TextDecoder::Finish(std::string& utf8) {
  for (const char c : waiting_) {
    if (encoding_ == TextEncoding::kEightBit) {
      AppendWindows1252(static_cast<unsigned char>(c), utf8);
    } else {
      AppendUndecodable(utf8);
    }
  }
  waiting_.clear();
}

std::size_t TextDecoder::DecodeEightBit(std::string_view bytes, std::string& utf8) {
  std::size_t used = 0;
  if (at_start_ && bytes.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(bytes)) return 0;
  if (at_start_ && bytes.starts_with(kByteOrderMark)) used = kByteOrderMark.size();
  at_start_ = at_start_ && bytes.empty();
  while (used < bytes.size()) {
    const auto rest = bytes.substr(used);
    const auto plain = AsciiPrefix(rest);
    utf8.append(rest.substr(0, plain));
    used += plain;
    if (plain == rest.size()) break;
    const auto first = static_cast<unsigned char>(bytes[used]);
    if (first == 0) met_undecodable_ = true;
    const auto length = SequenceLength(first);
    const auto form = FormOf(bytes.substr(used), length);
    if (form == Form::kIncomplete) break;
    if (form == Form::kValid) {
      utf8.append(bytes.substr(used, length));
      used += length;
    } else {
      AppendWindows1252(first, utf8);
      ++used;
    }
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
