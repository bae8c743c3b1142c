#pragma once

#include <string>

#include "core/content/extract/xml_parser.h"

namespace vigie::content {

// Writes down what it is told, one token after another.
class XmlNotes : public XmlHandler {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override {
    text_ += "<" + std::string(name);
    for (const auto& attribute : attributes) {
      text_ += " " + std::string(attribute.name) + "=" + std::string(attribute.value);
    }
    text_ += ">";
  }
  void OnEnd(std::string_view name) override { text_ += "</" + std::string(name) + ">"; }
  void OnText(std::string_view text) override { text_ += text; }
  void OnComment(std::string_view text) override { text_ += "{" + std::string(text) + "}"; }
  void OnInstruction(std::string_view target, std::string_view text) override {
    text_ += "[" + std::string(target) + " " + std::string(text) + "]";
  }
  void OnUnknownEntity(std::string_view name) override { text_ += "&" + std::string(name); }
  void OnEntityDeclared(std::string_view name, std::string_view value) override {
    text_ += "(" + std::string(name) + "=" + std::string(value) + ")";
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace vigie::content
