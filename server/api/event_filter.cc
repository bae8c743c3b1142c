#include "server/api/event_filter.h"

#include <algorithm>

namespace vigie::server::api {

bool FindsClass(const v1::Event& event, const std::string& name) {
  const auto is_it = [&](const v1::ClassFinding& found) { return found.class_() == name && found.matches() > 0; };
  return std::ranges::any_of(event.inspection().classes(), is_it);
}

bool Matches(const v1::EventFilter& filter, const v1::Event& event) {
  if (!event.has_activity()) return filter.ByteSizeLong() == 0;
  const v1::Activity& activity = event.activity();
  if (!filter.user().empty() && activity.user() != filter.user()) return false;
  // As stores keep it: the host that reported it.
  if (!filter.host().empty() && event.host() != filter.host()) return false;
  if (filter.channel() != v1::CHANNEL_UNSPECIFIED && activity.channel() != filter.channel()) return false;
  if (filter.verdict() != v1::VERDICT_UNSPECIFIED && event.verdict() != filter.verdict()) return false;
  if (filter.shadow() && !event.shadow()) return false;
  if (!filter.rule().empty() && event.rule() != filter.rule()) return false;
  return filter.class_().empty() || FindsClass(event, filter.class_());
}

}  // namespace vigie::server::api
