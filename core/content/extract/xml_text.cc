#include <vector>

#include "core/content/extract/text_filter.h"
#include "core/content/extract/xml_parser.h"

namespace vigie::content {
namespace {

class XmlText final : public TextFilter, private XmlHandler {
 public:
  XmlText() : parser_(*this, {.is_utf8 = true}) {}

  void Append(std::string_view chunk, std::string& text) override {
    text_ = &text;
    if (failed_) return text.append(chunk), void();
    failed_ = parser_.Feed(chunk) != XmlState::kGoing;
    // What the parser does not take is text all the same; a part of the chunk then shows twice.
    if (failed_) text.append("\n").append(chunk);
  }
  void Finish(std::string& text) override {
    text_ = &text;
    if (!failed_) failed_ = parser_.Finish() != XmlState::kGoing;
    text.push_back('\n');
  }
  std::optional<v1::Reason> trouble() const override {
    if (!failed_) return std::nullopt;
    return parser_.state() == XmlState::kTooComplex ? v1::REASON_TOO_LARGE : v1::REASON_CORRUPT;
  }

 private:
  enum class Gap { kNone, kBehindCell, kBehindRow };
  struct Element {
    bool has_elements = false;
    bool is_row = false;  // its attributes are cells
  };

  void OnStart(std::string_view, const XmlAttributes& attributes) override {
    if (!open_.empty()) open_.back().has_elements = true;
    FillGap();
    open_.push_back({.has_elements = false, .is_row = attributes.size() >= 2});
    for (const auto& attribute : attributes) text_->append(attribute.value).push_back('\t');
  }

  void OnEnd(std::string_view) override {
    const auto closed = open_.empty() ? Element{} : open_.back();
    if (!open_.empty()) open_.pop_back();
    if (closed.has_elements || closed.is_row) FillGap();
    gap_ = closed.has_elements || closed.is_row ? Gap::kBehindRow : Gap::kBehindCell;
  }

  void OnText(std::string_view text) override {
    constexpr std::string_view kSpace = " \t\r\n";
    if (text.empty()) return;
    const bool blank = text.find_first_not_of(kSpace) == std::string_view::npos;
    if (blank && gap_ != Gap::kNone) return;
    // Text right behind an element: words of a sentence, no cells.
    if (gap_ == Gap::kBehindCell && kSpace.find(text.front()) == std::string_view::npos) text_->push_back(' ');
    if (gap_ == Gap::kBehindRow) text_->push_back('\n');
    gap_ = Gap::kNone;
    text_->append(text);
  }

  void OnComment(std::string_view text) override { AddLine(text); }
  void OnInstruction(std::string_view, std::string_view text) override { AddLine(text); }
  void OnEntityDeclared(std::string_view, std::string_view value) override { AddLine(value); }
  void OnUnknownEntity(std::string_view name) override { text_->append("&").append(name).push_back(';'); }

  void AddLine(std::string_view text) {
    text_->append("\n").append(text).append("\n");
    gap_ = Gap::kNone;
  }

  void FillGap() {
    if (gap_ != Gap::kNone) text_->push_back(gap_ == Gap::kBehindRow ? '\n' : '\t');
    gap_ = Gap::kNone;
  }

  std::string* text_ = nullptr;
  std::vector<Element> open_;  // bounded by the parser's depth
  Gap gap_ = Gap::kNone;
  bool failed_ = false;
  XmlParser parser_;
};

}  // namespace

std::unique_ptr<TextFilter> MakeXmlText() {
  return std::make_unique<XmlText>();
}

}  // namespace vigie::content
