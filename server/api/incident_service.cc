#include "server/api/incident_service.h"

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
constexpr std::size_t kMaxAssigneeBytes = 256;

void RemoveDetails(v1::Incident& incident) {
  incident.clear_records();
  incident.clear_event_ids();
}

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

grpc::Status IncidentService::CloseIncident(grpc::ServerContext* context, const v1::CloseIncidentRequest* request,
                                            v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (request->reason().size() > kMaxReasonBytes) return TooLong("reason", kMaxReasonBytes);
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      auto closed = deps_.detection.Close(request->id(), request->reason(), transaction);
      if (!closed) return closed.error();
      *response = std::move(*closed);
      return {};
    });
  });
}

grpc::Status IncidentService::AssignIncident(grpc::ServerContext* context, const v1::AssignIncidentRequest* request,
                                             v1::Incident* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckText("assignee", request->assignee(), kMaxAssigneeBytes); !good) return good;
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      auto assigned = deps_.detection.Assign(request->id(), request->assignee(), transaction);
      if (!assigned) return assigned.error();
      *response = std::move(*assigned);
      return {};
    });
  });
}

}  // namespace vigie::server::api
