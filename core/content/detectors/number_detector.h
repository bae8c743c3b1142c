#pragma once

#include <memory>

#include "core/content/detector.h"

namespace vigie::content {

// A class of numbers as data: what most files in this folder consist of. Everything is static.
struct NumberDefinition {
  std::string_view name;
  std::span<const NumberShape> shapes;
  bool (*is_valid)(std::string_view compact);
  std::span<const std::string_view> context_words;
  std::string_view prefix;  // may stand before the number and is no part of it: IT of a VAT number
};

// Canonical: digits and capitals without prefix. Mask: its last two characters.
std::unique_ptr<const Detector> MakeNumberDetector(const NumberDefinition& definition);

// The letters and digits of `written`, in capitals.
std::string CompactForm(std::string_view written);

// ******42
std::string MaskAllButTwo(std::string_view value);

}  // namespace vigie::content
