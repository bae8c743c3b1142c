#include "core/content/extract/plain_xml.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

// Only those that say nothing but UTF-8: what is not among them is not read here.
constexpr std::array<std::string_view, 8> kDeclarations = {R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)",
                                                           R"(<?xml version="1.0" encoding="UTF-8" standalone="no"?>)",
                                                           R"(<?xml version="1.0" encoding="UTF-8"?>)",
                                                           R"(<?xml version="1.0" encoding="utf-8" standalone="yes"?>)",
                                                           R"(<?xml version="1.0" encoding="utf-8"?>)",
                                                           R"(<?xml version='1.0' encoding='UTF-8' standalone='yes'?>)",
                                                           R"(<?xml version='1.0' encoding='UTF-8'?>)",
                                                           R"(<?xml version="1.0"?>)"};
constexpr std::size_t kLongestDeclaration = kDeclarations[0].size();

enum Class : unsigned char {
  kNameStart = 1,  // ASCII only, without the colon
  kNameRest = 2,
  kSpace = 4,
  kPlainText = 8,   // stands for itself in text
  kPlainValue = 16  // and in the value of an attribute; quotes end it
};

constexpr bool IsOneOf(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

constexpr unsigned char ClassOf(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  const bool is_printable = c >= ' ';  // signed: bytes from 0x80 are below
  unsigned bits = is_letter ? kNameStart | kNameRest : 0U;
  if ((c >= '0' && c <= '9') || c == '-' || c == '.') bits |= kNameRest;
  if (IsOneOf(c, " \t\r\n")) bits |= kSpace;
  if ((is_printable && !IsOneOf(c, "<&]")) || c == '\t' || c == '\n') bits |= kPlainText;
  if (is_printable && !IsOneOf(c, "<&\"'")) bits |= kPlainValue;
  return static_cast<unsigned char>(bits);
}

constexpr auto kClasses = [] {
  std::array<unsigned char, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    table[static_cast<std::size_t>(byte)] = ClassOf(static_cast<char>(static_cast<signed char>(byte)));
  }
  return table;
}();

