#include "server/attribute/candidates.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace vigie::server::attribute {
namespace {

using base::Result;
using customers::RecordSet;

class Ranking {
 public:
  explicit Ranking(const std::vector<LeakedSet>& leaked) : leaked_(leaked) {}

  Result<void> Read(SightingReader& reader) {
    for (std::size_t i = 0; i < leaked_.size(); ++i) {
      if (auto read = ReadLedger(reader, i); !read) return read;
    }
    return {};
  }
  Candidates Finish() &&;

 private:
  Result<void> ReadLedger(SightingReader& reader, std::size_t place);
  static void AddDay(const RecordSet& leaked, const HolderDay& day, Candidate& candidate, Share& share);

  const std::vector<LeakedSet>& leaked_;
  std::map<std::pair<std::string, std::string>, Candidate> candidates_;  // user, host
};

Result<void> Ranking::ReadLedger(SightingReader& reader, std::size_t place) {
  const auto holders = reader.Holders(leaked_[place].ledger);
  if (!holders) return holders.error();
  std::unordered_map<std::int64_t, Candidate*> by_number;
  std::vector<std::int64_t> wanted;
  for (const Holder& holder : *holders) {
    Candidate& candidate = candidates_[{holder.user, holder.host}];
    if (candidate.shares.empty()) candidate = {holder.user, holder.host, std::vector<Share>(leaked_.size()), 0, 0};
    candidate.shares[place].holder = holder.number;
    by_number[holder.number] = &candidate;
    wanted.push_back(holder.number);
  }
  std::ranges::sort(wanted);
  return reader.EachDay(wanted, [&](const HolderDay& day) -> Result<void> {
    Candidate& candidate = *by_number.at(day.holder);
    AddDay(leaked_[place].records, day, candidate, candidate.shares[place]);
    return {};
  });
}

void Ranking::AddDay(const RecordSet& leaked, const HolderDay& day, Candidate& candidate, Share& share) {
  candidate.handled += day.records.size();
  if (day.records.CommonWith(leaked) == 0) return;
  share.days.push_back(day.number);
  RecordSet common = day.records;
  common.KeepCommon(leaked);
  share.common.Unite(common);
}

Candidates Ranking::Finish() && {
  Candidates found;
  found.all = candidates_.size();
  std::vector<RecordSet> held(leaked_.size());
  for (auto& [name, candidate] : candidates_) {
    for (std::size_t i = 0; i < leaked_.size(); ++i) {
      candidate.customers += candidate.shares[i].common.size();
      held[i].Unite(candidate.shares[i].common);
    }
    if (candidate.customers > 0) found.ranked.push_back(std::move(candidate));
  }
  for (const RecordSet& set : held) found.held += set.size();
  std::ranges::sort(found.ranked, [](const Candidate& one, const Candidate& other) {
    return std::tie(other.customers, one.handled, one.user, one.host) <
           std::tie(one.customers, other.handled, other.user, other.host);
  });
  return found;
}

}  // namespace

Result<Candidates> RankCandidates(SightingReader& reader, const std::vector<LeakedSet>& leaked) {
  Ranking ranking(leaked);
  if (auto read = ranking.Read(reader); !read) return read.error();
  return std::move(ranking).Finish();
}

}  // namespace vigie::server::attribute
