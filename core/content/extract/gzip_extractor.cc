#include "core/content/extract/container_extraction.h"
#include "core/content/extract/extractor_table.h"

namespace vigie::content {
namespace {

// Gzip (RFC 1952), of any number of members.
class GzipExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view head) const override {
    return !type.encoding && head.starts_with("\x1f\x8b\x08");
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    InspectContainer(part, ContainerFormat::kGzip, extraction);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeGzipExtractor() {
  return std::make_unique<GzipExtractor>();
}

}  // namespace vigie::content
