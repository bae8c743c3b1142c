#include "core/content/extract/picture_text.h"

#include <optional>
#include <vector>

#include "core/content/extract/document_conversion.h"

namespace vigie::content {
namespace {

using platform::ConversionEnd;
using platform::ConverterTool;

// Of a page that is drawn as the converter draws it: 2400 × 2400, one byte each, and what is before.
constexpr std::size_t kLargestPage = std::size_t{6} << 20;
constexpr std::size_t kChunkBytes = 64 * 1024;

bool Offers(Extraction& extraction, ConverterTool tool) {
  return extraction.ocr() && extraction.converter() != nullptr && extraction.converter()->Offers(tool);
}

// Nothing if the page cannot be drawn.
std::optional<std::string> DrawPage(ByteSource& pdf, std::uint32_t page, Extraction& extraction) {
  auto& converter = *extraction.converter();
  if (!SupplyDocument(pdf, converter, extraction.budget())) return std::nullopt;
  const auto drawing = converter.Convert({.tool = ConverterTool::kPageImage,
                                          .deadline = base::Deadline::After(extraction.budget().TimeLeft()),
                                          .page = page});
  if (!drawing) return std::nullopt;
  std::string picture;
  std::vector<char> chunk(kChunkBytes);
  while (extraction.budget().HasTime() && picture.size() <= kLargestPage) {
    const auto count = (*drawing)->Read(chunk);
    if (!count || *count == 0) break;
    picture.append(chunk.data(), *count);
  }
  const bool is_whole = (*drawing)->Finish() == ConversionEnd::kDone && picture.size() <= kLargestPage;
  return is_whole ? std::optional(std::move(picture)) : std::nullopt;
}

}  // namespace

bool ReadsPictures(Extraction& extraction) {
  return Offers(extraction, ConverterTool::kImageText);
}

bool ReadsPages(Extraction& extraction) {
  return ReadsPictures(extraction) && Offers(extraction, ConverterTool::kPageImage);
}

bool InspectPicture(ByteSource& picture, const std::string& origin, Extraction& extraction) {
  if (!SupplyDocument(picture, *extraction.converter(), extraction.budget())) return false;
  const auto text = InspectConverted(ConverterTool::kImageText, origin, extraction);
  if (!text) return false;
  const auto reason = ReasonOf(text->end, v1::REASON_UNSUPPORTED);
  if (reason) extraction.coverage().Note(*reason);
  return !reason;
}

bool InspectPages(ByteSource& pdf, std::uint32_t pages, const std::string& origin, Extraction& extraction) {
  bool all = true;
  for (std::uint32_t page = 1; page <= pages && extraction.budget().HasTime(); ++page) {
    const auto picture = DrawPage(pdf, page, extraction);
    if (picture) {
      MemorySource source(*picture);
      all = InspectPicture(source, origin + "/page " + std::to_string(page), extraction) && all;
    } else {
      all = false;
    }
  }
  return all && extraction.budget().HasTime();
}

}  // namespace vigie::content
