#pragma once

#include <memory>

#include "core/content/extract/text_filter.h"

namespace vigie::content {

// Text inside bytes that are no text as a whole, beside what shows in the bytes themselves. All are TextFilters over
// bytes.

// Runs of at least six characters of Latin, Greek or Cyrillic text in UTF-16 of either order, wherever they begin: what
// Windows programs keep in their files.
std::unique_ptr<TextFilter> MakeWideText();

// The compressed text chunks of a PNG (zTXt and iTXt: comments, author, XMP), up to 4 MiB each
// (https://www.w3.org/TR/png-3/#11textinfo).
std::unique_ptr<TextFilter> MakePngText();

// The comments of a GIF, whose blocks of 255 bytes cut words (https://www.w3.org/Graphics/GIF/spec-gif89a.txt, section
// 24).
std::unique_ptr<TextFilter> MakeGifText();

}  // namespace vigie::content
