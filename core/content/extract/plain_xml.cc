#include "core/content/extract/plain_xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

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

const char* SkipAll(const char* at, const char* end, Class wanted) {
  while (at != end && Is(*at, wanted)) ++at;
  return at;
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

void AppendUtf8(std::uint32_t code, std::string& into) {
  const auto put = [&](std::uint32_t byte) { into.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
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

bool PlainXml::Feed(std::string_view bytes) {
  const bool is_continued = !kept_.empty();
  if (is_continued) bytes = kept_.append(bytes);
  at_ = bytes.data();
  end_ = at_ + bytes.size();
  auto step = Step::kRead;
  while (at_ != end_ && step == Step::kRead && !stopped_) step = Next();
  const auto read = static_cast<std::size_t>(at_ - bytes.data());
  read_bytes_ += read;
  if (is_continued) {
    kept_.erase(0, read);
  } else {
    kept_ = bytes.substr(read);
  }
  return stopped_ || (step != Step::kGivesUp && kept_.size() <= kLongestTag);
}

PlainXml::Step PlainXml::Next() {
  if (phase_ == Phase::kBefore) return ReadBefore();
  if (phase_ == Phase::kBehind) return ReadBehind();
  if (*at_ != '<') return ReadText();
  if (end_ - at_ < 2) return Step::kNeedsMore;
  return at_[1] == '/' ? ReadEndTag() : ReadStartTag();
}

PlainXml::Step PlainXml::ReadBefore() {
  const std::string_view text(at_, static_cast<std::size_t>(end_ - at_));
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
  at_ = SkipAll(at_, end_, kSpace);
  return at_ == begin ? Step::kGivesUp : Step::kRead;
}

PlainXml::Step PlainXml::ReadText() {
  cursor_ = SkipAll(at_, end_, kPlainText);
  while (cursor_ != end_ && *cursor_ != '<') {
    const auto bytes = *cursor_ == ']' ? BracketBytes(cursor_, end_) : CharacterBytes(cursor_, end_);
    if (bytes == 0 || bytes == kCutOff) break;
    cursor_ = SkipAll(cursor_ + bytes, end_, kPlainText);
  }
  if (cursor_ == at_) return ReadUnlikeWritten();
  const std::string_view text(at_, static_cast<std::size_t>(cursor_ - at_));
  at_ = cursor_;
  handler_.OnText(text);
  return Step::kRead;
}

// Text begins with something that means something else.
PlainXml::Step PlainXml::ReadUnlikeWritten() {
  decoded_.clear();
  auto step = Step::kGivesUp;
  if (*at_ == '&') {
    step = ReadReference(decoded_);
  } else if (*at_ == '\r') {
    step = PassLineEnd();
    decoded_ = '\n';
  } else if (*at_ == ']' ? BracketBytes(at_, end_) == kCutOff : CharacterBytes(at_, end_) == kCutOff) {
    step = Step::kNeedsMore;
  }
  if (step != Step::kRead) return step;
  at_ = cursor_;
  handler_.OnText(decoded_);
  return step;
}

PlainXml::Step PlainXml::PassLineEnd() {
  if (end_ - cursor_ < 2) return Step::kNeedsMore;
  cursor_ += cursor_[0] == '\r' && cursor_[1] == '\n' ? 2 : 1;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadReference(std::string& into) {
  constexpr std::size_t kLongest = 12;
  const auto text = std::string_view(cursor_, static_cast<std::size_t>(end_ - cursor_)).substr(0, kLongest);
  const auto end = text.find(';');
  if (end == std::string_view::npos) return text.size() < kLongest ? Step::kNeedsMore : Step::kGivesUp;
  const auto code = Referenced(text.substr(1, end - 1));
  if (code == 0) return Step::kGivesUp;
  AppendUtf8(code, into);
  cursor_ += end + 1;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadEndTag() {
  if (open_.empty()) return Step::kGivesUp;
  const auto name = std::string_view(names_).substr(open_.back().begin);
  cursor_ = at_ + 2;
  if (static_cast<std::size_t>(end_ - cursor_) <= name.size()) return Step::kNeedsMore;
  if (std::string_view(cursor_, name.size()) != name) return Step::kGivesUp;
  cursor_ = SkipAll(cursor_ + name.size(), end_, kSpace);
  if (cursor_ == end_) return Step::kNeedsMore;
  if (*cursor_ != '>') return Step::kGivesUp;
  at_ = cursor_ + 1;
  handler_.OnEnd(std::string_view(names_).substr(open_.back().local));
  names_.resize(open_.back().begin);
  open_.pop_back();
  if (open_.empty()) phase_ = Phase::kBehind;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadStartTag() {
  cursor_ = at_ + 1;
  attributes_.clear();
  decoded_.clear();
  Name name;
  auto step = ReadName(name);
  while (step == Step::kRead) {
    const auto* const behind = cursor_;
    cursor_ = SkipAll(cursor_, end_, kSpace);
    if (end_ - cursor_ < 2) return cursor_ != end_ && *cursor_ == '>' ? Begin(name, false) : Step::kNeedsMore;
    if (*cursor_ == '>') return Begin(name, false);
    if (*cursor_ == '/') return *++cursor_ == '>' ? Begin(name, true) : Step::kGivesUp;
    step = cursor_ == behind ? Step::kGivesUp : ReadAttribute();
  }
  return step;
}

PlainXml::Step PlainXml::ReadName(Name& name) {
  if (cursor_ == end_) return Step::kNeedsMore;
  if (!Is(*cursor_, kNameStart)) return Step::kGivesUp;
  const auto* const begin = cursor_;
  const auto* local = begin;
  cursor_ = SkipAll(cursor_, end_, kNameRest);
  if (cursor_ != end_ && *cursor_ == ':') {
    local = cursor_ + 1;
    cursor_ = SkipAll(local, end_, kNameRest);
  }
  name = {{begin, static_cast<std::size_t>(cursor_ - begin)}, {local, static_cast<std::size_t>(cursor_ - local)}};
  return cursor_ == end_ ? Step::kNeedsMore : Step::kRead;
}

PlainXml::Step PlainXml::ReadAttribute() {
  Name name;
  if (const auto step = ReadName(name); step != Step::kRead) return step;
  if (attributes_.size() == kMostAttributes || HasAttribute(name.qualified)) return Step::kGivesUp;
  cursor_ = SkipAll(cursor_, end_, kSpace);
  if (cursor_ == end_) return Step::kNeedsMore;
  if (*cursor_++ != '=') return Step::kGivesUp;
  cursor_ = SkipAll(cursor_, end_, kSpace);
  if (cursor_ == end_) return Step::kNeedsMore;
  if (*cursor_ != '"' && *cursor_ != '\'') return Step::kGivesUp;
  attributes_.push_back({name.qualified, name.local, {}});
  return ReadValue(attributes_.back().value);
}

bool PlainXml::HasAttribute(std::string_view qualified) const {
  return std::ranges::find(attributes_, qualified, &XmlAttribute::qualified) != attributes_.end();
}

PlainXml::Step PlainXml::ReadValue(std::string_view& value) {
  const char quote = *cursor_++;
  const auto decoded_begin = decoded_.size();
  const auto* written = cursor_;
  for (cursor_ = SkipAll(cursor_, end_, kPlainValue); cursor_ != end_ && *cursor_ != quote;
       cursor_ = SkipAll(cursor_, end_, kPlainValue)) {
    const auto bytes = *cursor_ == '"' || *cursor_ == '\'' ? 1 : CharacterBytes(cursor_, end_);
    if (bytes == kCutOff) return Step::kNeedsMore;
    if (bytes > 0) {
      cursor_ += bytes;
      continue;
    }
    // Values in decoded_ must not move before the tag ends; none is longer than it is written.
    if (decoded_.empty()) decoded_.reserve(static_cast<std::size_t>(end_ - at_));
    decoded_.append(written, cursor_);
    if (const auto step = ReadValueUnlikeWritten(); step != Step::kRead) return step;
    written = cursor_;
  }
  if (cursor_ == end_) return Step::kNeedsMore;
  value = {written, static_cast<std::size_t>(cursor_ - written)};
  if (decoded_.size() > decoded_begin) {
    decoded_.append(value);
    value = std::string_view(decoded_).substr(decoded_begin);
  }
  ++cursor_;
  return Step::kRead;
}

PlainXml::Step PlainXml::ReadValueUnlikeWritten() {
  if (*cursor_ == '&') return ReadReference(decoded_);
  if (!Is(*cursor_, kSpace)) return Step::kGivesUp;
  decoded_ += ' ';  // XML 1.0, 3.3.3
  return PassLineEnd();
}

PlainXml::Step PlainXml::Begin(const Name& name, bool is_empty) {
  if (open_.size() == kDeepest) return Step::kGivesUp;
  at_ = cursor_ + 1;
  handler_.OnStart(name.local, XmlAttributes(attributes_));
  if (!is_empty) {
    open_.push_back({names_.size(), names_.size() + name.qualified.size() - name.local.size()});
    names_ += name.qualified;
  } else if (!stopped_) {
    handler_.OnEnd(name.local);
  }
  if (open_.empty()) phase_ = Phase::kBehind;
  return Step::kRead;
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
