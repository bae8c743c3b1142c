#pragma once

#include <functional>
#include <string_view>

#include "core/content/byte_source.h"

namespace vigie::content {

// Takes the next stretch of text (UTF-8); false = enough.
using TextTaker = std::function<bool(std::string_view)>;

enum class OldDocumentEnd {
  kWhole,
  kStopped,        // by the taker
  kNotUnderstood,  // damaged, cut, or older than 1997
};

// All the text of a Word document of 1997 to 2003 by its table of pieces (MS-DOC 2.4.1): main text, notes, headers,
// comments, text boxes, in this order. A paragraph is a line, so is a row of a table, with tabs between its cells.
// `document` is the stream WordDocument, `table` the one that its flags name (UsesFirstTable).
OldDocumentEnd ReadWordText(ByteSource& document, ByteSource& table, const TextTaker& take);
// Whether the stream 1Table belongs to the document, or 0Table; `head` is its beginning.
bool UsesFirstTable(std::string_view head);

// All the text of a PowerPoint document of 1997 to 2003 (MS-PPT 2.9, the atoms of text): outlines, text boxes, notes,
// masters, names of links, one after the other. `document` is the stream "PowerPoint Document".
OldDocumentEnd ReadSlideText(ByteSource& document, const TextTaker& take);

}  // namespace vigie::content
