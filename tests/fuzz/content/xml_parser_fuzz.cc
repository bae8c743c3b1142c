// The XML parser alone, and the handlers of office documents over it: any bytes, in two cuts. Both cuts must say the
// same.
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "core/content/extract/office_text.h"
#include "core/content/extract/spreadsheet_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::content::OfficeText;

class Collecting final : public vigie::content::ContentSink {
 public:
  void Take(const vigie::content::ContentBuffer& buffer) override {
    text.append(buffer.text.substr(buffer.fresh_begin, buffer.fresh_end - buffer.fresh_begin));
  }
  std::string text;
};

// Nothing for what is not well-formed: how much of it comes before the mistake is found depends on the cut.
std::optional<std::string> TextOf(std::string_view bytes, std::size_t cut) {
  Collecting sink;
  OfficeText text({"part", "document"}, OfficeText::Dialect::kOpenSpreadsheet, sink);
  const vigie::content::SheetStyles styles;
  vigie::content::SheetText sheet("sheet", {.styles = styles}, sink, text);
  vigie::content::XmlParser parser(sheet);
  parser.Feed(bytes.substr(0, cut));
  parser.Feed(bytes.substr(cut));
  const auto state = parser.Finish();
  sheet.Finish();
  text.Finish();
  if (state != vigie::content::XmlState::kGoing) return std::nullopt;
  // Blank text that stands alone is layout; where it was cut decides what stands alone.
  std::erase_if(sink.text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  return sink.text;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  if (TextOf(bytes, 0) != TextOf(bytes, bytes.size() / 2)) std::abort();
}
