#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/document_conversion.h"
#include "core/content/extract/extractor_table.h"

namespace vigie::content {
namespace {

using platform::ConverterTool;

constexpr std::size_t kChunkBytes = 64 * 1024;

// What a PDF's bytes say about what the text of its pages does not show. Streams' dictionaries are never compressed, so
// an image cannot hide. Other objects can, in object streams, which count as something unseen.
class PdfFacts {
 public:
  void Look(std::string_view chunk) {
    constexpr std::size_t kLongestName = 24;
    joined_.append(chunk);
    for (auto& name : names_) name.found = name.found || Contains(name.text);
    joined_.erase(0, joined_.size() - std::min(joined_.size(), kLongestName));
  }

  bool is_encrypted() const { return names_[0].found; }
  // Text that is a picture, files in the file, forms, notes, scripts: whatever pdftotext does not print.
  bool holds_more() const {
    return std::any_of(names_.begin() + 1, names_.end(), [](const Name& name) { return name.found; });
  }

 private:
  struct Name {
    std::string_view text;
    bool found = false;
  };

  // As a whole: /Image is not /ImageB.
  bool Contains(std::string_view name) const {
    for (auto at = joined_.find(name); at != std::string::npos; at = joined_.find(name, at + 1)) {
      const auto behind = at + name.size();
      if (behind == joined_.size()) return false;  // comes again with the next bytes
      const char next = joined_[behind];
      const bool goes_on = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9');
      if (!goes_on) return true;
    }
    return false;
  }

  std::array<Name, 14> names_ = {{{"/Encrypt"},
                                  {"/ObjStm"},
                                  {"/Image"},
                                  {"/EF"},
                                  {"/EmbeddedFiles"},
                                  {"/FileAttachment"},
                                  {"/AcroForm"},
                                  {"/XFA"},
                                  {"/Annots"},
                                  {"/JavaScript"},
                                  {"/JS"},
                                  {"/RichMedia"},
                                  {"/Movie"},
                                  {"/Sound"}}};
  std::string joined_;
};

// PDF (ISO 32000): the text of its pages by pdftotext, in a process of its own; lines of a table's row stay together.
// What may hold more than that text makes the answer partial.
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
    PdfFacts facts;
    const auto text = Supply(source, *extraction.converter(), facts, extraction.budget())
                          ? InspectConverted(ConverterTool::kPdfText, part.origin(), extraction)
                          : std::nullopt;
    const auto refused = facts.is_encrypted() ? v1::REASON_ENCRYPTED : v1::REASON_CORRUPT;
    const auto reason = text ? ReasonOf(text->end, refused) : v1::REASON_UNSUPPORTED;
    if (reason) return InspectRaw(*reason, source, part, extraction);
    extraction.coverage().NoteInspected();
    if (facts.holds_more() || text->blank_pages > 0) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }

  // What only claims to be a PDF may be anything.
  static void InspectRaw(v1::Reason reason, ByteSource& source, const Part& part, Extraction& extraction) {
    extraction.coverage().Note(reason);
    if (reason == v1::REASON_ENCRYPTED) return;
    SourceStream stream(source, extraction.coverage());
    Part bytes(stream, part.origin(), extraction.budget());
    InspectAsBytes(bytes, extraction);
  }

  // The document to the converter, and all of its bytes to `facts`. False if the converter is gone.
  static bool Supply(ByteSource& source, platform::Converter& converter, PdfFacts& facts, ScanBudget& budget) {
    const auto* const file = source.file();
    if (!(file == nullptr ? converter.StartDocument() : converter.UseFile(*file))) return false;
    std::string chunk(kChunkBytes, '\0');
    for (std::uint64_t at = 0; budget.HasTime();) {
      const auto count = source.ReadAt(at, chunk);
      if (!count || *count == 0) break;
      const auto bytes = std::string_view(chunk).substr(0, *count);
      facts.Look(bytes);
      if (file == nullptr && !converter.Append(bytes)) return false;
      at += *count;
    }
    facts.Look(" ");
    return true;
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakePdfExtractor() {
  return std::make_unique<PdfExtractor>();
}

}  // namespace vigie::content
