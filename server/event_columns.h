#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/base/clock.h"
#include "server/store.h"

namespace vigie::server {

// What queries ask of an event; the same for every store.
struct EventColumns {
  std::string id;
  std::int64_t at = 0;              // TimeOf, in nanoseconds since 1970
  std::optional<std::string> user;  // none for gaps
  std::optional<int> channel;
};
EventColumns ColumnsOf(const v1::Event& event);

// contract::HappenedAt: by the collector's clock. Of a gap, its end.
base::SystemTime TimeOf(const v1::Event& event);

// A place in a list, as page token: "at:position". kInvalidArgument for any other text.
struct PagePosition {
  std::int64_t at = 0;
  std::int64_t position = 0;
};
std::string WritePageToken(const PagePosition& position);
base::Result<PagePosition> ReadPageToken(const std::string& token);

// 0 = the default, at most kMaxPageSize.
std::uint32_t EffectivePageSize(std::uint32_t asked);

}  // namespace vigie::server
