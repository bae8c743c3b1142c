#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::customers {

// The name of the encoding that text which begins like this most probably has: UTF-8, UTF-16LE, UTF-16BE or
// WINDOWS-1252.
std::string SniffEncoding(std::string_view beginning);

// Turns text of any encoding that iconv(3) knows into UTF-8, piece by piece: a character may be cut between two. Not
// thread-safe. For programs that may open files: iconv loads its tables when it needs them.
class TextTranscoder {
 public:
  // kInvalidArgument for a name that iconv does not know.
  static base::Result<std::unique_ptr<TextTranscoder>> Open(const std::string& encoding);
  ~TextTranscoder();
  TextTranscoder(const TextTranscoder&) = delete;
  TextTranscoder& operator=(const TextTranscoder&) = delete;

  // What is no text in this encoding becomes U+FFFD.
  std::string ToUtf8(std::string_view piece);

 private:
  explicit TextTranscoder(void* conversion) : conversion_(conversion) {}

  void* conversion_;  // iconv_t
  std::string rest_;  // of a character that was cut
};

}  // namespace vigie::customers
