#include "server/attribute/holder_report.h"

#include <algorithm>
#include <set>

#include "proto/contract/time_conversion.h"
#include "server/attribute/chance.h"
#include "server/attribute/stored_attribution.h"

namespace vigie::server::attribute {
namespace {

using base::Result;
using customers::RecordSet;

// An event with leaked customers in it; of several ledgers it comes several times.
struct Touch {
  base::SystemTime at;
  std::int64_t position = 0;
  std::uint32_t customers = 0;
};

struct Touches {
  std::vector<Touch> events;  // oldest first
  std::set<v1::Channel> channels;
};

// Makes one touch of those of one event.
void MergeTouches(std::vector<Touch>& touches) {
  std::ranges::sort(touches, {}, [](const Touch& touch) { return std::pair(touch.at, touch.position); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < touches.size(); ++i) {
    if (kept > 0 && touches[kept - 1].position == touches[i].position) {
      touches[kept - 1].customers += touches[i].customers;
    } else {
      touches[kept++] = touches[i];
    }
  }
  touches.resize(kept);
}

Result<Touches> ReadTouches(SightingReader& reader, const ReportInput& input) {
  Touches touches;
  const Candidate& candidate = input.candidates.ranked[input.place];
  for (std::size_t i = 0; i < input.leaked.size(); ++i) {
    const auto each = [&](const Sighting& sighting) -> Result<void> {
      const std::uint32_t common = sighting.records.CommonWith(input.leaked[i].records);
      if (common == 0) return {};
      touches.events.push_back({sighting.at, sighting.position, common});
      touches.channels.insert(sighting.channel);
      return {};
    };
    for (const std::int64_t day : candidate.shares[i].days) {
      if (auto read = reader.EachSighting(day, each); !read) return read.error();
    }
  }
  MergeTouches(touches.events);
  return touches;
}

Result<void> DescribeEvents(SightingReader& reader, const Touches& touches, v1::AttributedHolder& holder) {
  for (const v1::Channel channel : touches.channels) holder.add_channels(channel);
  holder.set_events(touches.events.size());
  if (touches.events.empty()) return {};
  *holder.mutable_first_seen() = contract::ToProto(touches.events.front().at);
  *holder.mutable_last_seen() = contract::ToProto(touches.events.back().at);
  const auto fullest = std::ranges::max_element(touches.events, {}, &Touch::customers);
  holder.set_most_in_one_event(fullest->customers);
  std::vector<std::int64_t> positions = {fullest->position};
  for (std::size_t i = 0; i < std::min(kMostEventIds, touches.events.size()); ++i) {
    positions.push_back(touches.events[i].position);
  }
  auto ids = reader.EventIds(positions);
  if (!ids) return ids.error();
  holder.set_fullest_event(ids->front());
  for (std::size_t i = 1; i < ids->size(); ++i) holder.add_event_ids(std::move((*ids)[i]));
  return {};
}

Result<std::uint64_t> TouchedAtAll(SightingReader& reader, std::int64_t holder) {
  if (holder < 0) return std::uint64_t{0};
  RecordSet touched;
  auto read = reader.EachDayOf(holder, [&](const HolderDay& day) -> Result<void> {
    touched.Unite(day.records);
    return {};
  });
  if (!read) return read.error();
  return touched.size();
}

// The ledger that surprises most, corrected for the number of candidates and of ledgers.
Result<void> DescribeChance(SightingReader& reader, const ReportInput& input, v1::AttributedHolder& holder) {
  const Candidate& candidate = input.candidates.ranked[input.place];
  double smallest = 0;
  std::uint64_t touched_in_all = 0;
  for (std::size_t i = 0; i < input.leaked.size(); ++i) {
    const auto touched = TouchedAtAll(reader, candidate.shares[i].holder);
    if (!touched) return touched.error();
    touched_in_all += *touched;
    const LeakedSet& leaked = input.leaked[i];
    smallest =
        std::min(smallest,
                 Log10Overlap({leaked.population, *touched, leaked.records.size(), candidate.shares[i].common.size()}));
  }
  holder.set_touched(touched_in_all);
  holder.set_log10_chance(Log10OfMany(smallest, input.candidates.all * input.leaked.size()));
  return {};
}

void CompareWithNext(const ReportInput& input, v1::AttributedHolder& holder) {
  const auto& ranked = input.candidates.ranked;
  if (input.place + 1 == ranked.size()) return;
  std::uint64_t both = 0;
  for (std::size_t i = 0; i < input.leaked.size(); ++i) {
    both += ranked[input.place].shares[i].common.CommonWith(ranked[input.place + 1].shares[i].common);
  }
  holder.set_log10_chance_over_next(
      Log10SignTest(ranked[input.place].customers - both, ranked[input.place + 1].customers - both));
}

}  // namespace

Result<v1::AttributedHolder> ReportHolder(SightingReader& reader, const ReportInput& input) {
  const Candidate& candidate = input.candidates.ranked[input.place];
  std::uint64_t leaked = 0;
  for (const LeakedSet& set : input.leaked) leaked += set.records.size();
  v1::AttributedHolder holder;
  holder.set_user(candidate.user);
  holder.set_host(candidate.host);
  holder.set_customers(static_cast<std::uint32_t>(candidate.customers));
  holder.set_coverage(static_cast<double>(candidate.customers) / static_cast<double>(leaked));
  const auto touches = ReadTouches(reader, input);
  if (!touches) return touches.error();
  if (auto described = DescribeEvents(reader, *touches, holder); !described) return described.error();
  if (auto described = DescribeChance(reader, input, holder); !described) return described.error();
  CompareWithNext(input, holder);
  return holder;
}

}  // namespace vigie::server::attribute
