#include "core/content/extract/mail_header.h"

#include <algorithm>

#include "core/content/extract/text_decoder.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The Q encoding: quoted-printable with _ for a space.
std::string DecodeQ(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '_', ' ');
  std::string bytes;
  QuotedPrintableDecoder decoder;
  decoder.Append(spaced, bytes);
  decoder.Finish(bytes);
  return bytes;
}

std::string DecodeB(std::string_view text) {
  std::string bytes;
  Base64Decoder decoder;
  decoder.Append(text, bytes);
  decoder.Finish(bytes);
  return bytes;
}

struct EncodedWord {
  std::size_t length = 0;  // 0 = there is none
  std::string charset;
  std::string bytes;
};

// =?charset*language?B?text?= at the start of `rest`.
EncodedWord ReadEncodedWord(std::string_view rest) {
  const auto charset_end = rest.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= rest.size() || rest[charset_end + 2] != '?')
    return {};
  const auto text_begin = charset_end + 3;
  const auto text_end = rest.find("?=", text_begin);
  if (text_end == std::string_view::npos) return {};
  const auto text = rest.substr(text_begin, text_end - text_begin);
  const auto charset = rest.substr(2, charset_end - 2);
  const char code = rest[charset_end + 1];
  if (code != 'B' && code != 'b' && code != 'Q' && code != 'q') return {};
  return {text_end + 2, std::string(charset.substr(0, charset.find('*'))),
          code == 'B' || code == 'b' ? DecodeB(text) : DecodeQ(text)};
}

// %C3%A9
std::string UnescapePercent(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? HexByte(text.substr(i + 1)) : std::nullopt;
    bytes.push_back(byte ? static_cast<char>(*byte) : text[i]);
    if (byte) i += 2;
  }
  return bytes;
}

}  // namespace

std::string DecodeCharset(std::string_view bytes, std::string_view charset_name, const CharsetTable& charsets) {
  const auto* const charset = charsets.Find(charset_name);
  TextDecoder decoder(charset == nullptr ? TextEncoding::kEightBit : TextEncoding::kCharset, charset);
  std::string text;
  decoder.Decode(bytes, text);
  decoder.Finish(text);
  return text;
}

std::string DecodeEncodedWords(std::string_view value, const CharsetTable& charsets) {
  std::string text;
  std::string pending;  // bytes of neighbouring words of one charset: a character may be split between them
  std::string charset;
  const auto flush = [&] {
    text += DecodeCharset(pending, charset, charsets);
    pending.clear();
  };
  while (!value.empty()) {
    auto word = value.starts_with("=?") ? ReadEncodedWord(value) : EncodedWord{};
    if (word.length == 0) {
      flush();
      const auto next = value.find("=?", 1);
      text += DecodeCharset(value.substr(0, next), "", charsets);
      value.remove_prefix(std::min(next, value.size()));
      continue;
    }
    if (word.charset != charset) flush();
    charset = word.charset;
    pending += word.bytes;
    value.remove_prefix(word.length);
    const auto gap = std::min(value.find_first_not_of(kSpace), value.size());
    if (value.substr(gap).starts_with("=?")) value.remove_prefix(gap);
  }
  flush();
  return text;
}

ParameterizedValue::ParameterizedValue(std::string_view value) {
  const auto end = std::min(value.find(';'), value.size());
  main_ = Lower(Trim(value.substr(0, end)));
  auto rest = value.substr(std::min(end + 1, value.size()));
  constexpr std::size_t kMostParameters = 256;
  while (!rest.empty() && parameters_.size() < kMostParameters) rest = TakeParameter(rest);
}

std::string_view ParameterizedValue::TakeParameter(std::string_view rest) {
  const auto name_end = rest.find_first_of("=;");
  if (name_end == std::string_view::npos || rest[name_end] == ';')
    return rest.substr(std::min(name_end, rest.size() - 1) + 1);
  Parameter parameter{Lower(Trim(rest.substr(0, name_end))), ""};
  rest = rest.substr(name_end + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  const bool quoted = rest.starts_with('"');
  std::size_t i = quoted ? 1 : 0;
  for (; i < rest.size() && rest[i] != (quoted ? '"' : ';'); ++i) {
    if (quoted && rest[i] == '\\' && i + 1 < rest.size()) ++i;
    parameter.value.push_back(rest[i]);
  }
  if (!quoted) parameter.value = std::string(Trim(parameter.value));
  parameters_.push_back(std::move(parameter));
  const auto next = rest.find(';', i);
  return next == std::string_view::npos ? std::string_view() : rest.substr(next + 1);
}

std::string ParameterizedValue::Find(std::string_view name, const CharsetTable& charsets) const {
  const auto value_of = [&](const std::string& wanted) -> const std::string* {
    const auto found = std::ranges::find(parameters_, wanted, &Parameter::name);
    return found == parameters_.end() ? nullptr : &found->value;
  };
  const std::string key(name);
  if (const auto* plain = value_of(key)) return DecodeEncodedWords(*plain, charsets);
  std::string whole;
  bool encoded = false;
  if (const auto* extended = value_of(key + "*")) whole = *extended, encoded = true;
  constexpr int kMostPieces = 64;
  for (int i = 0; i < kMostPieces && !value_of(key + "*"); ++i) {
    const auto numbered = key + "*" + std::to_string(i);
    const auto* const extended = value_of(numbered + "*");
    const auto* const piece = extended != nullptr ? extended : value_of(numbered);
    if (piece == nullptr) break;
    encoded |= extended != nullptr;
    whole += *piece;
  }
  if (!encoded) return whole;
  const auto charset_end = whole.find('\'');
  const auto language_end = charset_end == std::string::npos ? charset_end : whole.find('\'', charset_end + 1);
  if (language_end == std::string::npos) return UnescapePercent(whole);
  return DecodeCharset(UnescapePercent(whole.substr(language_end + 1)), whole.substr(0, charset_end), charsets);
}

void MailHeader::AddLine(std::string_view line) {
  const bool folded = !line.empty() && (line[0] == ' ' || line[0] == '\t');
  if (folded && !fields_.empty()) {
    fields_.back().append(line);
  } else {
    fields_.emplace_back(line);
  }
}

std::string_view MailHeader::Find(std::string_view lower_name) const {
  for (const std::string_view field : fields_) {
    const auto colon = field.find(':');
    if (colon != std::string_view::npos && Lower(Trim(field.substr(0, colon))) == lower_name)
      return Trim(field.substr(colon + 1));
  }
  return "";
}

std::string MailHeader::ToText(const CharsetTable& charsets) const {
  std::string text;
  for (const auto& field : fields_) text += DecodeEncodedWords(field, charsets) + "\n";
  return text;
}

}  // namespace vigie::content
