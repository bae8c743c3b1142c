#pragma once

#include <optional>
#include <string_view>

#include "core/content/extract/content_type.h"

namespace vigie::content {

// Whether `head`, the beginning of a part, is text, and in which encoding: byte order marks first, then UTF-32 and
// UTF-16 by their zero bytes, then UTF-8 or Windows-1252 without control characters; GuessCharset (charset.h) knows the
// other ones. Nothing for empty and binary heads. `is_all`: the head is the whole part, so a character cut off at its
// end is a mistake.
std::optional<TextEncoding> SniffEncoding(std::string_view head, bool is_all);

// Whether `head` is text as mainframes write it (EBCDIC), which nobody here reads: a space is 0x40, and none is 0x20.
bool IsEbcdic(std::string_view head);

// Whether there is any control character that text does not use.
bool HasControls(std::string_view text);

// The media type of `text`, the decoded beginning of a part, if its structure shows one: application/json,
// application/x-ndjson, text/csv (comma or semicolon, RFC 4180), text/tab-separated-values. Otherwise "".
std::string_view SniffStructure(std::string_view text, bool is_all);

// The same for documents: text/html, application/xml, image/svg+xml, text/rtf, text/vcard, text/calendar, text/x-ldif,
// message/rfc822, application/mbox, application/sql, text/x-hexdump, text/x-uuencode, application/yaml.
std::string_view SniffDocument(std::string_view text);

}  // namespace vigie::content
