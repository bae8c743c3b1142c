#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace vigie::content {

// An element's or attribute's name without its namespace prefix: `t` of `w:t`.
inline std::string_view LocalName(std::string_view qualified) {
  return qualified.substr(qualified.find(':') + 1);  // npos + 1 = 0
}

struct XmlAttribute {
  std::string_view qualified;  // r:id
  std::string_view name;       // id
  std::string_view value;      // UTF-8, references resolved
};

// The attributes of one element, in order. Valid during the call that they are given to.
class XmlAttributes {
 public:
  explicit XmlAttributes(std::span<const XmlAttribute> all) : all_(all) {}

  std::size_t size() const { return all_.size(); }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  // The value of the first one of this local name.
  std::optional<std::string_view> Find(std::string_view local_name) const {
    for (const auto& attribute : all_) {
      if (attribute.name == local_name) return attribute.value;
    }
    return std::nullopt;
  }

 private:
  std::span<const XmlAttribute> all_;
};

// What is in a document, in order. All text is UTF-8, all names are local ones. One stretch of text may come in several
// calls.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void OnStart(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void OnEnd(std::string_view name) = 0;
  virtual void OnText(std::string_view text) = 0;
  virtual void OnComment(std::string_view /*text*/) {}
  virtual void OnInstruction(std::string_view /*target*/, std::string_view /*text*/) {}
  // A reference that the document does not declare: nbsp of XHTML.
  virtual void OnUnknownEntity(std::string_view /*name*/) {}
  // A value that the document type declares, of an entity or of an attribute; it may or may not be referred to.
  virtual void OnEntityDeclared(std::string_view /*name*/, std::string_view /*value*/) {}
};

}  // namespace vigie::content
