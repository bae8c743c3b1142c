#include "proto/contract/yaml_document.h"

#include <utf8proc.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

namespace vigie::contract {
namespace {

// Built from the parser's events rather than from YAML::Node, because a node no longer tells an alias from a copy.
// Throws the parser's own exception, which is the only way to stop it.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { Refuse(mark, "anchors are not supported"); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Refuse(mark, "aliases are not supported"); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Add(mark, YamlNode::Kind::kNull); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    CheckTag(mark, tag);
    YamlNode& node = Add(mark, YamlNode::Kind::kScalar);
    node.quoted = tag == "!";
    node.text = value;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    Open(mark, tag, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  [[noreturn]] static void Refuse(const YAML::Mark& mark, const char* reason) {
    throw YAML::ParserException(mark, reason);
  }

  // "?" stands for a plain scalar, "!" for a quoted one.
  static void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "tags are not supported");
  }

  YamlNode& Add(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (++node_count_ > kMaxYamlNodes) Refuse(mark, "too many values");
    YamlNode& node = open_.empty() ? root_ : open_.back()->children.emplace_back();
    node.kind = kind;
    node.line = mark.line + 1;
    return node;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YamlNode::Kind kind) {
    CheckTag(mark, tag);
    if (open_.size() >= kMaxYamlDepth) Refuse(mark, "nested too deeply");
    open_.push_back(&Add(mark, kind));
  }

  YamlNode root_;
  // Only the last child of each node is ever open, so growing a child list moves no open node.
  std::vector<YamlNode*> open_;
  std::size_t node_count_ = 0;
};

// The line of the first byte that is not UTF-8 text.
std::optional<int> FindBadText(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), size, &character);
    if (used <= 0 || character == 0) return line;
    if (character == '\n') ++line;
    text.remove_prefix(static_cast<std::size_t>(used));
  }
  return std::nullopt;
}

// A second document would be ignored in silence.
class NoMoreDocuments final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    throw YAML::ParserException(mark, "more than one document in the file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

base::Result<YamlNode> ParseDocument(std::string_view text, const std::string& file_name) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) return YamlError(file_name, 1, "the document is empty");
    NoMoreDocuments no_more;
    parser.HandleNextDocument(no_more);
    return builder.TakeRoot();
  } catch (const YAML::Exception& fault) {
    return YamlError(file_name, fault.mark.line + 1, fault.msg);
  }
}

}  // namespace

base::Error YamlError(const std::string& file_name, int line, std::string_view reason) {
  return {base::ErrorCode::kInvalidArgument, file_name + ":" + std::to_string(line) + ": " + std::string(reason)};
}

base::Result<YamlNode> ParseYaml(std::string_view text, const std::string& file_name) {
  if (text.size() > kMaxYamlBytes) return YamlError(file_name, 1, "larger than 1 MiB");
  if (const auto line = FindBadText(text)) return YamlError(file_name, *line, "not UTF-8 text");
  auto root = ParseDocument(text, file_name);
  if (root && root->kind == YamlNode::Kind::kNull) return YamlError(file_name, root->line, "the document is empty");
  return root;
}

}  // namespace vigie::contract
