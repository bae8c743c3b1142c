#include <algorithm>
#include <vector>

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/extractor_table.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLeadBytes = 96;
constexpr std::size_t kIntroBytes = 16;  // of a header: magic, version, reserved, entries, bytes
constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kLargestHeader = std::size_t{32} << 20;

// Hands a part's bytes on and remembers that they ran out.
class HeaderReading {
 public:
  HeaderReading(Part& part, TextWindows& windows) : part_(part), windows_(windows) {}

  // So many bytes, shown to the detectors: a header's strings end with zeros. Empty if there are fewer.
  std::string Take(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
      const auto count = part_.Read(std::span(bytes).subspan(filled));
      if (count == 0) break;
      filled += count;
    }
    windows_.Append(std::string_view(bytes).substr(0, filled));
    return filled == size ? bytes : std::string();
  }

  // One header; its size in bytes, 0 if it is none.
  std::size_t TakeHeader() {
    const auto intro = Take(kIntroBytes);
    if (!intro.starts_with("\x8e\xad\xe8")) return 0;
    const auto entries = BigEndian(intro, 8);
    const auto bytes = BigEndian(intro, 12);
    if (entries > kLargestHeader / kEntryBytes || bytes > kLargestHeader) return 0;
    const auto size = entries * kEntryBytes + bytes;
    for (std::size_t left = size; left > 0;) {
      const auto taken = std::min<std::size_t>(left, 64 * 1024);
      if (Take(taken).empty()) return 0;
      left -= taken;
    }
    return kIntroBytes + size;
  }

 private:
  static std::size_t BigEndian(std::string_view bytes, std::size_t position) {
    std::size_t value = 0;
    for (const char c : bytes.substr(position, 4)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  Part& part_;
  TextWindows& windows_;
};

// RPM 3 and 4 (https://rpm-software-management.github.io/rpm/manual/format_v4.html): a lead, a signature and a header,
// whose strings are inspected as they are, then a compressed cpio.
class RpmExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override {
    return type.container == ContainerFormat::kRpm;
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    if (!extraction.budget().Enter()) return;
    if (!SkipToPayload(part, extraction)) {
      extraction.coverage().Note(v1::REASON_CORRUPT);
      InspectAsBytes(part, extraction);
    } else {
      PartStream stream(part);
      Part payload(stream, part.origin() + "/payload", extraction.budget());
      if (extraction.budget().TakeEntry()) extraction.InspectNested(payload);
    }
    extraction.budget().Leave();
  }

 private:
  static bool SkipToPayload(Part& part, Extraction& extraction) {
    TextWindows windows(part.origin(), extraction.sink());
    HeaderReading reading(part, windows);
    bool found = !reading.Take(kLeadBytes).empty();
    const auto signature = found ? reading.TakeHeader() : 0;
    const auto padding = (8 - signature % 8) % 8;
    found = signature > 0 && (padding == 0 || !reading.Take(padding).empty()) && reading.TakeHeader() > 0;
    windows.Finish();
    if (found) extraction.coverage().NoteInspected();
    return found;
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeRpmExtractor() {
  return std::make_unique<RpmExtractor>();
}

}  // namespace vigie::content
