#include "server/event_columns.h"

#include <algorithm>
#include <charconv>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server {
namespace {

bool ReadNumber(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

base::SystemTime TimeOf(const v1::Event& event) {
  return contract::HappenedAt(event);
}

EventColumns ColumnsOf(const v1::Event& event) {
  EventColumns columns{contract::EventId(event), TimeOf(event).time_since_epoch().count(), std::nullopt, std::nullopt};
  if (!event.has_activity()) return columns;
  columns.user = event.activity().user();
  columns.channel = static_cast<int>(event.activity().channel());
  return columns;
}

std::string WritePageToken(const PagePosition& position) {
  return std::to_string(position.at) + ":" + std::to_string(position.position);
}

base::Result<PagePosition> ReadPageToken(const std::string& token) {
  const std::size_t colon = token.find(':');
  PagePosition position;
  if (colon == std::string::npos || !ReadNumber(std::string_view(token).substr(0, colon), position.at) ||
      !ReadNumber(std::string_view(token).substr(colon + 1), position.position)) {
    return base::Error{base::ErrorCode::kInvalidArgument, "page_token: not one that this collector gave"};
  }
  return position;
}

std::uint32_t EffectivePageSize(std::uint32_t asked) {
  return asked == 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize);
}

}  // namespace vigie::server
