#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/content/extract/archive_input.h"
#include "core/content/extract/compound_file.h"
#include "core/content/extract/container_extraction.h"
#include "core/content/extract/document_conversion.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/old_document_text.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

using platform::ConverterTool;

constexpr std::size_t kChunkBytes = 64 * 1024;

std::size_t Number16(std::string_view bytes, std::size_t position) {
  if (position + 2 > bytes.size()) return 0;
  return static_cast<unsigned char>(bytes[position]) +
         std::size_t{256} * static_cast<unsigned char>(bytes[position + 1]);
}

// MS-DOC, the file information block: bit 8 of its flags.
bool IsEncryptedWord(std::string_view head) {
  constexpr std::size_t kFlagsAt = 10;
  return (Number16(head, kFlagsAt) & 0x100) != 0;
}

// MS-XLS: a FilePass record among the first ones.
bool IsEncryptedSheet(std::string_view head) {
  constexpr std::size_t kFilePass = 0x2f;
  for (std::size_t at = 0; at + 4 <= head.size(); at += 4 + Number16(head, at + 2)) {
    if (Number16(head, at) == kFilePass) return true;
    if (Number16(head, at) == 0 && at > 0) return false;
  }
  return false;
}

struct Program {
  std::string_view stream;
  std::string_view media_type;
  ConverterTool tool;
  bool (*is_encrypted)(std::string_view head);
};

constexpr std::array kPrograms = {
    Program{"WordDocument", "application/msword", ConverterTool::kWordText, IsEncryptedWord},
    Program{"Workbook", "application/vnd.ms-excel", ConverterTool::kSheetText, IsEncryptedSheet},
    Program{"Book", "application/vnd.ms-excel", ConverterTool::kSheetText, IsEncryptedSheet},
    Program{"PowerPoint Document", "application/vnd.ms-powerpoint", ConverterTool::kSlideText, nullptr}};

// One compound file whose bytes can be read anywhere.
class LegacyDocument {
 public:
  LegacyDocument(ByteSource& source, Part& part, Extraction& extraction)
      : source_(source), part_(part), extraction_(extraction) {}

  void Inspect() {
    const auto file = CompoundFile::Open(source_);
    if (!file) return InspectRaw(v1::REASON_CORRUPT);
    if (file->Find("EncryptedPackage") != nullptr || file->Find("EncryptedSummary") != nullptr) {
      return extraction_.coverage().Note(v1::REASON_ENCRYPTED);
    }
    for (const auto& program : kPrograms) {
      if (const auto* const stream = file->Find(program.stream)) return InspectAs(program, *file, *stream);
    }
    if (file->HasNameStartingWith("__substg1.0_")) extraction_.RefineType(part_, "application/vnd.ms-outlook");
    InspectRaw(v1::REASON_UNSUPPORTED);
  }

 private:
  void InspectAs(const Program& program, const CompoundFile& file, const CompoundFile::Entry& stream) {
    extraction_.RefineType(part_, program.media_type);
    if (program.is_encrypted != nullptr && program.is_encrypted(file.Head(stream))) {
      return extraction_.coverage().Note(v1::REASON_ENCRYPTED);
    }
    // Text only: no drawings, no embedded objects, no macros.
    extraction_.coverage().Note(v1::REASON_UNSUPPORTED);
    if (program.tool != ConverterTool::kSheetText && InspectText(program, file, stream)) return;
    const auto text = Supply(program.tool) ? InspectConverted(program.tool, part_.origin(), extraction_) : std::nullopt;
    const auto reason = text ? ReasonOf(text->end, v1::REASON_CORRUPT) : std::nullopt;
    if (text && !reason && text->bytes > 0) return;
    InspectRaw(reason.value_or(v1::REASON_UNSUPPORTED));
  }

  // Without a tool; false if the document must be read otherwise.
  bool InspectText(const Program& program, const CompoundFile& file, const CompoundFile::Entry& stream) {
    CompoundStream document(file, stream);
    TextWindows windows(part_.origin(), extraction_.sink());
    const TextTaker take = [&](std::string_view text) {
      const auto granted = static_cast<std::size_t>(extraction_.budget().TakeBytes(text.size()));
      extraction_.coverage().NoteInspected();
      windows.Append(text.substr(0, granted));
      return granted == text.size() && extraction_.budget().MayContinue();
    };
    auto end = OldDocumentEnd::kNotUnderstood;
    if (program.tool == ConverterTool::kSlideText) {
      end = ReadSlideText(document, take);
    } else if (const auto* const tables = file.Find(UsesFirstTable(file.Head(stream)) ? "1Table" : "0Table")) {
      CompoundStream table(file, *tables);
      end = ReadWordText(document, table, take);
    }
    windows.Finish();
    return end != OldDocumentEnd::kNotUnderstood;
  }

  bool Supply(ConverterTool tool) {
    auto* const converter = extraction_.converter();
    if (converter == nullptr || !converter->Offers(tool)) return false;
    return SupplyDocument(source_, *converter, extraction_.budget());
  }

  // Its strings are of one byte or of two a character: the bytes are looked at both ways.
  void InspectRaw(v1::Reason reason) {
    extraction_.coverage().Note(reason);
    SourceStream narrow(source_, extraction_.coverage());
    Part bytes(narrow, part_.origin(), extraction_.budget());
    InspectAsBytes(bytes, extraction_);
    SourceStream wide(source_, extraction_.coverage());
    TextWindows windows(part_.origin(), extraction_.sink());
    TextDecoder decoder(TextEncoding::kUtf16LittleEndian);
    std::vector<char> chunk(kChunkBytes);
    std::string text;
    while (extraction_.budget().HasTime()) {
      const auto count = wide.Read(chunk);
      if (count == 0) break;
      text.clear();
      decoder.Decode({chunk.data(), count}, text);
      windows.Append(text);
    }
    windows.Finish();
  }

  ByteSource& source_;
  Part& part_;
  Extraction& extraction_;
};

// Word, Excel and PowerPoint up to 2003, Outlook's messages, and newer documents that are encrypted: all of them
// compound files (MS-CFB). Never full.
class LegacyOfficeExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType&, std::string_view head) const override {
    return head.starts_with(CompoundFile::kSignature);
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    extraction.RefineType(part, "application/x-ole-storage");
    if (part.source() != nullptr) return LegacyDocument(*part.source(), part, extraction).Inspect();
    const LoadedPart loaded(part, extraction);
    MemorySource source(loaded.bytes());
    LegacyDocument(source, part, extraction).Inspect();
    if (!loaded.is_whole()) InspectAsBytes(part, extraction);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeLegacyOfficeExtractor() {
  return std::make_unique<LegacyOfficeExtractor>();
}

}  // namespace vigie::content