bool Is(char c, Class wanted) {
  return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

// The bytes in hand end in a zero, which is of no class: nothing here needs to look for their end.
inline const char* SkipAll(const char* at, Class wanted) {
  while (Is(*at, wanted)) ++at;
  return at;
}

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

constexpr std::size_t kCutOff = 5;

// How many bytes the character at `at` has, 0 if there is none that XML allows, kCutOff if it may go on behind `end`.
// RFC 3629, and no U+FFFE, no U+FFFF.
std::size_t CharacterBytes(const char* at, const char* end) {
  const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  const auto lead = byte(0);
  const std::size_t bytes = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const auto here = std::min(bytes, static_cast<std::size_t>(end - at));
  for (std::size_t i = 1; i < here; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (here < bytes) return kCutOff;
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  return lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE ? 0 : bytes;
}

// The same for a closing bracket in text, where three characters must not stand together.
std::size_t BracketBytes(const char* at, const char* end) {
  if (end - at < 3) return kCutOff;
  return std::string_view(at, 3) == "]]>" ? 0 : 1;
}

bool IsCharacter(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code < 0xD800 || (code > 0xDFFF && code < 0xFFFE) || (code > 0xFFFF && code < 0x110000);
}

// What stands between & and ;. Zero if it is for somebody else.
std::uint32_t Referenced(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return 0;
  const bool is_hex = name.starts_with("#x");
  name.remove_prefix(is_hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  return is_number && IsCharacter(code) ? code : 0;
}

}  // namespace

struct PlainXml::Name {
  // Empty if none begins here.
  explicit Name(const char* at) : begin(at), local(at), end(at) {
    if (!Is(*at, kNameStart)) return;
    end = SkipAll(at, kNameRest);
    if (*end != ':') return;
    local = end + 1;
    end = SkipAll(local, kNameRest);
  }

  const char* begin;
  const char* local;  // behind the prefix
  const char* end;
};

inline PlainXml::Step PlainXml::ReadInside() {
  if (*at_ != '<') return ReadText();
  return at_[1] == '/' ? ReadEndTag() : ReadStartTag();
}

bool PlainXml::Feed(std::string_view bytes) {
  bytes_ += bytes;
  at_ = bytes_.data();
  end_ = at_ + bytes_.size();
  auto step = Step::kRead;
  while (at_ != end_ && step == Step::kRead && !stopped_) step = phase_ == Phase::kInside ? ReadInside() : ReadAround();
  const auto read = static_cast<std::size_t>(at_ - bytes_.data());
  read_bytes_ += read;
  bytes_.erase(0, read);
  return stopped_ || (step != Step::kGivesUp && bytes_.size() <= kLongestTag);
}

PlainXml::Step PlainXml::ReadAround() {
  return phase_ == Phase::kBefore ? ReadBefore() : ReadBehind();
}

PlainXml::Step PlainXml::ReadBefore() {
  const auto text = Between(at_, end_);
  if (text == "<") return Step::kNeedsMore;
  if (!declaration_.empty() && Is(*at_, kSpace)) return ReadBehind();
  if (!text.starts_with("<?") || !declaration_.empty()) {
    phase_ = Phase::kInside;
    return *at_ == '<' && at_[1] != '/' ? Step::kRead : Step::kGivesUp;
  }
  const auto close = text.find('>');
  if (close == std::string_view::npos) return text.size() < kLongestDeclaration ? Step::kNeedsMore : Step::kGivesUp;
  const auto* const known = std::ranges::find(kDeclarations, text.substr(0, close + 1));
  if (known == kDeclarations.end()) return Step::kGivesUp;
  declaration_ = *known;
  at_ += declaration_.size();
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadBehind() {
  const auto* const begin = at_;
  at_ = SkipAll(at_, kSpace);
  return at_ == begin ? Step::kGivesUp : Step::kRead;
}

// Something else than was expected here, which may be no more than the end of what came until now.
PlainXml::Step PlainXml::Unexpected(const char* at) const {
  return at == end_ ? Step::kNeedsMore : Step::kGivesUp;
}

PlainXml::Step PlainXml::ReadText() {
  const char* at = SkipAll(at_, kPlainText);
  while (*at != '<') {
    const auto bytes = *at == ']' ? BracketBytes(at, end_) : CharacterBytes(at, end_);
    if (bytes == 0 || bytes == kCutOff) break;
    at = SkipAll(at + bytes, kPlainText);
  }
  if (at == at_) return ReadUnlikeWritten();
  const auto text = Between(at_, at);
  at_ = at;
  handler_.OnText(text);
  return Step::kRead;
}

// Text begins with something that does not stand for itself.
PlainXml::Step PlainXml::ReadUnlikeWritten() {
  decoded_.clear();
  cursor_ = at_;
  auto step = Step::kGivesUp;
  if (*at_ == '&') {
    step = ReadReference();
  } else if (*at_ == '\r') {
    step = ReadLineEnd('\n');
  } else if ((*at_ == ']' ? BracketBytes(at_, end_) : CharacterBytes(at_, end_)) == kCutOff) {
    step = Step::kNeedsMore;
  }
  if (step != Step::kRead) return step;
  at_ = cursor_;
  handler_.OnText(decoded_);
  return step;
}

PlainXml::Step PlainXml::ReadLineEnd(char meant) {
  if (end_ - cursor_ < 2) return Step::kNeedsMore;
  cursor_ += cursor_[0] == '\r' && cursor_[1] == '\n' ? 2 : 1;
  decoded_ += meant;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadReference() {
  constexpr std::size_t kLongest = 12;
  const auto text = Between(cursor_, end_).substr(0, kLongest);
  const auto end = text.find(';');
  if (end == std::string_view::npos) return text.size() < kLongest ? Step::kNeedsMore : Step::kGivesUp;
  const auto code = Referenced(text.substr(1, end - 1));
  if (code == 0) return Step::kGivesUp;
  AppendUtf8(code, decoded_);
  cursor_ += end + 1;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadEndTag() {
  if (open_.empty()) return Step::kGivesUp;
  const auto open = open_.back();
  const auto bytes = names_.size() - open.begin;
  const char* at = at_ + 2;
  if (static_cast<std::size_t>(end_ - at) <= bytes) return Step::kNeedsMore;
  if (!std::equal(at, at + bytes, names_.data() + open.begin)) return Step::kGivesUp;
  at = SkipAll(at + bytes, kSpace);
  if (*at != '>') return Unexpected(at);
  at_ = at + 1;
  handler_.OnEnd(std::string_view(names_).substr(open.local));
  names_.resize(open.begin);
  open_.pop_back();
  if (open_.empty()) phase_ = Phase::kBehind;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadStartTag() {
  const Name name(at_ + 1);
  if (name.begin == name.end) return Unexpected(name.end);
  attributes_.clear();
  decoded_.clear();
  const char* at = name.end;
  while (Is(*at, kSpace)) {
    at = SkipAll(at, kSpace);
    if (!Is(*at, kNameStart)) break;
    cursor_ = at;
    if (const auto step = ReadAttribute(); step != Step::kRead) return step;
    at = cursor_;
  }
  const bool is_empty = *at == '/';
  if (is_empty) ++at;
  if (*at != '>') return Unexpected(at);
  if (open_.size() == kDeepest) return Step::kGivesUp;
  at_ = at + 1;
  Begin(name, is_empty);
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadAttribute() {
  const Name name(cursor_);
  const auto qualified = Between(name.begin, name.end);
  if (attributes_.size() == kMostAttributes || HasAttribute(qualified)) return Step::kGivesUp;
  const char* at = SkipAll(name.end, kSpace);
  if (*at != '=') return Unexpected(at);
  at = SkipAll(at + 1, kSpace);
  if (*at != '"' && *at != '\'') return Unexpected(at);
  const auto* const begin = at + 1;
  cursor_ = SkipAll(begin, kPlainValue);
  attributes_.push_back({qualified, Between(name.local, name.end), Between(begin, cursor_)});
  if (*cursor_ == *at) return ++cursor_, Step::kRead;
  return ReadRestOfValue(*at);
}

bool PlainXml::HasAttribute(std::string_view qualified) const {
  return std::ranges::any_of(attributes_, [qualified](const XmlAttribute& other) {
    return other.qualified.size() == qualified.size() && other.qualified[0] == qualified[0] &&
           other.qualified == qualified;
  });
}

// From the first character on that does not plainly stand for itself.
PlainXml::Step PlainXml::ReadRestOfValue(char quote) {
  auto& value = attributes_.back().value;
  const auto decoded_begin = decoded_.size();
  const auto* written = value.data();
  for (; *cursor_ != quote; cursor_ = SkipAll(cursor_, kPlainValue)) {
    const auto bytes = *cursor_ == '"' || *cursor_ == '\'' ? 1 : CharacterBytes(cursor_, end_);
    if (bytes == kCutOff) return Step::kNeedsMore;
    if (bytes > 0) {
      cursor_ += bytes;
      continue;
    }
    // Values in decoded_ must not move before the tag ends; none is longer than it is written.
    if (decoded_.empty()) decoded_.reserve(static_cast<std::size_t>(end_ - at_));
    decoded_ += Between(written, cursor_);
    if (const auto step = ReadUnlikeWrittenValue(); step != Step::kRead) return step;
    written = cursor_;
  }
  value = Between(written, cursor_++);
  if (decoded_.size() == decoded_begin) return Step::kRead;
  decoded_.append(value);
  value = std::string_view(decoded_).substr(decoded_begin);
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadUnlikeWrittenValue() {
  if (*cursor_ == '&') return ReadReference();
  return Is(*cursor_, kSpace) ? ReadLineEnd(' ') : Unexpected(cursor_);  // XML 1.0, 3.3.3
}

void PlainXml::Begin(const Name& name, bool is_empty) {
  const auto local = Between(name.local, name.end);
  handler_.OnStart(local, XmlAttributes(attributes_));
  if (!is_empty) {
    open_.push_back({names_.size(), names_.size() + static_cast<std::size_t>(name.local - name.begin)});
    names_ += Between(name.begin, name.end);
  } else if (!stopped_) {
    handler_.OnEnd(local);
  }
  if (open_.empty()) phase_ = Phase::kBehind;
}

std::string PlainXml::Prologue() const {
  auto document = declaration_;
  if (phase_ == Phase::kBehind) document += "<a/>";
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const auto end = i + 1 < open_.size() ? open_[i + 1].begin : names_.size();
    document.append("<").append(names_, open_[i].begin, end - open_[i].begin).append(">");
  }
  return document;
}

}  // namespace vigie::content
