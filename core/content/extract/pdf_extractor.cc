#include <optional>
#include <string>

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/document_conversion.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/pdf_objects.h"
#include "core/content/extract/picture_text.h"

namespace vigie::content {
namespace {

using platform::ConverterTool;

constexpr std::size_t kChunkBytes = 64 * 1024;

// PDF (ISO 32000): the text of its pages by pdftotext, in a process of its own; lines of a table's row stay together.
// What stands beside the pages is read here. What may hold more than that text makes the answer partial.
class PdfExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view head) const override {
    // Readers look for the signature in the first 1024 bytes; text that talks about PDF is none.
    return head.starts_with("%PDF-") ||
           (!type.encoding && head.substr(0, 1024).find("%PDF-") != std::string_view::npos);
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    extraction.RefineType(part, "application/pdf");
    auto* const converter = extraction.converter();
    if (converter == nullptr || !converter->Offers(ConverterTool::kPdfText)) {
      extraction.coverage().Note(v1::REASON_UNSUPPORTED);
      return InspectAsBytes(part, extraction);
    }
    if (part.source() != nullptr) return Convert(*part.source(), part, extraction);
    const LoadedPart loaded(part, extraction);
    MemorySource source(loaded.bytes());
    Convert(source, part, extraction);
    if (!loaded.is_whole()) InspectAsBytes(part, extraction);
  }

 private:
  static void Convert(ByteSource& source, Part& part, Extraction& extraction) {
    PdfObjects objects(part.origin(), extraction);
    const auto text = Supply(source, *extraction.converter(), objects, extraction.budget())
                          ? InspectConverted(ConverterTool::kPdfText, part.origin(), extraction)
                          : std::nullopt;
    const auto refused = objects.is_encrypted() ? v1::REASON_ENCRYPTED : v1::REASON_CORRUPT;
    const auto reason = text ? ReasonOf(text->end, refused) : v1::REASON_UNSUPPORTED;
    if (reason) return InspectRaw(*reason, source, part, extraction);
    extraction.coverage().NoteInspected();
    const bool holds_pictures = objects.holds_pictures() || text->blank_pages > 0;
    const bool misses_pictures =
        holds_pictures && !(ReadsPages(extraction) && InspectPages(source, text->pages, part.origin(), extraction));
    if (objects.holds_more() || misses_pictures) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }

  // What only claims to be a PDF may be anything.
  static void InspectRaw(v1::Reason reason, ByteSource& source, const Part& part, Extraction& extraction) {
    extraction.coverage().Note(reason);
    if (reason == v1::REASON_ENCRYPTED) return;
    SourceStream stream(source, extraction.coverage());
    Part bytes(stream, part.origin(), extraction.budget());
    InspectAsBytes(bytes, extraction);
  }

  // The document to the converter, and all of its bytes to `objects`. False if the converter is gone.
  static bool Supply(ByteSource& source, platform::Converter& converter, PdfObjects& objects, ScanBudget& budget) {
    const auto* const file = source.file();
    if (!(file == nullptr ? converter.StartDocument() : converter.UseFile(*file))) return false;
    std::string chunk(kChunkBytes, '\0');
    for (std::uint64_t at = 0; budget.HasTime();) {
      const auto count = source.ReadAt(at, chunk);
      if (!count || *count == 0) break;
      const auto bytes = std::string_view(chunk).substr(0, *count);
      objects.Look(bytes);
      if (file == nullptr && !converter.Append(bytes)) return false;
      at += *count;
    }
    objects.Finish();
    return true;
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakePdfExtractor() {
  return std::make_unique<PdfExtractor>();
}

}  // namespace vigie::content
