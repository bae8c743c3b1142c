#include "server/api/similar_incidents.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kDefaultLimit = 20;
constexpr std::uint32_t kMostSimilar = 100;
constexpr std::uint32_t kIncidentsAtATime = 200;

bool IsSame(const std::string& one, const std::string& other) {
  return !one.empty() && one == other;
}

bool ComesBefore(const v1::SimilarIncident& one, const v1::SimilarIncident& other) {
  const auto rank = [](const v1::SimilarIncident& similar) {
    return std::tuple(similar.shared_customers(), similar.same_user(), similar.same_host(),
                      contract::FromProto(similar.incident().opened_at()));
  };
  return rank(one) > rank(other);
}

// Keeps the best of what it is shown.
class SimilarList {
 public:
  SimilarList(const v1::Incident& of, customers::RecordSet records, std::size_t limit)
      : of_(of), records_(std::move(records)), limit_(limit) {}

  void Consider(v1::Incident& incident) {
    if (incident.id() == of_.id()) return;
    v1::SimilarIncident similar;
    similar.set_same_user(IsSame(incident.user(), of_.user()));
    similar.set_same_host(IsSame(incident.host(), of_.host()));
    similar.set_same_rule(incident.rule() == of_.rule());
    // What cannot be read shares nothing; `vigie-collector check` finds it.
    const auto records = customers::RecordSet::Parse(incident.records());
    if (records) similar.set_shared_customers(records_.CommonWith(*records));
    if (!similar.same_user() && !similar.same_host() && similar.shared_customers() == 0) return;
    RemoveDetails(incident);
    *similar.mutable_incident() = std::move(incident);
    found_.push_back(std::move(similar));
    if (found_.size() >= 2 * limit_) Cut();
  }

  v1::SimilarIncidentsResponse Take() {
    Cut();
    v1::SimilarIncidentsResponse response;
    for (v1::SimilarIncident& similar : found_) *response.add_incidents() = std::move(similar);
    return response;
  }

 private:
  void Cut() {
    std::ranges::stable_sort(found_, ComesBefore);
    found_.resize(std::min(found_.size(), limit_));
  }

  const v1::Incident& of_;
  const customers::RecordSet records_;
  const std::size_t limit_;
  std::vector<v1::SimilarIncident> found_;
};

}  // namespace

void RemoveDetails(v1::Incident& incident) {
  incident.clear_records();
  incident.clear_event_ids();
}

Result<v1::SimilarIncidentsResponse> FindSimilar(const v1::SimilarIncidentsRequest& request, Store& store,
                                                 const std::function<bool()>& has_gone) {
  if (request.limit() > kMostSimilar) return Error{ErrorCode::kInvalidArgument, "limit: must be at most 100"};
  const auto of = store.FindIncident(request.id());
  if (!of) return of.error();
  if (!*of) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  auto records = customers::RecordSet::Parse((*of)->records());
  if (!records) return records.error();
  SimilarList similar(**of, *std::move(records), request.limit() == 0 ? kDefaultLimit : request.limit());
  IncidentQuery query{.page_size = kIncidentsAtATime};
  do {
    if (has_gone()) return Error{ErrorCode::kCancelled, "who asked has gone"};
    auto page = store.ListIncidents(query);
    if (!page) return page.error();
    for (v1::Incident& incident : page->incidents) similar.Consider(incident);
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  return similar.Take();
}

}  // namespace vigie::server::api
