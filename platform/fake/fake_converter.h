#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/converter.h"

namespace vigie::platform {

// Answers with scripted text. Not thread-safe.
class FakeConverter final : public Converter {
 public:
  struct Script {
    std::string text;
    ConversionEnd end = ConversionEnd::kDone;
  };

  // Tools without a script are not installed.
  void Answer(ConverterTool tool, Script script) { scripts_[tool] = std::move(script); }
  // From now on every call fails, as if the process had died.
  void Die() { dead_ = true; }

  bool Offers(ConverterTool tool) const override { return scripts_.contains(tool); }
  base::Result<void> UseFile(const base::FileDescriptor& file) override;
  base::Result<void> StartDocument() override;
  base::Result<void> Append(std::string_view bytes) override;
  base::Result<std::unique_ptr<Conversion>> Convert(const ConversionOrder& order) override;

  // What was appended since the last StartDocument; "file" after UseFile.
  const std::string& document() const { return document_; }
  const std::vector<ConverterTool>& conversions() const { return conversions_; }

 private:
  base::Result<void> Answer() const;
  std::map<ConverterTool, Script> scripts_;
  bool dead_ = false;
  std::string document_;
  std::vector<ConverterTool> conversions_;
};

}  // namespace vigie::platform
