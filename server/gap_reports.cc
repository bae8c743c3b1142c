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
  *gap.mutable_never_sent() = event.gap().never_sent();
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

std::vector<v1::GapReport> WithoutSequences(const v1::GapReport& missing, const SequenceRanges& sequences,
                                            std::size_t at_most) {
  if (missing.lost() != missing.last_sequence() - missing.first_sequence() + 1) return {missing};
  std::vector<v1::GapReport> left;
  for (const SequenceRange& hole : sequences.HolesBetween(missing.first_sequence() - 1, missing.last_sequence() + 1)) {
    v1::GapReport piece = missing;
    piece.set_first_sequence(hole.first);
    piece.set_last_sequence(hole.last);
    piece.set_lost(hole.last - hole.first + 1);
    if (!left.empty() && left.size() >= at_most) {
      left.back() = MergedGap(left.back(), piece);
    } else {
      left.push_back(std::move(piece));
    }
  }
  return left;
}

}  // namespace vigie::server
