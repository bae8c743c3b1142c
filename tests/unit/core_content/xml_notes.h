#pragma once

#include <string>

#include "core/content/extract/xml_parser.h"

namespace vigie::content {

// Writes down what it is told, one token after another; once more without the text.
class XmlNotes : public XmlHandler {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override {
    std::string tag = "<" + std::string(name);
    for (const auto& attribute : attributes) {
      tag += " " + std::string(attribute.name) + "=" + std::string(attribute.value);
    }
    Note(tag + ">");
  }
  void OnEnd(std::string_view name) override { Note("</" + std::string(name) + ">"); }
  void OnText(std::string_view text) override { text_ += text; }
  void OnComment(std::string_view text) override { Note("{" + std::string(text) + "}"); }
  void OnInstruction(std::string_view target, std::string_view text) override {
    Note("[" + std::string(target) + " " + std::string(text) + "]");
  }
  void OnUnknownEntity(std::string_view name) override { Note("&" + std::string(name)); }
  void OnEntityDeclared(std::string_view name, std::string_view value) override {
    Note("(" + std::string(name) + "=" + std::string(value) + ")");
  }

  const std::string& text() const { return text_; }
  const std::string& markup() const { return markup_; }

 private:
  void Note(const std::string& token) {
    text_ += token;
    markup_ += token;
  }

  std::string text_;
  std::string markup_;
};

}  // namespace vigie::content
