#include "core/content/extract/charset.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr char32_t kUndefined = 0xfffd;

using CodePage = std::array<char32_t, 256>;

class Converter {
 public:
  explicit Converter(const std::string& from) : handle_(iconv_open("UTF-8", from.c_str())) {}
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }
  Converter(Converter&& other) noexcept : handle_(std::exchange(other.handle_, kClosed)) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  Converter& operator=(Converter&&) = delete;

  bool is_open() const { return handle_ != kClosed; }
  void Reset() const { iconv(handle_, nullptr, nullptr, nullptr, nullptr); }
  // Converts as much as goes; false with errno if it stopped early.
  bool Convert(std::string_view& bytes, std::string& utf8) const {
    std::array<char, 4096> buffer;
    char* from = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there
    std::size_t left = bytes.size();
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const auto result = iconv(handle_, &from, &left, &to, &room);
    const int failure = errno;
    utf8.append(buffer.data(), buffer.size() - room);
    bytes.remove_prefix(bytes.size() - left);
    errno = failure;
    return result != static_cast<std::size_t>(-1);
  }

 private:
  static inline const iconv_t kClosed = reinterpret_cast<iconv_t>(static_cast<std::intptr_t>(-1));
  iconv_t handle_;
};

class SingleByteCharset final : public Charset {
 public:
  SingleByteCharset(std::string name, const CodePage& page) : Charset(std::move(name)) {
    for (std::size_t i = 0; i < page.size(); ++i) AppendUtf8(page[i], utf8_[i]);
    for (std::size_t i = 0; i < page.size(); ++i) undefined_[i] = page[i] == kUndefined;
  }
  bool is_single_byte() const override { return true; }

 private:
  Progress DecodeBytes(std::string_view bytes, std::string& utf8) const override {
    Progress progress{.used = bytes.size(), .undecodable = false};
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      utf8.append(utf8_[byte]);
      progress.undecodable |= undefined_[byte] || byte == 0;
    }
    return progress;
  }

  std::array<std::string, 256> utf8_;
  std::array<bool, 256> undefined_{};
};

class MultiByteCharset final : public Charset {
 public:
  MultiByteCharset(std::string name, Converter converter)
      : Charset(std::move(name)), converter_(std::move(converter)) {}
  bool is_single_byte() const override { return false; }

 private:
  Progress DecodeBytes(std::string_view bytes, std::string& utf8) const override {
    converter_.Reset();
    Progress progress;
    auto rest = bytes;
    while (!rest.empty() && !converter_.Convert(rest, utf8)) {
      if (errno == E2BIG) continue;
      if (errno == EINVAL) break;  // an incomplete character
      AppendUtf8(kUndefined, utf8);
      progress.undecodable = true;
      rest.remove_prefix(1);
    }
    progress.used = bytes.size() - rest.size();
    progress.undecodable |= bytes.find('\0') != std::string_view::npos;
    return progress;
  }

  Converter converter_;
};

// What the single byte means; iconv gives one character for it, or none.
char32_t MeaningOf(const Converter& converter, char byte) {
  std::string utf8;
  std::string_view bytes(&byte, 1);
  converter.Reset();
  if (!converter.Convert(bytes, utf8) || utf8.empty()) return kUndefined;
  char32_t code_point = static_cast<unsigned char>(utf8[0]);
  if (code_point < 0x80) return code_point;
  code_point &= 0x3fU >> (utf8.size() - 1);
  for (std::size_t i = 1; i < utf8.size(); ++i)
    code_point = (code_point << 6) | (static_cast<unsigned char>(utf8[i]) & 0x3fU);
  return code_point;
}

CodePage PageOf(const Converter& converter) {
  CodePage page{};
  for (std::size_t i = 0; i < page.size(); ++i) page[i] = MeaningOf(converter, static_cast<char>(i));
  return page;
}

constexpr const char* kSingleByte[] = {"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252",
                                       "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255",
                                       "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258",
                                       "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",
                                       "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
                                       "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",
                                       "ISO-8859-11",  "ISO-8859-13",  "ISO-8859-14",
                                       "ISO-8859-15",  "ISO-8859-16",  "MACINTOSH",
                                       "MAC-CYRILLIC", "MAC-UK",       "MAC-CENTRALEUROPE",
                                       "KOI8-R",       "KOI8-U",       "IBM437",
                                       "IBM850",       "IBM852",       "IBM855",
                                       "IBM857",       "IBM858",       "IBM862",
                                       "IBM865",       "IBM866",       "TIS-620",
                                       "VISCII"};

