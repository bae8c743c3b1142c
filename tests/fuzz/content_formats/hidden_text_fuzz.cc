// Text hidden in bytes (runs of UTF-16, compressed chunks of a PNG): where the bytes are cut makes no difference.
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "core/content/extract/hidden_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using Maker = std::unique_ptr<vigie::content::TextFilter> (*)();

std::string TextOf(Maker make, std::string_view bytes, std::size_t step) {
  const auto filter = make();
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += step) filter->Append(bytes.substr(at, step), text);
  filter->Finish(text);
  return text;
}

void CompareSteps(Maker make, std::string_view bytes) {
  const auto whole = TextOf(make, bytes, bytes.size() + 1);
  for (const auto step : std::array<std::size_t, 3>{1, 7, 64}) {
    if (TextOf(make, bytes, step) != whole) std::abort();
  }
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  CompareSteps(vigie::content::MakeWideText, bytes);
  CompareSteps(vigie::content::MakePngText, std::string("\x89PNG\r\n\x1a\n", 8).append(bytes));
}
