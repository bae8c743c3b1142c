#include "core/content/extract/transfer_encodings.h"

#include "core/content/extract/chunk_rewriting.h"

namespace vigie::content {
namespace {

constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> MakeBase64Values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  return values;
}

constexpr auto kBase64Values = MakeBase64Values();

constexpr std::array<std::uint8_t, 256> MakeHexValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 10; i < 16; ++i) {
    values[static_cast<std::size_t>('a' + i - 10)] = values[static_cast<std::size_t>('A' + i - 10)] = i;
  }
  return values;
}

constexpr auto kHexValues = MakeHexValues();

std::uint8_t Base64Value(char c) {
  return kBase64Values[static_cast<unsigned char>(c)];
}

}  // namespace

std::optional<unsigned> HexDigit(char c) {
  const auto value = kHexValues[static_cast<unsigned char>(c)];
  return value == kNoDigit ? std::nullopt : std::optional<unsigned>(value);
}

std::optional<unsigned char> HexByte(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const unsigned high = kHexValues[static_cast<unsigned char>(text[0])];
  const unsigned low = kHexValues[static_cast<unsigned char>(text[1])];
  if (high == kNoDigit || low == kNoDigit) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

void Base64Decoder::Append(std::string_view chunk, std::string& bytes) {
  for (const char c : chunk) {
    const auto value = Base64Value(c);
    if (value == kNoDigit) {
      if (c == '=') Flush(bytes);
      continue;
    }
    group_ = (group_ << 6) | value;
    if (++digits_ < 4) continue;
    bytes.push_back(static_cast<char>(group_ >> 16));
    bytes.push_back(static_cast<char>(group_ >> 8));
    bytes.push_back(static_cast<char>(group_));
    group_ = 0;
    digits_ = 0;
  }
}

void Base64Decoder::Flush(std::string& bytes) {
  group_ <<= 6 * (4 - digits_);
  if (digits_ >= 2) bytes.push_back(static_cast<char>(group_ >> 16));
  if (digits_ == 3) bytes.push_back(static_cast<char>(group_ >> 8));
  group_ = 0;
  digits_ = 0;
}

bool Base64Decoder::Finish(std::string& bytes) {
  const bool whole = digits_ != 1;
  Flush(bytes);
  return whole;
}

void QuotedPrintableDecoder::Append(std::string_view chunk, std::string& bytes) {
  RewriteChunk(chunk, "=", waiting_, bytes,
               [](std::string_view rest, std::string& out) { return AppendEscape(rest, out); });
}

void QuotedPrintableDecoder::Finish(std::string& bytes) {
  bytes.append(waiting_);
  waiting_.clear();
}

std::size_t QuotedPrintableDecoder::AppendEscape(std::string_view rest, std::string& bytes) {
  if (rest.size() < 3 && (rest.size() < 2 || rest[1] != '\n')) return 0;
  if (rest[1] == '\n') return 2;
  if (rest.starts_with("=\r\n")) return 3;
  const auto byte = HexByte(rest.substr(1));
  bytes.push_back(byte ? static_cast<char>(*byte) : '=');
  return byte ? 3 : 1;
}

}  // namespace vigie::content
