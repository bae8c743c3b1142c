#pragma once

#include <string>
#include <string_view>

#include "core/content/extract/content_type.h"

namespace vigie::content {

// Turns text of a known encoding into UTF-8, chunk by chunk; a byte order mark is dropped. Bytes that are not valid
// UTF-8 are taken for Windows-1252 (https://encoding.spec.whatwg.org/#windows-1252), which every office program still
// writes. Not thread-safe.
class TextDecoder {
 public:
  // `charset` is the one of kCharset; it outlives the decoder.
  explicit TextDecoder(TextEncoding encoding, const Charset* charset = nullptr)
      : encoding_(encoding), charset_(charset) {}

  // Appends the text of `chunk` to `utf8`; an incomplete character waits for the next chunk.
  void Decode(std::string_view chunk, std::string& utf8);
  // The same text: `chunk` itself if it is UTF-8 as it stands, else a view of `utf8`, which it overwrites.
  std::string_view View(std::string_view chunk, std::string& utf8);
  // Nothing follows: what still waits is decoded as it is.
  void Finish(std::string& utf8);

  // Some bytes were no text of this encoding (they became U+FFFD), or were binary zeros: this is not all text.
  bool met_undecodable() const { return met_undecodable_; }

 private:
  std::size_t DecodeWhole(std::string_view bytes, std::string& utf8);  // bytes used
  std::size_t DecodeEightBit(std::string_view bytes, std::string& utf8);
  std::size_t DecodeCharset(std::string_view bytes, std::string& utf8);
  std::size_t DecodeUtf32(std::string_view bytes, std::string& utf8);
  std::size_t DecodeUtf16(std::string_view bytes, std::string& utf8);
  void AppendWindows1252(unsigned char byte, std::string& utf8);
  void AppendUndecodable(std::string& utf8);

  TextEncoding encoding_;
  const Charset* charset_;
  std::string waiting_;
  bool at_start_ = true;
  bool met_undecodable_ = false;
};

// Appends the UTF-8 of a code point; U+FFFD for what is none (surrogates, above U+10FFFF).
void AppendUtf8(char32_t code_point, std::string& utf8);

}  // namespace vigie::content
