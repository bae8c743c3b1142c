#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "vigie/v1/dossier.pb.h"
#include "vigie/v1/incident_service.pb.h"
#include "vigie/v1/search_service.pb.h"
#include "vigie/v1/unmask_service.pb.h"

// What people add to incidents: their history with its comments, dossiers, and who may see
// which customers they are; and the questions they keep. A part of every Store (store.h).
namespace vigie::server {

inline constexpr std::int64_t kMaxIncidentComments = 1000;
inline constexpr int kMaxSubmissions = 40;  // dossier.proto

class CaseworkTransaction {
 public:
  virtual ~CaseworkTransaction() = default;

  // Gives it the next number of its incident, and that back; an entry is never changed, and goes only with its
  // incident. kResourceExhausted for a comment beyond kMaxIncidentComments.
  virtual base::Result<std::uint32_t> AppendIncidentEntry(const v1::IncidentEntry& entry) = 0;

  // "dos-1", "dos-2", …: never given twice to dossiers that were saved.
  virtual base::Result<std::string> NextDossierId() = 0;
  // Whole.
  virtual base::Result<std::optional<v1::Dossier>> FindDossier(const std::string& id) = 0;
  // Saves the whole dossier. A submission whose number is kept already stays as it was kept. Its incidents stay, and it
  // is listed by them, also if only a submission names them.
  virtual base::Result<void> SaveDossier(const v1::Dossier& dossier) = 0;

  // "unm-1", "unm-2", …
  virtual base::Result<std::string> NextUnmaskId() = 0;
  virtual base::Result<std::optional<v1::UnmaskRequest>> FindUnmask(const std::string& id) = 0;
  // Who asked, and for which incident, is never changed.
  virtual base::Result<void> SaveUnmask(const v1::UnmaskRequest& request) = 0;

  // "sea-1", "sea-2", …: never given twice to searches that were saved.
  virtual base::Result<std::string> NextSearchId() = 0;
  virtual base::Result<std::optional<v1::SavedSearch>> FindSearch(const std::string& id) = 0;
  // In place of the one of its id. kAlreadyExists if its owner (SameName) has another of its name.
  virtual base::Result<void> SaveSearch(const v1::SavedSearch& search) = 0;
  // kNotFound.
  virtual base::Result<void> RemoveSearch(const std::string& id) = 0;
};

struct HistoryQuery {
  std::string incident_id = {};
  std::uint32_t page_size = 0;  // 0 = kDefaultPageSize, at most kMaxPageSize
  std::string page_token = {};
};
struct HistoryPage {
  std::vector<v1::IncidentEntry> entries;  // oldest first
  std::string next_page_token;
};

struct DossierQuery {
  v1::DossierState state = v1::DOSSIER_STATE_UNSPECIFIED;
  std::string incident_id = {};
  std::uint32_t page_size = 0;
  std::string page_token = {};
};
struct DossierPage {
  std::vector<v1::Dossier> dossiers;  // newest first; submissions without content and facts
  std::string next_page_token;
};

struct UnmaskQuery {
  std::string asked_by = {};  // SameName; empty = anybody
  std::string incident_id = {};
  std::uint32_t page_size = 0;
  std::string page_token = {};
};
struct UnmaskPage {
  std::vector<v1::UnmaskRequest> requests;  // newest first, as they were saved
  std::string next_page_token;
};

class CaseworkStore {
 public:
  virtual ~CaseworkStore() = default;

  virtual base::Result<HistoryPage> ListIncidentHistory(const HistoryQuery& query) = 0;
  virtual base::Result<std::optional<v1::Dossier>> FindDossier(const std::string& id) = 0;
  virtual base::Result<DossierPage> ListDossiers(const DossierQuery& query) = 0;
  virtual base::Result<UnmaskPage> ListUnmasks(const UnmaskQuery& query) = 0;
  // This owner's (SameName), and those that are shared; by name, then id.
  virtual base::Result<std::vector<v1::SavedSearch>> ListSearches(const std::string& owner) = 0;
};

// That its content or one of its submissions names.
std::set<std::string> IncidentsOf(const v1::Dossier& dossier);

// As it stands in lists.
v1::Dossier WithoutSubmittedContent(v1::Dossier dossier);

}  // namespace vigie::server
