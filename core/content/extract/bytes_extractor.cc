#include <vector>

#include "core/content/extract/extractor_table.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

// What nobody else understands: its bytes are looked at as they are, and the finding says that this is not all.
class BytesExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType&, std::string_view) const override { return true; }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    if (!type.understood) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
    InspectAsBytes(part, extraction);
  }
};

}  // namespace

void InspectAsBytes(Part& part, Extraction& extraction) {
  TextWindows windows(part.origin(), extraction.sink());
  std::vector<char> chunk(kChunkBytes);
  while (extraction.budget().HasTime()) {
    const auto count = part.Read(chunk);
    if (count == 0) break;
    extraction.coverage().NoteInspected();
    windows.Append({chunk.data(), count});
  }
  windows.Finish();
}

std::unique_ptr<const Extractor> MakeBytesExtractor() {
  return std::make_unique<BytesExtractor>();
}

}  // namespace vigie::content
