#pragma once

#include <cstdint>
#include <string>

#include "core/content/byte_source.h"
#include "core/content/extract/extractor.h"

namespace vigie::content {

// Text in pictures, recognised by tesseract through the converter. What goes wrong on the way is noted in the coverage;
// recognition that misses text is not noticed by anybody.

// Whether this inspection asks for it and the tools for pictures, or for pages of a PDF, are there.
bool ReadsPictures(Extraction& extraction);
bool ReadsPages(Extraction& extraction);

// Hands the text of a picture (PNG, JPEG, TIFF, BMP, WebP, PNM) to the detectors. False if it could not be read.
bool InspectPicture(ByteSource& picture, const std::string& origin, Extraction& extraction);

// The same of the pages of a PDF, one after another, each drawn as a picture: `…/page 3`. False if any could not be
// read.
bool InspectPages(ByteSource& pdf, std::uint32_t pages, const std::string& origin, Extraction& extraction);

}  // namespace vigie::content
