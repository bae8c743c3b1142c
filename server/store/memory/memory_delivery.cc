#include <algorithm>
#include <ranges>

#include "proto/contract/time_conversion.h"
#include "server/gap_reports.h"
#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"

// Sequences that came ahead, and gaps.
namespace vigie::server {

using base::Result;

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
  GapPage page;
  const auto& gaps = (*state)->gaps;
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(after->position, 0)); i < gaps.size(); ++i) {
    if (!query.agent_id.empty() && gaps[i].agent_id() != query.agent_id) continue;
    if (query.since && contract::FromProto(gaps[i].until()) < *query.since) continue;
    if (page.gaps.size() == EffectivePageSize(query.page_size)) {
      page.next_page_token = WritePageToken({0, static_cast<std::int64_t>(i)});
      break;
    }
    page.gaps.push_back(gaps[i]);
  }
  return page;
}

}  // namespace vigie::server
