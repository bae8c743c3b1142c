#include "server/api/unmask_service.h"

#include <map>

#include "proto/contract/time_conversion.h"
#include "server/api/people.h"
#include "server/api/record_mask.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostReasonBytes = 200;  // as the audit shows texts
constexpr std::size_t kMostWaiting = 20;
constexpr std::chrono::hours kWaits{24};
constexpr std::uint32_t kUsualMinutes = 60;
constexpr std::uint32_t kMostMinutes = 480;

bool IsOpen(const v1::UnmaskRequest& request) {
  return request.state() == v1::UNMASK_STATE_WAITING || request.state() == v1::UNMASK_STATE_APPROVED;
}

struct Present {
  base::SystemTime now;
  std::map<std::string, base::SystemTime> known_since;  // by NameKey
};

Result<Present> PresentOf(const UnmaskServiceDeps& deps) {
  auto known_since = KnownSince(deps.store);
  if (!known_since) return known_since.error();
  return Present{.now = deps.clock.Now(), .known_since = *std::move(known_since)};
}

// What was asked by who is gone is good for nobody, also if another has his name by now.
bool IsOver(const v1::UnmaskRequest& request, const Present& present) {
  const auto person = present.known_since.find(NameKey(request.asked_by()));
  return contract::FromProto(request.ends_at()) <= present.now || person == present.known_since.end() ||
         contract::FromProto(request.asked_at()) < person->second;
}

// As it is now: what was kept does not change when it is over.
v1::UnmaskRequest AsOf(v1::UnmaskRequest request, const Present& present) {
  if (IsOpen(request) && IsOver(request, present)) request.set_state(v1::UNMASK_STATE_EXPIRED);
  return request;
}

bool SeesAll(const std::string& role) {
  return SeesRecords(role) || role == "auditor";
}

const v1::AuditEntry& ThisCall() {
  return AuditedCall::Current()->entry();  // CheckAnalyst has seen that there is one
}

// And the audit, which nobody changes afterwards, has the whole of it: for whom, of which incident, why, until when.
Result<void> Keep(const v1::UnmaskRequest& request, StoreTransaction& transaction) {
  AuditedCall::Current()->SetRequest(request);
  return transaction.SaveUnmask(request);
}

// Attributions are not kept: what was never answered is nothing that anybody could be shown.
Result<void> CheckSubject(const std::string& id, StoreTransaction& transaction) {
  if (IsAttributionId(id)) return {};
  const auto incident = transaction.FindIncident(id);
  if (!incident) return incident.error();
  return *incident ? Result<void>() : Error{ErrorCode::kNotFound, "there is no incident of this id"};
}

Result<void> CheckReason(const std::string& reason) {
  if (reason.empty()) return Error{ErrorCode::kInvalidArgument, "reason: must be given"};
  if (reason.size() <= kMostReasonBytes) return {};
  return Error{ErrorCode::kInvalidArgument, "reason: longer than 200 bytes"};
}

Result<void> CheckDecision(const v1::UnmaskRequest& request, const std::string& who, bool approve) {
  if (SameName(request.asked_by(), who)) {
    return Error{ErrorCode::kPermissionDenied, "another person than who asked must decide"};
  }
  if (approve ? request.state() == v1::UNMASK_STATE_WAITING : IsOpen(request)) return {};
  return Error{ErrorCode::kFailedPrecondition, "it does not wait for a decision any more"};
}

}  // namespace

grpc::Status UnmaskService::RequestUnmask(grpc::ServerContext* context, const v1::RequestUnmaskRequest* request,
                                          v1::UnmaskRequest* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckReason(request->reason()); !good) return good;
    if (SeesRecords(ThisCall().role())) {
      return Error{ErrorCode::kFailedPrecondition, "your role sees them without asking"};
    }
    const std::lock_guard one_at_a_time(asking_);
    if (auto open = CheckOpen(request->incident_id()); !open) return open;
    return Ask(*request, *response);
  });
}

