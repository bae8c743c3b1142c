// What is read beside a PDF's pages: any bytes, in two cuts, which must say the same. The budget bounds what is
// unpacked.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/content/extract/pdf_objects.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace vigie::content;

class FuzzedExtraction final : public Extraction, private ContentSink {
 public:
  ScanBudget& budget() override { return budget_; }
  Coverage& coverage() override { return coverage_; }
  ContentSink& sink() override { return *this; }
  vigie::platform::Converter* converter() override { return nullptr; }
  const CharsetTable& charsets() override { std::abort(); }
  void InspectNested(Part&) override { std::abort(); }
  void RefineType(const Part&, std::string_view) override { std::abort(); }

  const std::string& text() const { return text_; }

 private:
  static vigie::v1::InspectionBudget Limits() {
    auto limits = DefaultBudget();
    limits.set_bytes(1 << 20);
    limits.set_milliseconds(600'000);
    return limits;
  }
  void Take(const ContentBuffer& buffer) override {
    if (buffer.fresh_begin > buffer.fresh_end || buffer.fresh_end > buffer.text.size()) std::abort();
    text_ += buffer.text.substr(buffer.fresh_begin, buffer.fresh_end - buffer.fresh_begin);
  }

  vigie::base::SystemClock clock_;
  ScanBudget budget_{Limits(), clock_};
  Coverage coverage_;
  std::string text_;
};

struct Seen {
  std::string text;
  bool is_encrypted;
  bool holds_pictures;
  bool operator==(const Seen&) const = default;
};

Seen Look(std::string_view bytes, std::size_t chunk) {
  const std::string origin = "origin";
  FuzzedExtraction extraction;
  PdfObjects objects(origin, extraction);
  for (std::size_t at = 0; at < bytes.size(); at += chunk) objects.Look(bytes.substr(at, chunk));
  objects.Finish();
  return {extraction.text(), objects.is_encrypted(), objects.holds_pictures()};
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const auto whole = Look(bytes, bytes.size() + 1);
  for (const auto chunk : {bytes.size() / 2 + 1, std::size_t{3}}) {
    if (Look(bytes, chunk) != whole) std::abort();
  }
}
