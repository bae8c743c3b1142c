#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::contract {

inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxYamlNodes = 100'000;

// One value of a YAML document and the line (from 1) on which it starts.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  int line = 1;
  bool quoted = false;             // a scalar in quotes or a block: text, whatever it looks like
  std::string text;                // of a scalar
  std::vector<YamlNode> children;  // of a sequence: its elements; of a map: key, value, key, value …
};

// Text → tree, within the limits above. Refuses what configuration has no use for: aliases, anchors, tags, a second
// document, and text that is not UTF-8. Errors are "FILE:LINE: reason".
base::Result<YamlNode> ParseYaml(std::string_view text, const std::string& file_name);

// "FILE:LINE: reason", as kInvalidArgument.
base::Error YamlError(const std::string& file_name, int line, std::string_view reason);

}  // namespace vigie::contract