constexpr const char* kMultiByte[] = {"GB18030", "BIG5-HKSCS",  "CP932",       "EUC-JP", "ISO-2022-JP",
                                      "CP949",   "ISO-2022-KR", "ISO-2022-CN", "EUC-TW", "JOHAB"};

// Lower-case letters and digits only: ISO_8859-15 and iso885915 are one.
std::string Simplified(std::string_view name) {
  std::string simple;
  for (const char c : name.substr(0, 64)) {
    if (c >= 'A' && c <= 'Z') simple.push_back(static_cast<char>(c - 'A' + 'a'));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) simple.push_back(c);
  }
  return simple;
}

struct Alias {
  std::string_view simplified;
  std::string_view name;
};

// https://encoding.spec.whatwg.org/#names-and-labels, as far as the names are not their own simplification.
constexpr Alias kAliases[] = {{"iso88591", "WINDOWS-1252"},
                              {"latin1", "WINDOWS-1252"},
                              {"l1", "WINDOWS-1252"},
                              {"gb2312", "GB18030"},
                              {"gbk", "GB18030"},
                              {"gb231280", "GB18030"},
                              {"xgbk", "GB18030"},
                              {"cp936", "GB18030"},
                              {"windows936", "GB18030"},
                              {"euccn", "GB18030"},
                              {"hzgb2312", "GB18030"},
                              {"big5", "BIG5-HKSCS"},
                              {"cnbig5", "BIG5-HKSCS"},
                              {"xxbig5", "BIG5-HKSCS"},
                              {"cp950", "BIG5-HKSCS"},
                              {"shiftjis", "CP932"},
                              {"sjis", "CP932"},
                              {"xsjis", "CP932"},
                              {"windows31j", "CP932"},
                              {"mskanji", "CP932"},
                              {"xeucjp", "EUC-JP"},
                              {"euckr", "CP949"},
                              {"ksc56011987", "CP949"},
                              {"ksc5601", "CP949"},
                              {"uhc", "CP949"},
                              {"windows949", "CP949"},
                              {"koi8", "KOI8-R"},
                              {"koi8ru", "KOI8-U"},
                              {"mac", "MACINTOSH"},
                              {"macroman", "MACINTOSH"},
                              {"xmacroman", "MACINTOSH"},
                              {"xmaccyrillic", "MAC-CYRILLIC"},
                              {"xmacce", "MAC-CENTRALEUROPE"},
                              {"latin2", "ISO-8859-2"},
                              {"latin3", "ISO-8859-3"},
                              {"latin4", "ISO-8859-4"},
                              {"latin5", "ISO-8859-9"},
                              {"latin6", "ISO-8859-10"},
                              {"latin9", "ISO-8859-15"},
                              {"iso88598i", "ISO-8859-8"},
                              {"tis620", "TIS-620"},
                              {"windows874", "TIS-620"}};

// cp1251, x-cp1251 and windows-1251; cp850 and ibm850.
std::string WithoutVendor(std::string name) {
  if (name.starts_with("xcp")) name.erase(0, 1);
  if (name.starts_with("cp125")) return "windows" + name.substr(2);
  if (name.starts_with("cp8") || name.starts_with("cp4")) return "ibm" + name.substr(2);
  if (name.starts_with("ansi125")) return "windows" + name.substr(4);
  return name;
}

}  // namespace

base::Result<std::unique_ptr<CharsetTable>> CharsetTable::Load() {
  std::unique_ptr<CharsetTable> table(new CharsetTable());
  for (const char* name : kSingleByte) {
    const Converter converter(name);
    if (converter.is_open()) table->Add(std::make_unique<SingleByteCharset>(name, PageOf(converter)));
  }
  for (const char* name : kMultiByte) {
    Converter converter(name);
    if (converter.is_open()) table->Add(std::make_unique<MultiByteCharset>(name, std::move(converter)));
  }
  if (!table->charsets_.empty()) return table;
  return base::Error{base::ErrorCode::kNotFound, "load the C library's character sets (gconv modules of libc6)"};
}

CharsetTable::~CharsetTable() = default;

void CharsetTable::Add(std::unique_ptr<const Charset> charset) {
  by_name_[Simplified(charset->name())] = charset.get();
  charsets_.push_back(std::move(charset));
}

const Charset* CharsetTable::Find(std::string_view name) const {
  auto wanted = WithoutVendor(Simplified(name));
  const auto* const alias = std::ranges::find(kAliases, wanted, &Alias::simplified);
  if (alias != std::end(kAliases)) wanted = Simplified(alias->name);
  const auto found = by_name_.find(wanted);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace vigie::content
