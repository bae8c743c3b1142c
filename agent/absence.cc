#include "agent/absence.h"

#include <algorithm>
#include <string>

#include "proto/contract/time_conversion.h"

namespace vigie::agent {

v1::Gap AbsenceGap(const spool::Absence& absence, const NewLife& life) {
  std::string reason = absence.stopped ? "the agent was stopped" : "the agent was killed or the machine went down";
  if (life.booted_at > absence.since)
    reason += "; the machine was started at " + contract::FormatTime(contract::ToProto(life.booted_at));
  v1::Gap gap;
  gap.set_sensor("agent");
  gap.set_reason(reason);
  *gap.mutable_from() = contract::ToProto(std::min(absence.since, life.watches_from));
  *gap.mutable_until() = contract::ToProto(life.watches_from);
  return gap;
}

}  // namespace vigie::agent
