#include "platform/fake/fake_converter.h"

#include <algorithm>

namespace vigie::platform {
namespace {

class ScriptedConversion final : public Conversion {
 public:
  explicit ScriptedConversion(FakeConverter::Script script) : script_(std::move(script)) {}

  base::Result<std::size_t> Read(std::span<char> into) override {
    const auto taken = std::string_view(script_.text).substr(position_, into.size());
    std::ranges::copy(taken, into.begin());
    position_ += taken.size();
    return taken.size();
  }
  ConversionEnd Finish() override { return script_.end; }

 private:
  FakeConverter::Script script_;
  std::size_t position_ = 0;
};

}  // namespace

base::Result<void> FakeConverter::Answer() const {
  if (dead_) return base::Error{base::ErrorCode::kUnavailable, "the converter has ended"};
  return {};
}

base::Result<void> FakeConverter::UseFile(const base::FileDescriptor&) {
  document_ = "file";
  return Answer();
}

base::Result<void> FakeConverter::StartDocument() {
  document_.clear();
  return Answer();
}

base::Result<void> FakeConverter::Append(std::string_view bytes) {
  document_ += bytes;
  return Answer();
}

base::Result<std::unique_ptr<Conversion>> FakeConverter::Convert(const ConversionOrder& order) {
  if (auto answered = Answer(); !answered) return answered.error();
  conversions_.push_back(order.tool);
  return std::unique_ptr<Conversion>(std::make_unique<ScriptedConversion>(scripts_[order.tool]));
}

}  // namespace vigie::platform
