#include "server/api/incident_history.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"
#include "server/api/audit_trail.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kMostCharacters = 4000;

v1::IncidentEntry Opening(const v1::Incident& incident) {
  v1::IncidentEntry entry;
  entry.set_incident_id(incident.id());
  entry.set_kind(v1::INCIDENT_ENTRY_KIND_OPENED);
  *entry.mutable_at() = incident.opened_at();
  entry.set_who("collector");
  return entry;
}

}  // namespace

Result<v1::IncidentEntry> RecordStep(const HistoryStep& step, base::SystemTime now, StoreTransaction& transaction) {
  v1::IncidentEntry entry;
  entry.set_incident_id(step.incident_id);
  entry.set_kind(step.kind);
  *entry.mutable_at() = contract::ToProto(now);
  entry.set_who(CallerName());
  entry.set_text(step.text);
  if (step.block != nullptr) *entry.mutable_block() = *step.block;
  const auto number = transaction.AppendIncidentEntry(entry);
  if (!number) return number.error();
  entry.set_number(*number);
  return entry;
}

Result<void> CheckComment(const std::string& text) {
  if (text.empty()) return Error{ErrorCode::kInvalidArgument, "text: must be given"};
  // The bytes that begin a code point.
  const auto characters =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  if (characters <= kMostCharacters) return {};
  return Error{ErrorCode::kInvalidArgument, "text: longer than " + std::to_string(kMostCharacters) + " characters"};
}

Result<v1::ListIncidentHistoryResponse> ReadHistory(const v1::ListIncidentHistoryRequest& request, Store& store) {
  const auto incident = store.FindIncident(request.incident_id());
  if (!incident) return incident.error();
  if (!*incident) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  auto page = store.ListIncidentHistory({request.incident_id(), request.page_size(), request.page_token()});
  if (!page) return page.error();
  v1::ListIncidentHistoryResponse response;
  if (request.page_token().empty()) *response.add_entries() = Opening(**incident);
  for (v1::IncidentEntry& entry : page->entries) *response.add_entries() = std::move(entry);
  response.set_next_page_token(page->next_page_token);
  return response;
}

}  // namespace vigie::server::api
