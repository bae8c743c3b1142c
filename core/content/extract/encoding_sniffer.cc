#include <algorithm>
#include <array>
#include <cstddef>

#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"

namespace vigie::content {
namespace {

// Backspace, tabs, line ends, form feed and escape are used in text. Without a branch, so that many are asked at once.
constexpr unsigned ControlBit(unsigned char c) {
  return static_cast<unsigned>(c < 0x08) |
         (static_cast<unsigned>(c > 0x0d) & static_cast<unsigned>(c < 0x20) & static_cast<unsigned>(c != 0x1b)) |
         static_cast<unsigned>(c == 0x7f);
}

constexpr bool IsControl(unsigned char c) {
  return ControlBit(c) != 0;
}

// Without the character that the end of the head may cut in two.
bool DecodesAs(std::string_view head, TextEncoding encoding, std::size_t unit) {
  head.remove_suffix(head.size() % unit);
  TextDecoder decoder(encoding);
  std::string text;
  decoder.Decode(head, text);
  return !decoder.met_undecodable() && !HasControls(text);
}

using Zeros = std::array<std::size_t, 4>;

Zeros CountZeros(std::string_view head) {
  Zeros zeros{};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 4] += head[i] == '\0' ? 1 : 0;
  return zeros;
}

// Every unit ends, or begins, with a zero and has another one beside it.
std::optional<TextEncoding> Utf32ByZeros(std::string_view head, const Zeros& zeros) {
  const auto units = head.size() / 4;
  if (units < 2) return std::nullopt;
  if (zeros[3] >= units && 2 * zeros[2] > units && zeros[0] == 0) return TextEncoding::kUtf32LittleEndian;
  if (zeros[0] >= units && 2 * zeros[1] > units && zeros[3] == 0) return TextEncoding::kUtf32BigEndian;
  return std::nullopt;
}

// Text in Latin scripts has a zero in nearly every unit, on the side of the high byte. In other scripts only spaces and
// digits have, but then many bytes are no ASCII: plain text with a stray zero in it is no UTF-16.
std::optional<TextEncoding> Utf16ByZeros(std::string_view head, const Zeros& zeros) {
  const auto even = zeros[0] + zeros[2];
  const auto odd = zeros[1] + zeros[3];
  // A few characters have a zero on the other side: 一 is U+4E00.
  const bool one_side = std::max(even, odd) > 8 * std::min(even, odd);
  if (!one_side) return std::nullopt;
  const auto side = even < odd ? TextEncoding::kUtf16LittleEndian : TextEncoding::kUtf16BigEndian;
  if (even + odd > head.size() / 4) return side;  // half of the units
  const auto is_foreign = [](char c) {
    return c != '\0' && (static_cast<unsigned char>(c) >= 0x80 || IsControl(static_cast<unsigned char>(c)));
  };
  const auto foreign = static_cast<std::size_t>(std::ranges::count_if(head, is_foreign));
  return foreign > head.size() / 8 ? std::optional(side) : std::nullopt;
}

std::optional<TextEncoding> Wide(std::string_view head) {
  using namespace std::string_view_literals;
  const auto zeros = CountZeros(head);
  auto utf32 = Utf32ByZeros(head, zeros);
  if (head.starts_with("\xff\xfe\0\0"sv)) utf32 = TextEncoding::kUtf32LittleEndian;
  if (head.starts_with("\0\0\xfe\xff"sv)) utf32 = TextEncoding::kUtf32BigEndian;
  if (utf32 && DecodesAs(head, *utf32, 4)) return utf32;
  auto utf16 = Utf16ByZeros(head, zeros);
  if (head.starts_with("\xff\xfe")) utf16 = TextEncoding::kUtf16LittleEndian;
  if (head.starts_with("\xfe\xff")) utf16 = TextEncoding::kUtf16BigEndian;
  if (utf16 && DecodesAs(head, *utf16, 2)) return utf16;
  return std::nullopt;
}

}  // namespace

bool HasControls(std::string_view text) {
  constexpr std::size_t kBlock = 64;
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    unsigned found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) found |= ControlBit(static_cast<unsigned char>(text[i]));
    if (found != 0) return true;
  }
  return std::ranges::any_of(text, [](char c) { return IsControl(static_cast<unsigned char>(c)); });
}

bool IsEbcdic(std::string_view head) {
  constexpr std::size_t kShortest = 32;
  constexpr unsigned char kSpace = 0x40;
  if (head.size() < kShortest || head.find(' ') != std::string_view::npos) return false;
  std::size_t spaces = 0;
  std::size_t usual = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    const auto low = byte & 0x0f;
    const bool is_letter_or_digit = byte >= 0xf0 ? low <= 9 : byte >= 0x81 && low >= 1 && low <= 9;
    spaces += byte == kSpace ? 1 : 0;
    usual += is_letter_or_digit || byte == kSpace ? 1 : 0;
  }
  return spaces * 40 >= head.size() && usual * 4 >= head.size() * 3;
}

std::optional<TextEncoding> SniffEncoding(std::string_view head, bool is_all) {
  if (head.empty()) return std::nullopt;
  if (const auto wide = Wide(head)) return wide;
  if (HasControls(head)) return std::nullopt;
  TextDecoder decoder(TextEncoding::kEightBit);
  std::string text;
  decoder.Decode(head, text);
  if (is_all) decoder.Finish(text);
  if (decoder.met_undecodable()) return std::nullopt;
  return TextEncoding::kEightBit;
}

}  // namespace vigie::content
