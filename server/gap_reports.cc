#include "server/gap_reports.h"

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server {

v1::GapReport ToldGap(const v1::Event& event, const std::string& host) {
  const auto offset = contract::ClockOffsetOf(event);
  v1::GapReport gap;
  gap.set_kind(v1::GAP_KIND_TOLD);
  gap.set_agent_id(event.agent_id());
  gap.set_host(host);
  gap.set_sensor(event.gap().sensor());
  gap.set_reason(event.gap().reason());
  *gap.mutable_from() = contract::ToProto(contract::FromProto(event.gap().from()) + offset);
  *gap.mutable_until() = contract::ToProto(contract::HappenedAt(event));
  gap.set_lost(event.gap().lost());
  gap.set_boot_epoch(event.boot_epoch());
  gap.set_first_sequence(event.sequence());
  gap.set_last_sequence(event.sequence());
  *gap.mutable_noticed_at() = event.received_at();
  return gap;
}

v1::GapReport MergedGap(const v1::GapReport& kept, const v1::GapReport& next) {
  v1::GapReport merged = kept;
  *merged.mutable_until() = next.until();
  merged.set_lost(kept.lost() + next.lost());
  merged.set_last_sequence(next.last_sequence());
  merged.set_reason("several holes: some of these events arrived");
  *merged.mutable_noticed_at() = next.noticed_at();
  return merged;
}

}  // namespace vigie::server
