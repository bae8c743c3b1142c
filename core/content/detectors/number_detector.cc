#include "core/content/detectors/number_detector.h"

#include "core/content/validate/ascii.h"
#include "core/content/validate/check_digits.h"

namespace vigie::content {
namespace {

class NumberDetector final : public Detector {
 public:
  explicit NumberDetector(const NumberDefinition& definition) : definition_(definition) {}

  std::string_view name() const override { return definition_.name; }
  std::span<const std::string_view> context_words() const override { return definition_.context_words; }
  std::span<const NumberShape> shapes() const override { return definition_.shapes; }

  bool IsValid(std::string_view compact) const override { return definition_.is_valid(compact); }

  std::string Canonical(std::string_view written) const override {
    auto compact = CompactForm(written);
    if (!definition_.prefix.empty() && compact.starts_with(definition_.prefix)) {
      compact.erase(0, definition_.prefix.size());
    }
    return compact;
  }

  std::string Mask(std::string_view value) const override { return MaskAllButTwo(value); }

 private:
  const NumberDefinition definition_;
};

}  // namespace

std::unique_ptr<const Detector> MakeNumberDetector(const NumberDefinition& definition) {
  return std::make_unique<NumberDetector>(definition);
}

std::string CompactForm(std::string_view written) {
  if (IsDigits(written, written.size())) return std::string(written);
  std::string compact(written.size(), '\0');
  std::size_t size = 0;
  for (const char c : written) {
    compact[size] = ToUpper(c);
    size += IsAlphanumeric(c) ? 1 : 0;
  }
  compact.resize(size);
  return compact;
}

std::string MaskAllButTwo(std::string_view value) {
  constexpr std::size_t kShown = 2;
  std::string masked = "******";
  for (const char c : value.substr(value.size() - std::min(value.size(), kShown))) {
    masked.push_back(IsAlphanumeric(c) ? c : '*');
  }
  return masked;
}

}  // namespace vigie::content
