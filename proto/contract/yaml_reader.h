#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::contract {

// Reads YAML into `message`, whose descriptor is the schema: configuration and policies have one reader and one kind of error.
// Unknown and repeated keys, wrong types, unknown enumeration names and numbers out of range are refused with
// "FILE:LINE: a.b[2].c: reason". Enumerations are written as enum_names.h says, google.protobuf.Duration as 24h, timestamps as
// RFC 3339. A single value where a list is expected is refused, so is an empty document. Bounded: at most 1 MiB of text,
// 32 levels; aliases are refused. Reads no file itself; `file_name` is for messages only.
base::Result<void> ReadYaml(std::string_view text, const std::string& file_name, google::protobuf::Message& message);

// The message as YAML that ReadYaml takes; fields in order of their numbers, unset ones left out.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace vigie::contract
