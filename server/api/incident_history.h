#pragma once

#include "server/store.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::api {

// Appends what the caller of this call did to the incident, in the transaction in which he does it.
struct HistoryStep {
  const std::string& incident_id;
  v1::IncidentEntryKind kind = v1::INCIDENT_ENTRY_KIND_UNSPECIFIED;
  const std::string& text;
  const v1::IncidentBlock* block = nullptr;  // what was blocked or lifted
};
base::Result<v1::IncidentEntry> RecordStep(const HistoryStep& step, base::SystemTime now,
                                           StoreTransaction& transaction);

// 1 to 4000 code points; kInvalidArgument.
base::Result<void> CheckComment(const std::string& text);

// Its opening, then what was recorded. kNotFound.
base::Result<v1::ListIncidentHistoryResponse> ReadHistory(const v1::ListIncidentHistoryRequest& request, Store& store);

}  // namespace vigie::server::api
