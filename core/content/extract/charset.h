#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::content {

// One legacy encoding, ready to decode without opening anything. Not thread-safe (a converter keeps state while it
// works, never between two calls).
class Charset {
 public:
  struct Progress {
    std::size_t used = 0;      // bytes; the rest is an incomplete character
    bool undecodable = false;  // something was no text of this charset and became U+FFFD
  };

  virtual ~Charset() = default;
  Progress Decode(std::string_view bytes, std::string& utf8) const { return DecodeBytes(bytes, utf8); }
  // As uchardet and iconv call it: WINDOWS-1251.
  std::string_view name() const { return name_; }
  // Escape sequences shift its meaning (ISO-2022-*): only whole lines can be decoded by themselves.
  bool is_stateful() const { return name_.starts_with("ISO-2022"); }
  // Each byte is one character.
  virtual bool is_single_byte() const = 0;

 protected:
  explicit Charset(std::string name) : name_(std::move(name)) {}

 private:
  virtual Progress DecodeBytes(std::string_view bytes, std::string& utf8) const = 0;
  std::string name_;
};

// All legacy encodings that we know: the single-byte code pages as tables, the multi-byte ones as open converters.
// The C library reads its converters from files, so this must be loaded before the process is confined.
class CharsetTable {
 public:
  // Single-byte pages that this system lacks are left out; an error only if iconv knows nothing at all.
  static base::Result<std::unique_ptr<CharsetTable>> Load();
  ~CharsetTable();

  // By any of its usual names, as mail and markup give them (case and punctuation do not matter; Latin-1 is
  // Windows-1252). Nullptr for what is not known, and for UTF-8 and ASCII.
  const Charset* Find(std::string_view name) const;

 private:
  CharsetTable() = default;
  void Add(std::unique_ptr<const Charset> charset);
  std::vector<std::unique_ptr<const Charset>> charsets_;
  std::map<std::string, const Charset*, std::less<>> by_name_;
};

// The charset of `head`, the beginning of bytes that are 8-bit text but not UTF-8. Nullptr = Windows-1252, or no text.
// Latin scripts are told apart by which reading makes words (uchardet errs on short texts); what uchardet says counts
// for other scripts, and only if it decodes without a mistake. A charset that markup declares is believed first.
const Charset* GuessCharset(std::string_view head, const CharsetTable& charsets);

}  // namespace vigie::content
