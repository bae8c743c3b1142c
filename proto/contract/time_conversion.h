#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::contract {

google::protobuf::Timestamp ToProto(base::SystemTime time);
base::SystemTime FromProto(const google::protobuf::Timestamp& time);
google::protobuf::Duration ToProto(std::chrono::nanoseconds time);
std::chrono::nanoseconds FromProto(const google::protobuf::Duration& time);

// RFC 3339 in UTC with milliseconds: 2026-11-22T10:00:00.123Z. Empty for an unset (zero) time.
std::string FormatTime(const google::protobuf::Timestamp& time);
// RFC 3339.
base::Result<google::protobuf::Timestamp> ParseTime(std::string_view text);

// 250ms, 90s, 15m, 24h, 30d.
base::Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);
std::string FormatDuration(std::chrono::nanoseconds time);

}  // namespace vigie::contract
