#pragma once

#include <string>

#include "core/content/content_buffer.h"
#include "core/content/coverage.h"
#include "core/content/extract/charset.h"
#include "core/content/extract/content_type.h"
#include "core/content/part.h"
#include "core/content/scan_budget.h"
#include "platform/converter.h"

namespace vigie::content {

// What an extractor works with: one inspection's budget, its account of what was seen, the detectors, and the way back
// in for what a container holds.
class Extraction {
 public:
  virtual ~Extraction() = default;
  virtual ScanBudget& budget() = 0;
  virtual Coverage& coverage() = 0;
  virtual ContentSink& sink() = 0;
  // Nullptr if there is none.
  virtual platform::Converter* converter() = 0;
  virtual const CharsetTable& charsets() = 0;
  // Whether the text of pictures is asked for, too.
  virtual bool ocr() const { return false; }
  // Finds the type of a nested part and extracts it in its turn.
  virtual void InspectNested(Part& part) = 0;
  // What the part turned out to be, more exactly than its beginning told. Answers show it of the outermost part.
  virtual void RefineType(const Part& part, std::string_view media_type) = 0;
};

// Knows one kind of content: turns a part into buffers for the sink, or into nested parts. One file each, listed in
// extractor_table.cc. Hostile content is its daily bread: it never fails, it notes in the coverage what it could not
// read. Stateless and thread-safe.
class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual bool Accepts(const ContentType& type, std::string_view head) const = 0;
  virtual void Extract(Part& part, const ContentType& type, Extraction& extraction) const = 0;
};

// Hands every byte of a part to the sink as it is.
void InspectAsBytes(Part& part, Extraction& extraction);

}  // namespace vigie::content
