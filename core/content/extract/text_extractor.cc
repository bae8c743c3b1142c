#include <string>
#include <vector>

#include "core/content/extract/extractor_table.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_filter.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

// Decoder, then the filter of the format if it has one, then windows.
class TextPipeline {
 public:
  TextPipeline(const ContentType& type, std::string_view origin, Extraction& extraction)
      : extraction_(extraction),
        decoder_(*type.encoding, type.charset),
        filter_(MakeTextFilter(type.media_type, extraction.charsets())),
        windows_(origin, extraction.sink()) {}

  void Append(std::string_view chunk) {
    decoded_.clear();
    decoder_.Decode(chunk, decoded_);
    Forward();
  }
  void Finish() {
    decoded_.clear();
    decoder_.Finish(decoded_);
    Forward();
    if (filter_ != nullptr) {
      filtered_.clear();
      filter_->Finish(filtered_);
      windows_.Append(filtered_);
      NoteTrouble();
    }
    windows_.Finish();
    if (decoder_.met_undecodable()) extraction_.coverage().Note(v1::REASON_UNSUPPORTED);
  }

 private:
  // Formats that miss their end say corrupt. What the budget cut off is not: it has its reason already.
  void NoteTrouble() {
    const auto trouble = filter_->trouble();
    if (!trouble || (*trouble == v1::REASON_CORRUPT && !extraction_.budget().MayContinue())) return;
    extraction_.coverage().Note(*trouble);
  }

  void Forward() {
    if (filter_ == nullptr) return windows_.Append(decoded_);
    filtered_.clear();
    filter_->Append(decoded_, filtered_);
    windows_.Append(filtered_);
  }

  Extraction& extraction_;
  TextDecoder decoder_;
  std::unique_ptr<TextFilter> filter_;
  TextWindows windows_;
  std::string decoded_;
  std::string filtered_;
};

// Text in any encoding that TextDecoder knows, of any length.
class TextExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override { return type.encoding.has_value(); }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    TextPipeline pipeline(type, part.origin(), extraction);
    std::vector<char> chunk(kChunkBytes);
    while (extraction.budget().HasTime()) {
      const auto count = part.Read(chunk);
      if (count == 0) break;
      extraction.coverage().NoteInspected();
      pipeline.Append({chunk.data(), count});
    }
    pipeline.Finish();
    // RFC 4880, section 6.2: text in form only.
    const bool is_message = part.head().find("-----BEGIN PGP MESSAGE-----") != std::string_view::npos;
    if (is_message) extraction.coverage().Note(v1::REASON_ENCRYPTED);
    if (!type.understood && !is_message) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeTextExtractor() {
  return std::make_unique<TextExtractor>();
}

}  // namespace vigie::content
