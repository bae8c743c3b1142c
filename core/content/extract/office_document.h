#pragma once

#include "core/content/byte_source.h"
#include "core/content/extract/extractor.h"
#include "core/content/extract/zip_directory.h"

namespace vigie::content {

// Inspects a zip that is an office document (Office Open XML, OpenDocument) as such: XML parts as the text that they
// show, everything else as nested parts. False if it is none; then nothing was done.
bool InspectOfficeDocument(ByteSource& source, const ZipDirectory& directory, Part& part, Extraction& extraction);

}  // namespace vigie::content
