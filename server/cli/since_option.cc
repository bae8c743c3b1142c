#include "server/cli/since_option.h"

#include "platform/base/clock.h"
#include "proto/contract/time_conversion.h"

namespace vigie::cli {

base::Result<google::protobuf::Timestamp> ParseSince(const std::string& text) {
  if (const auto ago = contract::ParseDuration(text)) return contract::ToProto(base::SystemClock().Now() - *ago);
  const auto time = contract::ParseTime(text);
  if (!time) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "--since: neither a time like 2026-11-22T10:00:00Z nor one like 24h"};
  }
  return *time;
}

}  // namespace vigie::cli
