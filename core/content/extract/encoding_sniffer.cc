#include <algorithm>
#include <array>
#include <cstddef>

#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"

namespace vigie::content {
namespace {

bool IsControl(unsigned char c) {
  constexpr std::string_view kUsedInText = "\t\n\v\f\r\x1b\b";
  return (c < 0x20 && kUsedInText.find(static_cast<char>(c)) == std::string_view::npos) || c == 0x7f;
}

bool HasControls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return IsControl(static_cast<unsigned char>(c)); });
}

bool DecodesAsUtf16(std::string_view head, TextEncoding encoding) {
  if (head.size() % 2 != 0) head.remove_suffix(1);
  TextDecoder decoder(encoding);
  std::string text;
  decoder.Decode(head, text);
  return !decoder.met_undecodable() && !HasControls(text);
}

// Text in Latin scripts has a zero in nearly every unit, on the side of the high byte.
std::optional<TextEncoding> Utf16ByZeros(std::string_view head) {
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == '\0' ? 1 : 0;
  const auto enough = head.size() / 4;  // half of the units
  if (zeros[1] > enough && zeros[0] == 0) return TextEncoding::kUtf16LittleEndian;
  if (zeros[0] > enough && zeros[1] == 0) return TextEncoding::kUtf16BigEndian;
  return std::nullopt;
}

std::optional<TextEncoding> Utf16(std::string_view head) {
  auto encoding = Utf16ByZeros(head);
  if (head.starts_with("\xff\xfe")) encoding = TextEncoding::kUtf16LittleEndian;
  if (head.starts_with("\xfe\xff")) encoding = TextEncoding::kUtf16BigEndian;
  if (!encoding || !DecodesAsUtf16(head, *encoding)) return std::nullopt;
  return encoding;
}

}  // namespace

std::optional<TextEncoding> SniffEncoding(std::string_view head, bool is_all) {
  if (head.empty()) return std::nullopt;
  if (const auto wide = Utf16(head)) return wide;
  if (HasControls(head)) return std::nullopt;
  TextDecoder decoder(TextEncoding::kEightBit);
  std::string text;
  decoder.Decode(head, text);
  if (is_all) decoder.Finish(text);
  if (decoder.met_undecodable()) return std::nullopt;
  return TextEncoding::kEightBit;
}

}  // namespace vigie::content
