#include "core/content/extract/container_extraction.h"
#include "core/content/extract/extractor_table.h"

namespace vigie::content {
namespace {

// Zip (APPNOTE.TXT 6.3), read by its central directory as every unpacker does. Office documents are zips as well: their
// XML is inspected as text, and not claimed to be all.
class ZipExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view head) const override {
    if (type.encoding) return false;
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06");  // the latter without any entry
  }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    if (!type.understood) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
    InspectContainer(part, ContainerFormat::kZip, extraction);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeZipExtractor() {
  return std::make_unique<ZipExtractor>();
}

}  // namespace vigie::content
