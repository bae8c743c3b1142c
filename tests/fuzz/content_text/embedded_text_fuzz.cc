// Stretches of any kind inside text: the fresh parts of what comes out must be in order, within bounds and cover a text
// without anything encoded byte for byte.
#include <cstdlib>

#include "core/content/extract/embedded_text.h"
#include "core/content/extract/text_windows.h"
#include "core/content/extract/type_detector.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace vigie;
using namespace vigie::content;

class Checker final : public ContentSink {
 public:
  void Take(const ContentBuffer& buffer) override {
    if (buffer.fresh_begin > buffer.fresh_end || buffer.fresh_end > buffer.text.size()) std::abort();
  }
};

class FuzzedExtraction final : public Extraction {
 public:
  explicit FuzzedExtraction(const CharsetTable& charsets)
      : charsets_(charsets), budget_(Limits(), clock_), embedded_(checker_, *this) {}
  ScanBudget& budget() override { return budget_; }
  Coverage& coverage() override { return coverage_; }
  ContentSink& sink() override { return embedded_; }
  platform::Converter* converter() override { return nullptr; }
  const CharsetTable& charsets() override { return charsets_; }
  void RefineType(const Part&, std::string_view) override {}
  void InspectNested(Part& part) override { InspectAsBytes(part, *this); }

 private:
  static v1::InspectionBudget Limits() {
    auto limits = DefaultBudget();
    limits.set_bytes(4 << 20);
    limits.set_entries(100);
    return limits;
  }
  const CharsetTable& charsets_;
  base::SystemClock clock_;
  ScanBudget budget_;
  Coverage coverage_;
  Checker checker_;
  EmbeddedText embedded_;
};

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  static const auto charsets = *CharsetTable::Load();
  std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  FuzzedExtraction extraction(*charsets);
  // The first byte says where a window ends, so that stretches go on over it.
  const auto cut = text.empty() ? 0 : std::min<std::size_t>(static_cast<unsigned char>(text[0]), text.size());
  const auto context = cut / 2;
  extraction.sink().Take({text.substr(0, cut), "fuzzed", 0, cut - context / 2, true});
  const auto begin = cut - context;
  extraction.sink().Take({text.substr(begin), "fuzzed", cut - context / 2 - begin, text.size() - begin, false});
}
