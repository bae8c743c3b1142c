#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/content/extract/extractor_table.h"
#include "core/content/extract/hidden_text.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

// One way to see text in bytes.
class HiddenView {
 public:
  HiddenView(std::unique_ptr<TextFilter> filter, std::string origin, Extraction& extraction)
      : filter_(std::move(filter)),
        origin_(std::move(origin)),
        windows_(origin_, extraction.sink()),
        budget_(extraction.budget()) {}

  // Text that was compressed is paid for, and so little of it looked for at a time that its size stays bounded.
  void Append(std::string_view bytes) {
    constexpr std::size_t kStep = 4096;
    for (; !bytes.empty() && budget_.HasTime(); bytes.remove_prefix(std::min(bytes.size(), kStep))) {
      text_.clear();
      filter_->Append(bytes.substr(0, kStep), text_);
      const auto unpacked = text_.size() - std::min(text_.size(), kStep);
      windows_.Append(std::string_view(text_).substr(0, text_.size() - unpacked + budget_.TakeBytes(unpacked)));
    }
  }
  void Finish() {
    text_.clear();
    filter_->Finish(text_);
    windows_.Append(text_);
    windows_.Finish();
  }

 private:
  std::unique_ptr<TextFilter> filter_;
  std::string origin_;
  TextWindows windows_;
  ScanBudget& budget_;
  std::string text_;
};

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
  HiddenView wide(MakeWideText(), part.origin() + "/utf-16", extraction);
  std::optional<HiddenView> comments;
  if (part.head().starts_with("\x89PNG")) comments.emplace(MakePngText(), part.origin() + "/text", extraction);
  if (part.head().starts_with("GIF89a")) comments.emplace(MakeGifText(), part.origin() + "/text", extraction);
  std::vector<char> chunk(kChunkBytes);
  while (extraction.budget().HasTime()) {
    const auto count = part.Read(chunk);
    if (count == 0) break;
    extraction.coverage().NoteInspected();
    windows.Append({chunk.data(), count});
    wide.Append({chunk.data(), count});
    if (comments) comments->Append({chunk.data(), count});
  }
  windows.Finish();
  wide.Finish();
  if (comments) comments->Finish();
}

std::unique_ptr<const Extractor> MakeBytesExtractor() {
  return std::make_unique<BytesExtractor>();
}

}  // namespace vigie::content
