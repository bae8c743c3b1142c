#include "server/api/search_service.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"
#include "server/users.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostNameBytes = 100;
constexpr std::size_t kMostFieldBytes = 256;
constexpr std::int64_t kMostSeconds = std::int64_t{3653} * 24 * 3600;  // ten years
constexpr std::int64_t kFirstSecond = -62'135'596'800;                 // of the year 1
constexpr std::int64_t kLastSecond = 253'402'300'799;                  // of the year 9999

Error Wrong(const char* what) {
  return {ErrorCode::kInvalidArgument, what};
}

bool AreNanos(std::int32_t nanos) {
  return nanos >= 0 && nanos < 1'000'000'000;
}

// What JSON cannot say would take the whole list from everybody with whom the search is shared.
bool IsTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && AreNanos(time.nanos());
}

Result<void> CheckQuery(const v1::SearchQuery& query) {
  for (const std::string* field : {&query.user(), &query.host(), &query.incident_id(), &query.rule()}) {
    if (field->size() > kMostFieldBytes) return Wrong("query: a field is longer than 256 bytes");
  }
  if (!v1::Channel_IsValid(query.channel())) return Wrong("query.channel: is no channel");
  if (query.has_since() && query.has_last()) return Wrong("query: since and last exclude each other");
  if (!IsTime(query.since())) return Wrong("query.since: is no time");
  const std::int64_t seconds = query.last().seconds();
  if (query.has_last() && (seconds <= 0 || seconds > kMostSeconds || !AreNanos(query.last().nanos())))
    return Wrong("query.last: is no time");
  return {};
}

Result<void> CheckSearch(const v1::SaveSearchRequest& request) {
  if (request.name().empty()) return Wrong("name: must be given");
  if (request.name().size() > kMostNameBytes) return Wrong("name: longer than 100 bytes");
  return CheckQuery(request.query());
}

Error Unknown() {
  return {ErrorCode::kNotFound, "there is no search of this id"};
}

bool IsMine(const v1::SavedSearch& search) {
  return SameName(search.owner(), CallerName());
}

// The search, if the caller may know of it.
Result<v1::SavedSearch> Find(const std::string& id, StoreTransaction& transaction) {
  auto found = transaction.FindSearch(id);
  if (!found) return found.error();
  if (!*found || (!(*found)->shared() && !IsMine(**found))) return Unknown();
  return std::move(**found);
}

}  // namespace

grpc::Status SearchService::ListSearches(grpc::ServerContext* context, const v1::ListSearchesRequest*,
                                         v1::ListSearchesResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto searches = deps_.store.ListSearches(CallerName());
    if (!searches) return searches.error();
    for (v1::SavedSearch& search : *searches) *response->add_searches() = std::move(search);
    return {};
  });
}

Result<std::string> SearchService::IdFor(const std::string& named, StoreTransaction& transaction) {
  if (!named.empty()) {
    const auto found = Find(named, transaction);
    if (!found) return found.error();
    if (IsMine(*found)) return named;
    return Error{ErrorCode::kPermissionDenied, "only who saved a search may change it"};
  }
  // Inside the lane: nobody else saves one meanwhile.
  const auto searches = deps_.store.ListSearches(CallerName());
  if (!searches) return searches.error();
  const auto own = std::ranges::count_if(*searches, IsMine);
  if (static_cast<std::size_t>(own) < kMostOfOne) return transaction.NextSearchId();
  return Error{ErrorCode::kResourceExhausted, "you have 100 searches: delete one first"};
}

grpc::Status SearchService::SaveSearch(grpc::ServerContext* context, const v1::SaveSearchRequest* request,
                                       v1::SavedSearch* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckSearch(*request); !good) return good;
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      auto id = IdFor(request->id(), transaction);
      if (!id) return id.error();
      response->set_id(*std::move(id));
      response->set_name(request->name());
      response->set_owner(CallerName());
      response->set_shared(request->shared());
      *response->mutable_query() = request->query();
      *response->mutable_saved_at() = contract::ToProto(deps_.clock.Now());
      return transaction.SaveSearch(*response);
    });
  });
}

grpc::Status SearchService::DeleteSearch(grpc::ServerContext* context, const v1::DeleteSearchRequest* request,
                                         v1::DeleteSearchResponse*) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      const auto found = Find(request->id(), transaction);
      if (!found) return found.error();
      const AuditedCall* call = AuditedCall::Current();
      const bool is_admin = call != nullptr && call->entry().role() == "admin";
      if (!IsMine(*found) && !is_admin) {
        return Error{ErrorCode::kPermissionDenied, "only who saved a search, or an administrator, may delete it"};
      }
      return transaction.RemoveSearch(request->id());
    });
  });
}

}  // namespace vigie::server::api
