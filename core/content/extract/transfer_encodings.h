#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/content/validate/byte_set.h"

namespace vigie::content {

// The value of a digit of base 16; nothing if it is none.
std::optional<unsigned> HexDigit(char c);
// The byte that two digits at the front of `text` spell.
std::optional<unsigned char> HexByte(std::string_view text);

// The digits of base64, of either alphabet (RFC 4648, sections 4 and 5); '=' is none. Of base 16.
inline constexpr ByteSet kBase64Digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");
inline constexpr ByteSet kHexDigits("0123456789abcdefABCDEF");

// Base64 of either alphabet, chunk by chunk; whatever is no digit of it is passed over (RFC 2045, section 6.8). What
// follows padding is decoded as well: attachments that were joined stay readable. Not thread-safe.
class Base64Decoder {
 public:
  void Append(std::string_view chunk, std::string& bytes);
  // Nothing follows: the last bytes that are whole. False if some bits were left over that no padding announced.
  bool Finish(std::string& bytes);

 private:
  void Flush(std::string& bytes);
  std::uint32_t group_ = 0;
  int digits_ = 0;
};

// Quoted-printable (RFC 2045, section 6.7), chunk by chunk; what is no proper escape stays as it is. Not thread-safe.
class QuotedPrintableDecoder {
 public:
  void Append(std::string_view chunk, std::string& bytes);
  void Finish(std::string& bytes);

 private:
  // Bytes of the escape at the start of `rest`; 0 = more are needed.
  static std::size_t AppendEscape(std::string_view rest, std::string& bytes);
  std::string waiting_;
};

}  // namespace vigie::content
