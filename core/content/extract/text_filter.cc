#include "core/content/extract/text_filter.h"

#include "core/content/extract/json_unescaper.h"

namespace vigie::content {

std::unique_ptr<TextFilter> MakeTextFilter(std::string_view media_type, const CharsetTable& charsets) {
  if (media_type == "application/json" || media_type == "application/x-ndjson")
    return std::make_unique<JsonUnescaper>();
  if (media_type == "text/html") return MakeHtmlText();
  if (media_type == "application/xml" || media_type == "image/svg+xml") return MakeXmlText();
  if (media_type == "application/sql") return MakeSqlText();
  if (media_type == "text/rtf") return MakeRtfText(charsets);
  if (media_type == "text/x-hexdump" || media_type == "text/x-uuencode") return MakeDumpedText();
  if (media_type == "text/vcard") return MakeRecordText(RecordLines::kVcard);
  if (media_type == "text/calendar") return MakeRecordText(RecordLines::kCalendar);
  if (media_type == "text/x-ldif") return MakeRecordText(RecordLines::kLdif);
  return nullptr;
}

}  // namespace vigie::content
