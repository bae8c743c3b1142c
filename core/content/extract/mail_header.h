#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/content/extract/charset.h"

namespace vigie::content {

// `bytes` as UTF-8: in the charset of that name, else as UTF-8 or Windows-1252.
std::string DecodeCharset(std::string_view bytes, std::string_view charset_name, const CharsetTable& charsets);

// A header field's value with its encoded words decoded (RFC 2047); neighbouring ones join without a space.
std::string DecodeEncodedWords(std::string_view value, const CharsetTable& charsets);

// A value with parameters (RFC 2045, section 5.1): text/plain; charset="utf-8".
class ParameterizedValue {
 public:
  explicit ParameterizedValue(std::string_view value);

  // In lower case.
  const std::string& main() const { return main_; }
  // "" if it has none. Continuations and charsets of RFC 2231 are undone.
  std::string Find(std::string_view name, const CharsetTable& charsets) const;

 private:
  struct Parameter {
    std::string name;  // lower case, with the * of RFC 2231
    std::string value;
  };
  std::string_view TakeParameter(std::string_view rest);

  std::string main_;
  std::vector<Parameter> parameters_;
};

// The header of a message or of one of its parts: fields unfolded, in order.
class MailHeader {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{256} << 10;

  // One line without its end; folded ones continue the field before.
  void AddLine(std::string_view line);
  // The first field of this name (lower case), raw; "" if there is none.
  std::string_view Find(std::string_view lower_name) const;
  // All fields as text, one a line.
  std::string ToText(const CharsetTable& charsets) const;
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<std::string> fields_;
};

}  // namespace vigie::content
