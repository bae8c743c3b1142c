#include <string>
#include <vector>

#include "core/content/extract/extractor_table.h"
#include "core/content/extract/json_unescaper.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

bool IsJson(const ContentType& type) {
  return type.media_type == "application/json" || type.media_type == "application/x-ndjson";
}

// Decoder, then the JSON escapes if there are any, then windows.
class TextPipeline {
 public:
  TextPipeline(const ContentType& type, std::string_view origin, ContentSink& sink)
      : decoder_(*type.encoding, type.charset), is_json_(IsJson(type)), windows_(origin, sink) {}

  void Append(std::string_view chunk) {
    decoded_.clear();
    decoder_.Decode(chunk, decoded_);
    Forward();
  }
  // False if not all of it was text.
  bool Finish() {
    decoded_.clear();
    decoder_.Finish(decoded_);
    Forward();
    std::string rest;
    unescaper_.Finish(rest);
    windows_.Append(rest);
    windows_.Finish();
    return !decoder_.met_undecodable();
  }

 private:
  void Forward() {
    if (!is_json_) return windows_.Append(decoded_);
    unescaped_.clear();
    unescaper_.Append(decoded_, unescaped_);
    windows_.Append(unescaped_);
  }

  TextDecoder decoder_;
  bool is_json_;
  JsonUnescaper unescaper_;
  TextWindows windows_;
  std::string decoded_;
  std::string unescaped_;
};

// Text in any encoding that TextDecoder knows, of any length.
class TextExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override { return type.encoding.has_value(); }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    TextPipeline pipeline(type, part.origin(), extraction.sink());
    std::vector<char> chunk(kChunkBytes);
    while (extraction.budget().HasTime()) {
      const auto count = part.Read(chunk);
      if (count == 0) break;
      extraction.coverage().NoteInspected();
      pipeline.Append({chunk.data(), count});
    }
    if (!pipeline.Finish() || !type.understood) extraction.coverage().Note(v1::REASON_UNSUPPORTED);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeTextExtractor() {
  return std::make_unique<TextExtractor>();
}

}  // namespace vigie::content
