#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "platform/base/result.h"

namespace vigie::cli {

// What --since takes: a moment (RFC 3339), or how long ago (24h).
base::Result<google::protobuf::Timestamp> ParseSince(const std::string& text);

}  // namespace vigie::cli
