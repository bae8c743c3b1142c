#include "agent/sensor/gap_list.h"

#include <algorithm>
#include <utility>

#include "agent/sensor/printable_text.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::sensor {
namespace {

constexpr std::size_t kMaxReasons = 64;
constexpr std::size_t kMaxReasonBytes = 256;

}  // namespace

void GapList::Add(const std::string& reason, base::SystemTime at, std::uint64_t lost) {
  const std::string printable = ToPrintable(reason, kMaxReasonBytes);
  auto gaps = gaps_.Lock();
  auto same = std::ranges::find(*gaps, printable, &v1::Gap::reason);
  if (same == gaps->end()) {
    if (gaps->size() >= kMaxReasons) return;  // the sensor has a handful of reasons; its counts have them all
    same = gaps->emplace(gaps->end());
    same->set_sensor(sensor_);
    same->set_reason(printable);
    *same->mutable_from() = contract::ToProto(at);
  }
  *same->mutable_until() = contract::ToProto(std::max(at, clock_.Now()));
  same->set_lost(same->lost() + lost);
}

std::vector<v1::Gap> GapList::Take() {
  return std::exchange(*gaps_.Lock(), {});
}

}  // namespace vigie::agent::sensor
