#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <new>
#include <span>

#include "core/content/extract/html_ampersands.h"
#include "core/content/extract/text_filter.h"

namespace vigie::content {
namespace {

std::string_view AsText(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Flow within a line: no separator before or after them.
bool IsInline(std::string_view name) {
  constexpr std::array<std::string_view, 22> kInline = {"a",    "abbr",   "b",   "bdi", "bdo",  "big", "cite", "code",
                                                        "em",   "font",   "i",   "kbd", "mark", "q",   "s",    "small",
                                                        "span", "strong", "sub", "sup", "tt",   "u"};
  return IsOneOf(name, kInline);
}

bool IsCell(std::string_view name) {
  return name == "td" || name == "th";
}

bool KeepsSpace(std::string_view name) {
  return name == "pre" || name == "textarea" || name == "script" || name == "style";
}

// Counts what may be attributes of a tag that has not ended yet, byte by byte.
class AttributeCount {
 public:
  void Take(std::string_view bytes) {
    for (const char c : bytes) Take(c);
  }
  std::size_t count() const { return count_; }

 private:
  void Take(char c) {
    if (quote_ != '\0') {
      if (c == quote_) quote_ = '\0';
      return;
    }
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    if ((c == '"' || c == '\'') && before_ == '=') quote_ = c;
    if (is_blank || c == '"' || c == '\'' || c == '/') ++count_;
    if (!is_blank) before_ = c;
  }
  std::size_t count_ = 0;
  char quote_ = '\0';
  char before_ = '\0';  // the last one that is not blank
};

// Over libxml2's push parser, which builds no tree, loads nothing and forgives everything. What it drops (there is
// little) no browser shows either.
class HtmlText final : public TextFilter {
 public:
  HtmlText() {
    htmlSAXHandler handler = {};
    handler.startElement = OnStart;
    handler.endElement = OnEnd;
    handler.characters = OnText;
    handler.ignorableWhitespace = OnText;
    handler.cdataBlock = OnText;
    handler.comment = OnComment;
    handler.processingInstruction = OnInstruction;
    parser_ = htmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8);
    if (parser_ == nullptr) throw std::bad_alloc();
    htmlCtxtUseOptions(parser_, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                    HTML_PARSE_IGNORE_ENC);
  }
  ~HtmlText() override {
    if (parser_->myDoc != nullptr) xmlFreeDoc(parser_->myDoc);
    htmlFreeParserCtxt(parser_);
  }
  HtmlText(const HtmlText&) = delete;
  HtmlText& operator=(const HtmlText&) = delete;

  void Append(std::string_view chunk, std::string& text) override {
    text_ = &text;
    const auto begin = text.size();
    constexpr std::size_t kStep = 16 * 1024;  // the parser takes lengths as int
    for (; !chunk.empty(); chunk.remove_prefix(std::min(chunk.size(), kStep))) {
      const auto step = ampersands_.Hide(chunk.substr(0, kStep), false);
      Parse(step, false);
      if (!gave_up_) gave_up_ = KeepsTooMuch(step);
    }
    ampersands_.Show(text, begin);
  }
  void Finish(std::string& text) override {
    text_ = &text;
    const auto begin = text.size();
    Parse(ampersands_.Hide("", true), false);
    Parse("", true);
    ampersands_.Show(text, begin);
    text.push_back('\n');
  }
  std::optional<v1::Reason> trouble() const override {
    return gave_up_ ? std::optional(v1::REASON_UNSUPPORTED) : std::nullopt;
  }

 private:
  static constexpr int kDeepest = 2048;  // elements inside each other

  static HtmlText& Self(void* self) { return *static_cast<HtmlText*>(self); }
  static void OnStart(void* self, const xmlChar* name, const xmlChar** attributes) {
    Self(self).Start(AsText(name), attributes);
  }
  static void OnEnd(void* self, const xmlChar* name) { Self(self).End(AsText(name)); }
  static void OnText(void* self, const xmlChar* text, int size) {
    Self(self).AddText({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  }
  static void OnComment(void* self, const xmlChar* text) { Self(self).AddLine(AsText(text)); }
  static void OnInstruction(void* self, const xmlChar* target, const xmlChar* text) {
    Self(self).AddLine(AsText(target));
    Self(self).AddLine(AsText(text));
  }

  void Parse(std::string_view chunk, bool is_last) {
    if (gave_up_) return text_->append(chunk), void();
    const int result = htmlParseChunk(parser_, chunk.data(), static_cast<int>(chunk.size()), is_last ? 1 : 0);
    if (result == XML_ERR_NO_MEMORY) throw std::bad_alloc();
    // Everything but limits of the parser itself is recovered from. It has none for depth, though each end tag without
    // a beginning makes it look at all elements that are open.
    const bool is_too_deep = parser_->nameNr > kDeepest;
    const bool is_beyond_parser = result == XML_ERR_INTERNAL_ERROR || result == XML_ERR_NAME_TOO_LONG;
    if (parser_->disableSAX == 0 && !is_beyond_parser && !is_too_deep) return;
    gave_up_ = true;
    text_->append(std::max(chunk, Kept(), [](auto a, auto b) { return a.size() < b.size(); }));
  }

  // What the parser was given and has not taken yet.
  std::string_view Kept() const {
    const auto* const input = parser_->input;
    if (input == nullptr) return {};
    return {reinterpret_cast<const char*>(input->cur), static_cast<std::size_t>(input->end - input->cur)};
  }

  // The parser keeps a tag, comment or script until its end is there, and compares each attribute with all others.
  bool KeepsTooMuch(std::string_view chunk) {
    constexpr std::size_t kUsual = 64 * 1024;
    constexpr std::size_t kMost = std::size_t{8} << 20;
    constexpr std::size_t kMostAttributes = 16 * 1024;
    const auto kept = Kept();
    if (kept.size() <= kUsual) {
      attributes_.reset();
      return false;
    }
    if (attributes_) {
      attributes_->Take(chunk);
    } else {
      attributes_.emplace().Take(kept);
    }
    const bool is_tag = kept.starts_with('<') && !kept.starts_with("<!");
    if (kept.size() <= kMost && (!is_tag || attributes_->count() <= kMostAttributes)) return false;
    text_->append(kept);
    return true;
  }

  void Start(std::string_view name, const xmlChar** attributes) {
    if (IsCell(name)) ++cell_depth_;
    if (name == "tr") cell_depth_ = 0;
    if (KeepsSpace(name)) ++keeping_space_;
    if (!IsInline(name) && !IsCell(name)) Separate();
    for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2) {
      if (attributes[1] != nullptr) text_->append(AsText(attributes[1])).push_back(' ');
    }
  }

  void End(std::string_view name) {
    if (IsCell(name)) {
      cell_depth_ -= cell_depth_ > 0 ? 1 : 0;
      text_->push_back('\t');
      return;
    }
    if (KeepsSpace(name) && keeping_space_ > 0) --keeping_space_;
    if (name == "tr") cell_depth_ = 0;
    if (!IsInline(name)) Separate();
  }

  // Blocks are lines, but within a cell the row goes on.
  void Separate() { text_->push_back(cell_depth_ > 0 ? ' ' : '\n'); }

  void AddText(std::string_view text) {
    if (keeping_space_ > 0) return text_->append(text), void();
    for (const char c : text) {
      const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
      if (!is_space) {
        text_->push_back(c);
      } else if (text_->empty() || (text_->back() != ' ' && text_->back() != '\n')) {
        text_->push_back(' ');
      }
    }
  }

  void AddLine(std::string_view text) {
    Separate();
    text_->append(text);
    Separate();
  }

  htmlParserCtxtPtr parser_ = nullptr;
  std::string* text_ = nullptr;
  BareAmpersands ampersands_;
  std::optional<AttributeCount> attributes_;  // of a tag that is long already
  int cell_depth_ = 0;
  int keeping_space_ = 0;
  bool gave_up_ = false;
};

}  // namespace

std::unique_ptr<TextFilter> MakeHtmlText() {
  return std::make_unique<HtmlText>();
}

}  // namespace vigie::content
