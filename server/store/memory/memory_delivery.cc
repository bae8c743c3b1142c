#include <algorithm>
#include <ranges>

#include "proto/contract/time_conversion.h"
#include "server/gap_reports.h"
#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"

// Sequences that came ahead, and gaps.
namespace vigie::server {

using base::Result;

namespace {

bool IsBehind(const PagePosition& place, const PagePosition& other, bool newest_first) {
  const auto order = std::pair(place.at, place.position) <=> std::pair(other.at, other.position);
  return newest_first ? order < 0 : order > 0;
}

}  // namespace

Result<SequenceRanges> MemoryTransaction::AheadOf(const std::string& agent_id, std::uint64_t boot_epoch) {
  const auto found = state_.ahead.find({agent_id, boot_epoch});
  return found == state_.ahead.end() ? SequenceRanges() : found->second;
}

Result<void> MemoryTransaction::SetAhead(const std::string& agent_id, std::uint64_t boot_epoch,
                                         const SequenceRanges& ahead) {
  state_.ahead.erase({agent_id, boot_epoch});
  if (!ahead.empty()) state_.ahead[{agent_id, boot_epoch}] = ahead;
  return {};
}

Result<void> MemoryTransaction::AddGap(const v1::GapReport& gap) {
  const auto of_same_epoch = [&](const v1::GapReport& kept) {
    return kept.kind() == v1::GAP_KIND_MISSING && kept.agent_id() == gap.agent_id() &&
           kept.boot_epoch() == gap.boot_epoch();
  };
  if (gap.kind() == v1::GAP_KIND_MISSING &&
      std::ranges::count_if(state_.gaps, of_same_epoch) >= static_cast<std::int64_t>(kMaxMissingRanges)) {
    auto last = std::ranges::find_if(state_.gaps | std::views::reverse, of_same_epoch);
    *last = MergedGap(*last, gap);
    return {};
  }
  state_.gaps.push_back(gap);
  return {};
}

Result<std::uint64_t> MemoryTransaction::RemoveMissing(const std::string& agent_id, std::uint64_t boot_epoch,
                                                       const SequenceRanges& sequences) {
  const auto is_of_it = [&](const v1::GapReport& gap) {
    return gap.kind() == v1::GAP_KIND_MISSING && gap.agent_id() == agent_id && gap.boot_epoch() == boot_epoch;
  };
  std::size_t apart = static_cast<std::size_t>(std::ranges::count_if(state_.gaps, is_of_it));
  std::uint64_t removed = 0;
  std::vector<v1::GapReport> kept;
  for (const v1::GapReport& gap : state_.gaps) {
    if (!is_of_it(gap)) {
      kept.push_back(gap);
      continue;
    }
    removed += gap.lost();
    --apart;
    for (v1::GapReport& piece :
         WithoutSequences(gap, sequences, kMaxMissingRanges - std::min<std::size_t>(apart, kMaxMissingRanges - 1))) {
      removed -= piece.lost();
      kept.push_back(std::move(piece));
      ++apart;
    }
  }
  state_.gaps = std::move(kept);
  return removed;
}

Result<GapPage> MemoryStore::ListGaps(const GapQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto after = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  using Place = std::pair<PagePosition, const v1::GapReport*>;
  std::vector<Place> found;
  std::int64_t number = 0;
  for (const v1::GapReport& gap : (*state)->gaps) {
    const base::SystemTime until = contract::FromProto(gap.until());
    const PagePosition place{query.newest_first ? until.time_since_epoch().count() : 0, ++number};
    if (!query.agent_id.empty() && gap.agent_id() != query.agent_id) continue;
    if (query.since && until < *query.since) continue;
    if (query.page_token.empty() || IsBehind(place, *after, query.newest_first)) found.emplace_back(place, &gap);
  }
  if (query.newest_first) {
    std::ranges::sort(found,
                      [](const Place& one, const Place& other) { return IsBehind(other.first, one.first, true); });
  }
  GapPage page;
  for (const auto& [place, gap] : found | std::views::take(EffectivePageSize(query.page_size))) {
    page.gaps.push_back(*gap);
    if (page.gaps.size() < found.size()) page.next_page_token = WritePageToken(place);
  }
  if (page.gaps.size() == found.size()) page.next_page_token.clear();
  return page;
}

}  // namespace vigie::server
