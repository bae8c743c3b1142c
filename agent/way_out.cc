#include "agent/way_out.h"

#include <tuple>

#include "agent/enforce/enforcer.h"

namespace vigie::agent {
namespace {

int Distance(v1::Channel channel) {
  if (channel == v1::CHANNEL_LOCAL) return 0;
  return channel == v1::CHANNEL_ARCHIVE ? 1 : 2;
}

auto Rank(const Report& report) {
  const auto& decision = report.judgement.decision;
  return std::tuple(enforce::Stops(decision), decision.verdict, Distance(report.activity.channel()));
}

}  // namespace

v1::Activity ByWayOf(const v1::Activity& opener, const v1::Activity& reader) {
  v1::Activity activity = opener;
  activity.set_kind(reader.kind());
  activity.set_channel(reader.channel());
  *activity.mutable_destination() = reader.destination();
  *activity.mutable_file() = reader.file();
  return activity;
}

bool Outranks(const Report& one, const Report& other) {
  return Rank(one) > Rank(other);
}

}  // namespace vigie::agent
