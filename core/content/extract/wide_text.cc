#include <array>

#include "core/content/extract/hidden_text.h"
#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

// Little endian at both alignments: big-endian text is little-endian text that begins one byte later.
class WideText final : public TextFilter {
 public:
  void Append(std::string_view chunk, std::string& text) override {
    for (const char c : chunk) {
      const auto high = static_cast<unsigned char>(c);
      if (has_low_) Take(low_, high, text);
      low_ = high;
      has_low_ = true;
      alignment_ ^= 1;
    }
  }
  void Finish(std::string& text) override {
    End(runs_[0], text);
    End(runs_[1], text);
  }

 private:
  struct Run {
    std::string text;
    std::size_t characters = 0;
  };

  static bool IsText(char32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x250) ||
           (c >= 0x370 && c < 0x500);
  }

  void Take(unsigned char low, unsigned char high, std::string& text) {
    auto& run = runs_[alignment_];
    constexpr unsigned char kHighest = 4;
    const char32_t c = (char32_t{high} << 8) | low;
    constexpr std::size_t kLongest = 64 * 1024;
    if (high > kHighest || !IsText(c) || run.text.size() > kLongest) return End(run, text);
    AppendUtf8(c, run.text);
    ++run.characters;
  }

  static void End(Run& run, std::string& text) {
    constexpr std::size_t kShortest = 6;
    if (run.characters >= kShortest) text.append(run.text).push_back('\n');
    run.text.clear();
    run.characters = 0;
  }

  std::array<Run, 2> runs_;
  std::size_t alignment_ = 0;
  unsigned char low_ = 0;
  bool has_low_ = false;
};

}  // namespace

std::unique_ptr<TextFilter> MakeWideText() {
  return std::make_unique<WideText>();
}

}  // namespace vigie::content
