#include "core/content/extract/document_conversion.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

using platform::ConversionEnd;

constexpr std::size_t kChunkBytes = 64 * 1024;

// Something is left to say what was found, after the tool was killed.
base::Deadline DeadlineOf(const ScanBudget& budget) {
  return base::Deadline::After(budget.TimeLeft() * 9 / 10);
}

class PageCounter {
 public:
  void Count(std::string_view text, ConvertedText& converted) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\f') {
        ++converted.pages;
        converted.blank_pages += blank_ ? 1 : 0;
        blank_ = true;
      } else if (byte > 0x20) {
        blank_ = false;
      }
    }
  }

 private:
  bool blank_ = true;
};

std::unique_ptr<platform::Conversion> Start(platform::ConverterTool tool, Extraction& extraction,
                                            std::uint32_t page = 1) {
  auto* const converter = extraction.converter();
  if (converter == nullptr || !converter->Offers(tool)) return nullptr;
  auto conversion = converter->Convert({.tool = tool, .deadline = DeadlineOf(extraction.budget()), .page = page});
  return conversion ? *std::move(conversion) : nullptr;
}

}  // namespace

bool SupplyDocument(ByteSource& source, platform::Converter& converter, ScanBudget& budget) {
  if (source.file() != nullptr) return static_cast<bool>(converter.UseFile(*source.file()));
  if (!converter.StartDocument()) return false;
  std::string chunk(kChunkBytes, '\0');
  for (std::uint64_t at = 0; at < source.size() && budget.HasTime();) {
    const auto count = source.ReadAt(at, chunk);
    if (!count || *count == 0 || !converter.Append(std::string_view(chunk).substr(0, *count))) return false;
    at += *count;
  }
  return budget.HasTime();
}

std::optional<ConvertedText> InspectConverted(platform::ConverterTool tool, const std::string& origin,
                                              Extraction& extraction) {
  const auto conversion = Start(tool, extraction);
  if (conversion == nullptr) return std::nullopt;
  ConvertedText converted;
  TextWindows windows(origin, extraction.sink());
  PageCounter pages;
  std::vector<char> chunk(kChunkBytes);
  bool complete = false;
  while (extraction.budget().HasTime()) {
    const auto count = conversion->Read(chunk);
    complete = count && *count == 0;
    if (!count || *count == 0) break;
    const auto granted = static_cast<std::size_t>(extraction.budget().TakeBytes(*count));
    const std::string_view text(chunk.data(), granted);
    extraction.coverage().NoteInspected();
    pages.Count(text, converted);
    windows.Append(text);
    converted.bytes += granted;
    if (granted < *count) break;
  }
  windows.Finish();
  converted.end = conversion->Finish();
  if (!complete && converted.end == ConversionEnd::kDone && extraction.budget().MayContinue()) {
    converted.end = ConversionEnd::kCrashed;
  }
  return converted;
}

std::optional<v1::Reason> ReasonOf(ConversionEnd end, v1::Reason refused) {
  switch (end) {
    case ConversionEnd::kDone:
      return std::nullopt;
    case ConversionEnd::kRefused:
      return refused;
    case ConversionEnd::kCrashed:
      return v1::REASON_CORRUPT;
    case ConversionEnd::kTimedOut:
      return v1::REASON_TIMED_OUT;
    case ConversionEnd::kTooLarge:
      return v1::REASON_TOO_LARGE;
  }
  return v1::REASON_CORRUPT;
}

}  // namespace vigie::content
