#include "core/content/extract/container_extraction.h"
#include "core/content/extract/extractor_table.h"

namespace vigie::content {
namespace {

// Everything that libarchive reads: archives and single compressed streams.
class ContainerExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override {
    return type.container && *type.container != ContainerFormat::kRpm;
  }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    InspectContainer(part, *type.container, extraction);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeContainerExtractor() {
  return std::make_unique<ContainerExtractor>();
}

}  // namespace vigie::content
