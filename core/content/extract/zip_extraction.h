#pragma once

#include "core/content/byte_source.h"
#include "core/content/extract/extractor.h"

namespace vigie::content {

// Inspects a zip whose bytes can be read anywhere: by its directory, or by what it is an office document, and with
// everything that belongs to no entry. `part` is where it was found.
void InspectZip(ByteSource& source, Part& part, Extraction& extraction);

}  // namespace vigie::content
