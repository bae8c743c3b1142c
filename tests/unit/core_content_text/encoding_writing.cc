#include "tests/unit/core_content_text/encoding_writing.h"

#include <gtest/gtest.h>
#include <iconv.h>

namespace vigie::content {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

void AppendHex(unsigned char byte, std::string& text) {
  text += kHexDigits[byte >> 4];
  text += kHexDigits[byte & 15];
}

}  // namespace

std::string Encode(std::string_view utf8, const std::string& encoding) {
  const iconv_t converter = iconv_open(encoding.c_str(), "UTF-8");
  std::string bytes(utf8.size() * 4 + 16, '\0');
  char* from = const_cast<char*>(utf8.data());
  char* to = bytes.data();
  std::size_t left = utf8.size();
  std::size_t room = bytes.size();
  EXPECT_EQ(iconv(converter, &from, &left, &to, &room), 0U) << encoding;
  iconv(converter, nullptr, nullptr, &to, &room);
  iconv_close(converter);
  bytes.resize(bytes.size() - room);
  return bytes;
}

std::string Base64(std::string_view bytes, bool url_safe) {
  constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto alphabet = url_safe ? kUrlSafe : kStandard;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      if (i + j <= bytes.size()) {
        text += alphabet[(group >> (18 - 6 * j)) & 63];
      } else if (!url_safe) {
        text += '=';
      }
    }
  }
  return text;
}

std::string Wrapped(std::string_view text, std::size_t width, std::string_view line_end) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); i += width) lines.append(text.substr(i, width)).append(line_end);
  return lines;
}

std::string Hex(std::string_view bytes, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) text += separator;
    AppendHex(static_cast<unsigned char>(bytes[i]), text);
  }
  return text;
}

std::string Escaped(std::string_view bytes, std::string_view prefix) {
  std::string text;
  for (const char c : bytes) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ') {
      text += c;
    } else {
      text += prefix;
      AppendHex(static_cast<unsigned char>(c), text);
    }
  }
  return text;
}

}  // namespace vigie::content
