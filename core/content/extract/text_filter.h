#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/content/extract/content_type.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::content {

class CharsetTable;

// Turns the text of one format into the text that it means, chunk by chunk: markup, escapes and folded lines undone,
// one record a line where the format has records. Bounded memory, whatever the text. Not thread-safe.
class TextFilter {
 public:
  virtual ~TextFilter() = default;
  // Appends what is complete in `chunk` (UTF-8) to `text`; an unfinished token waits for the next chunk.
  virtual void Append(std::string_view chunk, std::string& text) = 0;
  // Nothing follows.
  virtual void Finish(std::string& text) = 0;
  // Why not all was understood; what was not was passed on as it stands. Ask after Finish.
  virtual std::optional<v1::Reason> trouble() const { return std::nullopt; }
};

// The filter of a media type; nullptr = its text is its content.
std::unique_ptr<TextFilter> MakeTextFilter(std::string_view media_type, const CharsetTable& charsets);

// text/html (https://html.spec.whatwg.org/): text, attributes, scripts and comments; a table's row is a line.
std::unique_ptr<TextFilter> MakeHtmlText();
// XML 1.0: text, attributes, comments; an element is a cell, an element with elements in it a line.
std::unique_ptr<TextFilter> MakeXmlText();
// Dumps of databases: escapes of strings undone, each row of a multi-row insert a line.
std::unique_ptr<TextFilter> MakeSqlText();
// RTF 1.9.1: text, table cells and rows; code pages of \ansicpg, \'hh and \uN; embedded objects stay as hex.
std::unique_ptr<TextFilter> MakeRtfText(const CharsetTable& charsets);
// Hex dumps and uuencode: what they spell, as one run of hex digits; other lines as they are.
std::unique_ptr<TextFilter> MakeDumpedText();

// Formats of folded `NAME:value` lines.
enum class RecordLines { kVcard, kCalendar, kLdif };
// vCard (RFC 6350, RFC 2426, 2.1), iCalendar (RFC 5545), LDIF (RFC 2849): lines unfolded, values decoded, a contact, an
// event or an entry is a line of cells.
std::unique_ptr<TextFilter> MakeRecordText(RecordLines kind);

}  // namespace vigie::content
