#include "server/api/incident_service.h"

#include "proto/contract/time_conversion.h"
#include "server/api/conflict.h"
#include "server/api/similar_incidents.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// How soon a watch whose client has gone is noticed. New incidents wake it at once.
constexpr std::chrono::milliseconds kPatience{500};
// How soon a watch ends whose token was revoked, or whose audit cannot be written.
constexpr std::chrono::seconds kCheckEvery{2};
constexpr std::size_t kMaxReasonBytes = 4096;
constexpr std::size_t kMaxBlockReasonBytes = 200;  // as the audit shows texts
constexpr std::size_t kMaxAssigneeBytes = 256;
constexpr std::uint32_t kDefaultNear = 10;
constexpr std::uint32_t kMostNear = 50;

Error TooLong(std::string_view field, std::size_t limit) {
  return {ErrorCode::kInvalidArgument, std::string(field) + ": longer than " + std::to_string(limit) + " bytes"};
}

Result<void> CheckText(std::string_view field, const std::string& text, std::size_t limit) {
  if (text.empty()) return Error{ErrorCode::kInvalidArgument, std::string(field) + ": must be given"};
  if (text.size() > limit) return TooLong(field, limit);
  return {};
}

Result<void> Forward(IncidentWatch& watch, const grpc::ServerContext& context, Authorization& authorization,
                     grpc::ServerWriter<v1::Incident>& writer) {
  auto checked = std::chrono::steady_clock::now();
  while (!context.IsCancelled()) {
    if (std::chrono::steady_clock::now() - checked >= kCheckEvery) {
      if (auto allowed = authorization.CheckAnalyst(context); !allowed) return allowed;
      checked = std::chrono::steady_clock::now();
    }
    const auto incident = watch.Next(kPatience);
    if (!incident) return incident.error();
    if (*incident && !writer.Write(**incident)) break;
  }
  return Error{ErrorCode::kCancelled, "the watcher has gone"};
}

}  // namespace

grpc::Status IncidentService::ListIncidents(grpc::ServerContext* context, const v1::ListIncidentsRequest* request,
                                            v1::ListIncidentsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto page = deps_.store.ListIncidents(
        {.state = request->state(), .page_size = request->page_size(), .page_token = request->page_token()});
    if (!page) return page.error();
    for (v1::Incident& incident : page->incidents) {
      RemoveDetails(incident);
      *response->add_incidents() = std::move(incident);
    }
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

grpc::Status IncidentService::GetIncident(grpc::ServerContext* context, const v1::GetIncidentRequest* request,
                                          v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto found = deps_.store.FindIncident(request->id());
    if (!found) return found.error();
    if (!*found) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
    *response = std::move(**found);
    return {};
  });
}

grpc::Status IncidentService::WatchIncidents(grpc::ServerContext* context, const v1::WatchIncidentsRequest* request,
                                             grpc::ServerWriter<v1::Incident>* writer) {
  return deps_.authorization.ForAnalyst(*context, [&] { return Watch(*context, request->skip_current(), *writer); });
}

Result<void> IncidentService::Watch(const grpc::ServerContext& context, bool skip_current,
                                    grpc::ServerWriter<v1::Incident>& writer) {
  // Listening begins before the open ones are read, so that none can slip between.
  const auto watch = deps_.hub.Add();
  if (!watch) return watch.error();
  writer.SendInitialMetadata();  // the client knows that it watches, also while nothing happens
  auto open =
      skip_current ? Result<std::vector<v1::Incident>>(std::vector<v1::Incident>()) : deps_.store.OpenIncidents();
  if (open) {
    for (v1::Incident& incident : *open) {
      RemoveDetails(incident);
      (*watch)->OfferOlder(incident);
    }
  }
  const Result<void> ended = open ? Forward(**watch, context, deps_.authorization, writer) : Result<void>(open.error());
  deps_.hub.Remove(*watch);
  return ended;
}

Result<void> IncidentService::ChangeIncident(HistoryStep step, const Change& change, v1::Incident& response) {
  return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto changed = change(transaction);
    if (!changed) return changed.error();
    const bool of_block = step.kind == v1::INCIDENT_ENTRY_KIND_BLOCKED || step.kind == v1::INCIDENT_ENTRY_KIND_LIFTED;
    if (of_block) step.block = &changed->block();
    if (auto recorded = RecordStep(step, deps_.clock.Now(), transaction); !recorded) return recorded.error();
    response = *std::move(changed);
    return {};
  });
}

grpc::Status IncidentService::CloseIncident(grpc::ServerContext* context, const v1::CloseIncidentRequest* request,
                                            v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (request->reason().size() > kMaxReasonBytes) return TooLong("reason", kMaxReasonBytes);
    const auto close = [&](StoreTransaction& transaction) {
      return deps_.detection.Close(request->id(), request->reason(), transaction);
    };
    return ChangeIncident({request->id(), v1::INCIDENT_ENTRY_KIND_CLOSED, request->reason()}, close, *response);
  });
}