Result<void> UnmaskService::CheckOpen(const std::string& incident_id) {
  const auto kept = deps_.store.ListUnmasks({.asked_by = CallerName(), .page_size = kMaxPageSize});
  if (!kept) return kept.error();
  const auto present = PresentOf(deps_);
  if (!present) return present.error();
  std::size_t waiting = 0;
  for (const v1::UnmaskRequest& earlier : kept->requests) {
    const v1::UnmaskRequest request = AsOf(earlier, *present);
    if (IsOpen(request) && request.incident_id() == incident_id) {
      return Error{ErrorCode::kFailedPrecondition, "you have asked for this incident already"};
    }
    waiting += request.state() == v1::UNMASK_STATE_WAITING ? 1 : 0;
  }
  if (waiting < kMostWaiting) return {};
  return Error{ErrorCode::kResourceExhausted, "20 of your requests wait: have those decided first"};
}

Result<void> UnmaskService::Ask(const v1::RequestUnmaskRequest& request, v1::UnmaskRequest& response) {
  return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    if (auto known = CheckSubject(request.incident_id(), transaction); !known) return known;
    const auto id = transaction.NextUnmaskId();
    if (!id) return id.error();
    const base::SystemTime now = deps_.clock.Now();
    response.set_id(*id);
    response.set_incident_id(request.incident_id());
    response.set_reason(request.reason());
    response.set_asked_by(CallerName());
    response.set_state(v1::UNMASK_STATE_WAITING);
    *response.mutable_asked_at() = contract::ToProto(now);
    *response.mutable_ends_at() = contract::ToProto(now + kWaits);
    return Keep(response, transaction);
  });
}

grpc::Status UnmaskService::ListUnmaskRequests(grpc::ServerContext* context,
                                               const v1::ListUnmaskRequestsRequest* request,
                                               v1::ListUnmaskRequestsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    UnmaskQuery query{.asked_by = SeesAll(ThisCall().role()) ? "" : CallerName(),
                      .incident_id = request->incident_id(),
                      .page_size = request->page_size(),
                      .page_token = request->page_token()};
    if (request->open()) return ListOpen(std::move(query), *response);
    auto page = deps_.store.ListUnmasks(query);
    if (!page) return page.error();
    const auto present = PresentOf(deps_);
    if (!present) return present.error();
    for (v1::UnmaskRequest& kept : page->requests) *response->add_requests() = AsOf(std::move(kept), *present);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

// Newest first: from the first one on that was asked too long ago, all are over.
Result<void> UnmaskService::ListOpen(UnmaskQuery query, v1::ListUnmaskRequestsResponse& response) {
  const auto present = PresentOf(deps_);
  if (!present) return present.error();
  query.page_size = kMaxPageSize;
  query.page_token.clear();
  do {
    auto page = deps_.store.ListUnmasks(query);
    if (!page) return page.error();
    for (v1::UnmaskRequest& kept : page->requests) {
      if (contract::FromProto(kept.asked_at()) + kWaits + std::chrono::minutes(kMostMinutes) <= present->now) return {};
      const v1::UnmaskRequest request = AsOf(std::move(kept), *present);
      if (IsOpen(request)) *response.add_requests() = request;
    }
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  return {};
}

grpc::Status UnmaskService::DecideUnmask(grpc::ServerContext* context, const v1::DecideUnmaskRequest* request,
                                         v1::UnmaskRequest* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (request->minutes() > kMostMinutes) return Error{ErrorCode::kInvalidArgument, "minutes: must be at most 480"};
    return Decide(*request, *response);
  });
}

Result<void> UnmaskService::Decide(const v1::DecideUnmaskRequest& request, v1::UnmaskRequest& response) {
  const auto present = PresentOf(deps_);
  if (!present) return present.error();
  return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto kept = transaction.FindUnmask(request.id());
    if (!kept) return kept.error();
    if (!*kept) return Error{ErrorCode::kNotFound, "there is no request of this id"};
    const base::SystemTime now = present->now;
    response = AsOf(**kept, *present);
    if (auto may = CheckDecision(response, CallerName(), request.approve()); !may) return may;
    const auto time = std::chrono::minutes(request.minutes() == 0 ? kUsualMinutes : request.minutes());
    response.set_state(request.approve() ? v1::UNMASK_STATE_APPROVED : v1::UNMASK_STATE_REFUSED);
    response.set_decided_by(CallerName());
    *response.mutable_decided_at() = contract::ToProto(now);
    *response.mutable_ends_at() = contract::ToProto(request.approve() ? now + time : now);
    return Keep(response, transaction);
  });
}

}  // namespace vigie::server::api
