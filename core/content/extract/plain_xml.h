#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/extract/xml_handler.h"

namespace vigie::content {

// Reads the XML that programs write, several times as fast as a whole parser: UTF-8, one of the usual declarations,
// elements, attributes, text, the five named references and numeric ones. At the first token that is anything else
// (comment, CDATA, document type, what is not well-formed…) it gives up before that token; XmlParser then has expat
// read on from there. So it never needs to judge, only to be sure. Handlers are told what expat would tell them.
//
// A handler may throw; nothing may be called afterwards. Not thread-safe.
class PlainXml {
 public:
  static constexpr std::size_t kLongestTag = std::size_t{64} << 10;
  static constexpr std::size_t kMostAttributes = 64;
  static constexpr std::size_t kDeepest = 2048;  // elements inside each other

  explicit PlainXml(XmlHandler& handler) : handler_(handler) {}

  // Reads as many of the bytes as it can, and keeps the beginning of a token that goes on behind them. False: it gave
  // up, and pending() begins with what it does not read.
  bool Feed(std::string_view bytes);
  // Nothing more is handed out; Feed is true and of no effect.
  void Stop() { stopped_ = true; }
  // All that was fed is a whole document.
  bool is_complete() const { return phase_ == Phase::kBehind && bytes_.empty(); }

  std::uint64_t read_bytes() const { return read_bytes_; }
  // What was fed and not read. Valid until the next Feed.
  std::string_view pending() const { return bytes_; }
  // A document that brings another parser to the same place: the declaration, and the elements that are open.
  std::string Prologue() const;

 private:
  enum class Phase { kBefore, kInside, kBehind };
  // How a token went: it was read, it needs more bytes, it is not for us.
  enum class Step { kRead, kNeedsMore, kGivesUp };
  struct Name;
  struct OpenElement {
    std::size_t begin = 0;  // of its qualified name in names_
    std::size_t local = 0;  // and of its local one
  };

  Step ReadInside();
  Step ReadAround();
  Step ReadBefore();
  Step ReadBehind();
  Step ReadText();
  Step ReadUnlikeWritten();
  Step ReadEndTag();
  Step ReadStartTag();
  Step ReadAttribute();
  Step ReadRestOfValue(char quote);
  Step ReadUnlikeWrittenValue();
  Step ReadLineEnd(char meant);
  Step ReadReference();
  Step Unexpected(const char* at) const;
  bool HasAttribute(std::string_view qualified) const;
  void Begin(const Name& name, bool is_empty);

  XmlHandler& handler_;
  Phase phase_ = Phase::kBefore;
  bool stopped_ = false;
  std::string declaration_;
  std::uint64_t read_bytes_ = 0;
  std::string bytes_;         // what was not read
  const char* at_ = nullptr;  // in bytes_: all before was handed out
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  std::string names_;
  std::vector<OpenElement> open_;
  std::vector<XmlAttribute> attributes_;
  std::string decoded_;  // what does not stand for itself: of a tag or of text
};

}  // namespace vigie::content
