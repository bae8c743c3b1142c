// HTML, XML, SQL, RTF, vCard, iCalendar, LDIF and JSON: any bytes, any chunks.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/content/extract/charset.h"
#include "core/content/extract/text_filter.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie::content;
  constexpr std::array kTypes = {"text/html",  "application/xml", "application/sql", "text/rtf",
                                 "text/vcard", "text/calendar",   "text/x-ldif",     "application/json"};
  static const auto charsets = *CharsetTable::Load();
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  if (bytes.empty()) return;
  constexpr unsigned char kDump = 240;
  const auto choice = static_cast<unsigned char>(bytes[0]);
  const auto filter = MakeTextFilter(choice >= kDump ? "text/x-hexdump" : kTypes[choice % kTypes.size()], *charsets);
  std::string text;
  const std::size_t step = 1 + choice / kTypes.size();
  for (std::size_t i = 1; i < bytes.size(); i += step) filter->Append(bytes.substr(i, step), text);
  filter->Finish(text);
  (void)filter->trouble();
  // What comes out is of the order of what went in.
  const std::size_t filled = 4 << 20;  // "*" in a dump: lines that repeat
  if (text.size() > 64 * bytes.size() + 4096 + filled) std::abort();
}
