#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/extract/encoded_candidates.h"
#include "core/content/extract/encoded_stretch.h"
#include "core/content/extract/extractor.h"

namespace vigie::content {

// Stands before the detectors and undoes what is encoded inside text: base64, hex (plain and with separators),
// percent-encoding, character references, \u escapes, quoted-printable. Short text takes the place of its encoded form,
// so that the cells of a row stay beside each other and nothing counts twice; files and long text are inspected as
// nested parts, `…/base64@offset`, and their encoded form stays. What is decoded is looked at again, four times at
// most. Everything is paid for from the budget. Not thread-safe; re-entrant, because nested parts end here, too.
class EmbeddedText final : public ContentSink {
 public:
  // Decoded text below this is put in place.
  static constexpr std::size_t kShortText = 512;

  EmbeddedText(ContentSink& detectors, Extraction& extraction) : detectors_(detectors), extraction_(extraction) {}

  void Take(const ContentBuffer& buffer) override;

 private:
  friend class EmbeddedRewriting;
  // A stretch that goes on beyond the buffer.
  struct OpenStretch {
    StretchReader reader;
    std::string origin;
    std::size_t skip = 0;  // bytes of the next buffer's fresh part that it has read already
  };
  struct Progress {
    std::uint64_t fresh_bytes = 0;  // of earlier buffers
    std::optional<OpenStretch> open;
  };

  std::uint64_t ContinueOrigin(const ContentBuffer& buffer);
  void FinishStretch(OpenStretch stretch);
  void InspectDecoded(std::string bytes, const std::string& origin);
  void InspectBinary(std::string_view bytes, const std::string& origin);

  ContentSink& detectors_;
  Extraction& extraction_;
  std::map<std::string, Progress, std::less<>> going_;  // by origin; while more follows
};

}  // namespace vigie::content
