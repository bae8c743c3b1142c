#pragma once

#include <cstdint>
#include <optional>

#include "core/content/extract/extractor.h"
#include "platform/converter.h"

namespace vigie::content {

// What a tool made of a document.
struct ConvertedText {
  platform::ConversionEnd end = platform::ConversionEnd::kCrashed;
  std::uint64_t bytes = 0;  // of text
  // Between form feeds, as the tool separates pages; those without any letter or digit.
  std::uint32_t pages = 0;
  std::uint32_t blank_pages = 0;
};

// Gives the converter its document: all of the source. Nothing may have been given since. False if it is gone.
bool SupplyDocument(ByteSource& source, platform::Converter& converter, ScanBudget& budget);

// Hands the text that `tool` makes of the converter's document to the detectors, under the budget. Nothing if there is
// no such tool, or the converter is gone.
std::optional<ConvertedText> InspectConverted(platform::ConverterTool tool, const std::string& origin,
                                              Extraction& extraction);

// The reason for a conversion that did not end well; `refused` is what it means that the tool refused.
std::optional<v1::Reason> ReasonOf(platform::ConversionEnd end, v1::Reason refused);

}  // namespace vigie::content
