#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::contract {

// Reads YAML into `message`, whose descriptor is the schema: configuration and policies have one reader and one kind of
// error. Unknown and repeated keys, wrong types, unknown enumeration names and numbers out of range are refused with
// "FILE:LINE: a.b[2].c: reason". Enumerations are written as enum_names.h says, google.protobuf.Duration as 24h,
// timestamps as RFC 3339. A single value where a list is expected is refused, so is an empty document. Bounded: at most
// 1 MiB of text, 32 levels; aliases are refused. Reads no file itself; `file_name` is for messages only. On error
// `message` is half filled.
base::Result<void> ReadYaml(std::string_view text, const std::string& file_name, google::protobuf::Message& message);

// Where each value of a document stands: "thresholds[0].window" → its line.
using YamlLines = std::map<std::string, int, std::less<>>;

// As ReadYaml; for a caller that finds faults of meaning later and wants to say on which line.
base::Result<YamlLines> ReadYamlWithLines(std::string_view text, const std::string& file_name,
                                          google::protobuf::Message& message);

// What is wrong at one place of a document that can be parsed.
struct YamlFault {
  std::string path;  // "thresholds[0].window"; empty = the document
  int line = 1;
  std::string reason;

  // "FILE:LINE: thresholds[0].window: reason"
  base::Error In(const std::string& file_name) const;
};
inline constexpr std::size_t kMaxYamlFaults = 100;

struct YamlReading {
  YamlLines lines;
  std::vector<YamlFault> faults;  // in the order of the text, the first kMaxYamlFaults; empty = `message` is whole
};

// As ReadYaml, but goes on behind each fault, leaving out what is wrong. The error is that of a text that cannot be
// parsed.
base::Result<YamlReading> ReadYamlThroughout(std::string_view text, const std::string& file_name,
                                             google::protobuf::Message& message);

// The message as YAML that ReadYaml takes; fields in order of their numbers, unset ones left out. Fields of type bytes,
// values of enumerations that this build does not know, and fractions of a millisecond in a duration have no YAML form.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace vigie::contract