grpc::Status IncidentService::AssignIncident(grpc::ServerContext* context, const v1::AssignIncidentRequest* request,
                                             v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckText("assignee", request->assignee(), kMaxAssigneeBytes); !good) return good;
    const auto assign = [&](StoreTransaction& transaction) {
      return deps_.detection.Assign(request->id(), request->assignee(), transaction);
    };
    return ChangeIncident({request->id(), v1::INCIDENT_ENTRY_KIND_ASSIGNED, request->assignee()}, assign, *response);
  });
}

grpc::Status IncidentService::ReopenIncident(grpc::ServerContext* context, const v1::ReopenIncidentRequest* request,
                                             v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (request->reason().size() > kMaxReasonBytes) return TooLong("reason", kMaxReasonBytes);
    const auto reopen = [&](StoreTransaction& transaction) {
      return deps_.detection.Reopen(request->id(), transaction);
    };
    return ChangeIncident({request->id(), v1::INCIDENT_ENTRY_KIND_REOPENED, request->reason()}, reopen, *response);
  });
}

grpc::Status IncidentService::BlockChannels(grpc::ServerContext* context, const v1::BlockChannelsRequest* request,
                                            v1::Incident* response) {
  return WithAborted(deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckText("reason", request->reason(), kMaxBlockReasonBytes); !good) return good;
    const auto order = [&](StoreTransaction& transaction) -> Result<v1::Incident> {
      const auto incident = transaction.FindIncident(request->id());
      if (!incident) return incident.error();
      if (!*incident) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
      auto block = BlockOf(*request, **incident, deps_.clock.Now());
      if (!block) return block.error();
      return deps_.detection.Block(request->id(), *std::move(block), transaction);
    };
    return ChangeIncident({request->id(), v1::INCIDENT_ENTRY_KIND_BLOCKED, request->reason()}, order, *response);
  }));
}

grpc::Status IncidentService::LiftBlock(grpc::ServerContext* context, const v1::LiftBlockRequest* request,
                                        v1::Incident* response) {
  return WithAborted(deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckText("reason", request->reason(), kMaxBlockReasonBytes); !good) return good;
    const auto lift = [&](StoreTransaction& transaction) -> Result<v1::Incident> {
      // Within the lane nothing changes what the sessions tell.
      if (auto same = CheckShown(*request, deps_.sessions.BlocksOf(request->id())); !same) return same.error();
      return deps_.detection.Lift(request->id(), LiftedNow(request->reason(), deps_.clock.Now()), transaction);
    };
    return ChangeIncident({request->id(), v1::INCIDENT_ENTRY_KIND_LIFTED, request->reason()}, lift, *response);
  }));
}

grpc::Status IncidentService::ListBlocks(grpc::ServerContext* context, const v1::ListBlocksRequest*,
                                         v1::ListBlocksResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    *response = Describe(deps_.sessions.Blocks());
    return {};
  });
}

grpc::Status IncidentService::GetBlockState(grpc::ServerContext* context, const v1::GetBlockStateRequest* request,
                                            v1::GetBlockStateResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto incident = deps_.store.FindIncident(request->id());
    if (!incident) return incident.error();
    if (!*incident) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
    auto state = blocks_.StateOf(**incident);
    if (!state) return state.error();
    *response = *std::move(state);
    return {};
  });
}

grpc::Status IncidentService::AddIncidentComment(grpc::ServerContext* context,
                                                 const v1::AddIncidentCommentRequest* request,
                                                 v1::IncidentEntry* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckComment(request->text()); !good) return good;
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      const auto incident = transaction.FindIncident(request->incident_id());
      if (!incident) return incident.error();
      if (!*incident) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
      const HistoryStep step{request->incident_id(), v1::INCIDENT_ENTRY_KIND_COMMENT, request->text()};
      auto recorded = RecordStep(step, deps_.clock.Now(), transaction);
      if (!recorded) return recorded.error();
      *response = *std::move(recorded);
      return {};
    });
  });
}

grpc::Status IncidentService::ListIncidentHistory(grpc::ServerContext* context,
                                                  const v1::ListIncidentHistoryRequest* request,
                                                  v1::ListIncidentHistoryResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto history = ReadHistory(*request, deps_.store);
    if (!history) return history.error();
    *response = *std::move(history);
    return {};
  });
}

grpc::Status IncidentService::SimilarIncidents(grpc::ServerContext* context, const v1::SimilarIncidentsRequest* request,
                                               v1::SimilarIncidentsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto place = similar_.Take();
    if (!place) return Error{ErrorCode::kResourceExhausted, "others are looking for similar incidents: ask again"};
    auto similar = FindSimilar(*request, deps_.store, [context] { return context->IsCancelled(); });
    if (!similar) return similar.error();
    *response = *std::move(similar);
    return {};
  });
}

grpc::Status IncidentService::ListNearThresholds(grpc::ServerContext* context,
                                                 const v1::ListNearThresholdsRequest* request,
                                                 v1::ListNearThresholdsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (request->limit() > kMostNear) return Error{ErrorCode::kInvalidArgument, "limit: must be at most 50"};
    const base::SystemTime now = deps_.clock.Now();
    const std::uint32_t limit = request->limit() == 0 ? kDefaultNear : request->limit();
    for (v1::NearThreshold& near : deps_.near.Nearest(limit, now)) *response->add_near() = std::move(near);
    *response->mutable_at() = contract::ToProto(now);
    return {};
  });
}

}  // namespace vigie::server::api
