#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::platform {

// "2022-09-18T16:00:00.5Z", also with an offset ("+02:00"); years 1970 to 2261 (RFC 3339, section 5.6).
base::Result<base::SystemTime> ParseRfc3339(std::string_view text);

// In UTC with nine digits of a second: "2022-09-18T16:00:00.500000000Z".
std::string FormatRfc3339(base::SystemTime time);

}  // namespace vigie::platform
