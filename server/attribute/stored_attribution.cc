#include "server/attribute/stored_attribution.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/credentials/certificates.h"
#include "core/credentials/digest.h"
#include "platform/base/logging.h"
#include "server/attribute/candidates.h"
#include "server/attribute/holder_report.h"

namespace vigie::server::attribute {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error Invalid(const std::string& field, const std::string& rule) {
  return {ErrorCode::kInvalidArgument, field + ": " + rule};
}

Result<LeakedSet> ReadLeaked(const v1::LeakedCustomers& leaked) {
  auto records = customers::RecordSet::Parse(leaked.records());
  if (!records) return Invalid("leaked.records", "is no record set");
  if (records->empty()) return Invalid("leaked.records", "must not be empty");
  if (leaked.population() == 0) return Invalid("leaked.population", "must be given");
  return LeakedSet{leaked.ledger(), *std::move(records), leaked.population()};
}

Result<std::vector<LeakedSet>> ReadRequest(const v1::AttributeRequest& request) {
  if (request.leaked().empty()) return Invalid("leaked", "must not be empty");
  if (request.leaked_size() > kMostLedgers) return Invalid("leaked", "more than 16 ledgers");
  if (request.limit() > kMostHolders) return Invalid("limit", "more than 100");
  std::vector<LeakedSet> sets;
  std::set<std::string> ledgers;
  for (const v1::LeakedCustomers& leaked : request.leaked()) {
    if (!ledgers.insert(leaked.ledger()).second) return Invalid("leaked.ledger", "is there twice");
    auto set = ReadLeaked(leaked);
    if (!set) return set.error();
    sets.push_back(*std::move(set));
  }
  return sets;
}

// The same however the sets were built and ordered.
std::string IdOf(const std::vector<LeakedSet>& leaked, const std::string& key) {
  std::map<std::string, const customers::RecordSet*> sets;
  for (const LeakedSet& set : leaked) sets.emplace(set.ledger, &set.records);
  credentials::Sha256 digest;
  digest.Add(key);
  for (const auto& [ledger, records] : sets) {
    digest.Add(std::to_string(ledger.size()) + ":" + ledger + " " + std::to_string(records->size()) + ":");
    for (const customers::RecordId id : records->Ids()) digest.Add({reinterpret_cast<const char*>(&id), sizeof id});
  }
  constexpr std::size_t kDigits = 32;
  return "att-" + digest.Hex().substr(0, kDigits);
}

}  // namespace

Result<v1::AttributeResponse> StoredAttribution::Attribute(const v1::AttributeRequest& request) {
  const auto leaked = ReadRequest(request);
  if (!leaked) return leaked.error();
  const auto place = places_.Take();
  if (!place) return Error{ErrorCode::kResourceExhausted, "two attributions are being worked out: ask again later"};
  const auto reader = store_.OpenSightings();
  if (!reader) return reader.error();
  const auto candidates = RankCandidates(**reader, *leaked);
  if (!candidates) return candidates.error();
  v1::AttributeResponse response;
  response.set_id(IdOf(*leaked, key_));
  for (const LeakedSet& set : *leaked) response.set_leaked(response.leaked() + set.records.size());
  response.set_held(candidates->held);
  response.set_candidates(candidates->all);
  const std::size_t limit = request.limit() == 0 ? kDefaultHolders : request.limit();
  for (std::size_t i = 0; i < std::min(limit, candidates->ranked.size()); ++i) {
    auto holder = ReportHolder(**reader, {*leaked, *candidates, i});
    if (!holder) return holder.error();
    *response.add_holders() = *std::move(holder);
  }
  // A read of personal data: who asked is not known here, but that somebody did is in the log.
  base::LogInfo("attribution of {} customers asked for: {} held, {} candidates, {} told", response.leaked(),
                response.held(), response.candidates(), response.holders_size());
  return response;
}

}  // namespace vigie::server::attribute
