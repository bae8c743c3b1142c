#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/content/extract/extractor.h"
#include "core/content/extract/text_windows.h"
#include "core/content/extract/xml_parser.h"

namespace vigie::content {

// The text of one XML part of an office document (ECMA-376, OpenDocument 1.3), of whichever kind: what it understands
// is laid out as the reader sees it, and no other text or attribute that could hold an identifier is left out.
//
// A paragraph is a line, its runs are joined. A table's row is a line, its cells are separated by tabs. What stands
// beside the text (attributes, comments, formulas, deleted text, field instructions) goes to lines of its own, so that
// it does not tear apart what belongs together.
class OfficeText final : public XmlHandler {
 public:
  enum class Dialect {
    kOpenXml,          // only w:t, a:t and the like hold text; white space elsewhere is layout
    kOpenDocument,     // paragraphs hold text themselves
    kOpenSpreadsheet,  // the same; each table is a sheet, and part of the origin
  };
  struct Place {
    std::string part;      // report.docx/word/document.xml
    std::string document;  // report.docx
  };
  OfficeText(Place place, Dialect dialect, ContentSink& sink);
  OfficeText(const OfficeText&) = delete;
  OfficeText& operator=(const OfficeText&) = delete;

  void OnStart(std::string_view name, const XmlAttributes& attributes) override;
  void OnEnd(std::string_view name) override;
  void OnText(std::string_view text) override;
  void OnComment(std::string_view text) override;
  void OnInstruction(std::string_view target, std::string_view text) override;
  void OnEntityDeclared(std::string_view name, std::string_view value) override;

  // A line beside the text.
  void AppendAside(std::string_view text);
  // Bytes that were not understood.
  void AppendRaw(std::string_view bytes) { asides_.Append(bytes); }
  // Nothing follows.
  void Finish();

 private:
  void AppendAttributes(bool of_cell, const XmlAttributes& attributes);
  void StartCell(const XmlAttributes& attributes);
  void EndCell();
  void EndParagraph();
  void EndLine();
  void StartSheet(const XmlAttributes& attributes);
  void Flush();

  Place place_;
  Dialect dialect_;
  ContentSink& sink_;
  std::string sheet_origin_;
  std::optional<TextWindows> windows_;
  TextWindows asides_;
  std::string line_;            // what is not handed on yet
  std::size_t cell_begin_ = 0;  // in line_
  std::string cell_value_;
  int depth_ = 0;
  int paragraphs_ = 0;  // open ones
  int texts_ = 0;       // open elements that hold text
  int asides_open_ = 0;
  int cells_ = 0;
  int container_depth_ = 0;  // of the element that ends a stretch of text outside paragraphs; 0 = none
  std::string parent_;       // of the element that starts now
};

// Feeds all of a part to a handler. What goes wrong is noted; bytes from there on go to `raw`, unread.
void FeedXml(Part& part, XmlHandler& handler, OfficeText& raw, Extraction& extraction);

// Appends a number as a cell holds it, as digits: 6.12345678E8 and 612345678.0 are 612345678. Others as they are.
void AppendNumber(std::string_view number, std::string& line);

}  // namespace vigie::content
