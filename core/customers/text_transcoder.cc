#include "core/customers/text_transcoder.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kLongestCharacter = 8;  // of any encoding, shift sequences included

// Latin text in UTF-16 has a zero in every other byte.
std::string SniffUtf16(std::string_view text) {
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 2] += text[i] == '\0' ? 1 : 0;
  const std::size_t many = text.size() / 4;
  if (zeros[1] > many && zeros[0] < many / 8 + 1) return "UTF-16LE";
  if (zeros[0] > many && zeros[1] < many / 8 + 1) return "UTF-16BE";
  return "";
}

// Foreign letters that are right UTF-8, against bytes that are not: one broken row does not make another encoding.
bool IsMostlyUtf8(std::string_view text) {
  std::size_t right = 0;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    const bool whole = IsUtf8(text.substr(i, length));
    right += whole && length > 1 ? 1 : 0;
    wrong += whole || i + length > text.size() ? 0 : 1;
    i += whole ? length : 1;
  }
  return wrong <= right;
}

}  // namespace

std::string SniffEncoding(std::string_view beginning) {
  if (beginning.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (beginning.starts_with("\xFE\xFF")) return "UTF-16BE";
  std::string utf16 = SniffUtf16(beginning);
  if (!utf16.empty()) return utf16;
  return IsMostlyUtf8(beginning) ? "UTF-8" : "WINDOWS-1252";
}

base::Result<std::unique_ptr<TextTranscoder>> TextTranscoder::Open(const std::string& encoding) {
  const iconv_t conversion = iconv_open("UTF-8", encoding.c_str());
  if (conversion == reinterpret_cast<iconv_t>(-1)) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "encoding: \"" + encoding + "\" is not known; iconv -l lists those that are"};
  }
  return std::unique_ptr<TextTranscoder>(new TextTranscoder(conversion));
}

TextTranscoder::~TextTranscoder() {
  iconv_close(conversion_);
}

std::string TextTranscoder::ToUtf8(std::string_view piece) {
  std::string input = std::move(rest_);
  rest_.clear();
  input.append(piece);
  std::string text(input.size() * 3 + 16, '\0');
  char* from = input.data();
  std::size_t left = input.size();
  std::size_t written = 0;
  while (left > 0) {
    char* to = text.data() + written;
    std::size_t room = text.size() - written;
    const std::size_t done = iconv(conversion_, &from, &left, &to, &room);
    written = text.size() - room;
    if (done != static_cast<std::size_t>(-1)) break;
    if (errno == E2BIG) {
      text.resize(text.size() * 2);
    } else if (errno == EINVAL && left < kLongestCharacter) {
      rest_.assign(from, left);
      break;
    } else {
      if (text.size() - written < 3) text.resize(text.size() * 2);
      text.replace(written, 3, "\xEF\xBF\xBD");
      written += 3;
      ++from;
      --left;
    }
  }
  text.resize(written);
  return text;
}

}  // namespace vigie::customers
