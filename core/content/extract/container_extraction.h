#pragma once

#include "core/content/extract/archive_reader.h"
#include "core/content/extract/extractor.h"

namespace vigie::content {

// Inspects every entry of a container that libarchive reads, under the budget. Encrypted, broken and unknown entries
// are noted and passed over; of a container that yields nothing at all the raw bytes are inspected.
void InspectContainer(Part& part, ContainerFormat format, Extraction& extraction);

// A container inside a container is unpacked into memory before it is read; a larger one than this is too_large.
inline constexpr std::uint64_t kLargestNestedContainer = std::uint64_t{256} << 20;

}  // namespace vigie::content
