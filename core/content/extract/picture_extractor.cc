#include <algorithm>
#include <array>
#include <string_view>

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/picture_text.h"

namespace vigie::content {
namespace {

constexpr std::array<std::string_view, 6> kPictures = {"image/png",      "image/jpeg", "image/tiff",
                                                       "image/x-ms-bmp", "image/bmp",  "image/webp"};

// Pictures: what stands in their bytes (properties, comments), and if it is asked for, the text that they show.
class PictureExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override {
    return !type.encoding && std::ranges::find(kPictures, type.media_type) != kPictures.end();
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    if (!ReadsPictures(extraction)) {
      extraction.coverage().Note(v1::REASON_UNSUPPORTED);
      return InspectAsBytes(part, extraction);
    }
    if (part.source() != nullptr) return Read(*part.source(), part, extraction);
    const LoadedPart loaded(part, extraction);
    MemorySource source(loaded.bytes());
    Read(source, part, extraction);
    if (!loaded.is_whole()) InspectAsBytes(part, extraction);
  }

 private:
  static void Read(ByteSource& source, const Part& part, Extraction& extraction) {
    SourceStream stream(source, extraction.coverage());
    Part bytes(stream, part.origin(), extraction.budget());
    InspectAsBytes(bytes, extraction);
    if (!InspectPicture(source, part.origin(), extraction)) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakePictureExtractor() {
  return std::make_unique<PictureExtractor>();
}

}  // namespace vigie::content
