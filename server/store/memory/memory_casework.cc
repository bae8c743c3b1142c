#include <algorithm>
#include <limits>
#include <ranges>

#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"
#include "server/users.h"

// Histories of incidents, dossiers, requests to see record ids, and searches that are kept.
namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Result<std::int64_t> PositionIn(const std::string& page_token, std::int64_t first) {
  if (page_token.empty()) return first;
  const auto place = ReadPageToken(page_token);
  if (!place) return place.error();
  return place->position;
}

std::optional<v1::Dossier> FindIn(const MemoryState& state, const std::string& id) {
  const auto found = std::ranges::find(state.dossiers, id, [](const auto& dossier) { return dossier.id(); });
  return found == state.dossiers.end() ? std::nullopt : std::optional(*found);
}

bool Matches(const v1::Dossier& dossier, const DossierQuery& query) {
  if (query.state != v1::DOSSIER_STATE_UNSPECIFIED && dossier.state() != query.state) return false;
  return query.incident_id.empty() || IncidentsOf(dossier).contains(query.incident_id);
}

}  // namespace

Result<std::uint32_t> MemoryTransaction::AppendIncidentEntry(const v1::IncidentEntry& entry) {
  auto& entries = state_.incident_entries[entry.incident_id()];
  const auto is_comment = [](const auto& kept) { return kept.kind() == v1::INCIDENT_ENTRY_KIND_COMMENT; };
  if (is_comment(entry) && std::ranges::count_if(entries, is_comment) >= kMaxIncidentComments) {
    return Error{ErrorCode::kResourceExhausted, "the incident has as many comments as one may have"};
  }
  v1::IncidentEntry& kept = entries.emplace_back(entry);
  kept.set_number(static_cast<std::uint32_t>(entries.size()));
  return kept.number();
}

Result<std::string> MemoryTransaction::NextDossierId() {
  return "dos-" + std::to_string(state_.dossiers.size() + 1);
}

Result<std::optional<v1::Dossier>> MemoryTransaction::FindDossier(const std::string& id) {
  return FindIn(state_, id);
}

Result<void> MemoryTransaction::SaveDossier(const v1::Dossier& dossier) {
  const auto found = std::ranges::find(state_.dossiers, dossier.id(), [](const auto& kept) { return kept.id(); });
  if (found == state_.dossiers.end()) {
    state_.dossiers.push_back(dossier);
    return {};
  }
  const auto submitted = found->submissions();
  *found = dossier;
  for (int i = 0; i < std::min(submitted.size(), dossier.submissions_size()); ++i)
    *found->mutable_submissions(i) = submitted[i];
  return {};
}

Result<HistoryPage> MemoryStore::ListIncidentHistory(const HistoryQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto after = PositionIn(query.page_token, 0);
  if (!after) return after.error();
  HistoryPage page;
  const auto found = (*state)->incident_entries.find(query.incident_id);
  if (found == (*state)->incident_entries.end()) return page;
  for (const v1::IncidentEntry& entry : found->second) {
    if (entry.number() <= *after) continue;
    if (page.entries.size() == EffectivePageSize(query.page_size)) {
      page.next_page_token = WritePageToken({0, page.entries.back().number()});
      break;
    }
    page.entries.push_back(entry);
  }
  return page;
}

Result<std::optional<v1::Dossier>> MemoryStore::FindDossier(const std::string& id) {
  const auto state = Snapshot();
  if (!state) return state.error();
  return FindIn(**state, id);
}

Result<DossierPage> MemoryStore::ListDossiers(const DossierQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto before = PositionIn(query.page_token, std::numeric_limits<std::int64_t>::max());
  if (!before) return before.error();
  DossierPage page;
  const auto& dossiers = (*state)->dossiers;
  for (auto i = std::min(static_cast<std::int64_t>(dossiers.size()), *before) - 1; i >= 0; --i) {
    const v1::Dossier& dossier = dossiers[static_cast<std::size_t>(i)];
    if (!Matches(dossier, query)) continue;
    if (page.dossiers.size() == EffectivePageSize(query.page_size)) {
      page.next_page_token = WritePageToken({0, i + 1});
      break;
    }
    page.dossiers.push_back(WithoutSubmittedContent(dossier));
  }
  return page;
}

Result<std::string> MemoryTransaction::NextUnmaskId() {
  return "unm-" + std::to_string(state_.unmasks.size() + 1);
}

Result<std::optional<v1::UnmaskRequest>> MemoryTransaction::FindUnmask(const std::string& id) {
  const auto found = std::ranges::find(state_.unmasks, id, [](const auto& request) { return request.id(); });
  return found == state_.unmasks.end() ? std::nullopt : std::optional(*found);
}

Result<void> MemoryTransaction::SaveUnmask(const v1::UnmaskRequest& request) {
  const auto found = std::ranges::find(state_.unmasks, request.id(), [](const auto& kept) { return kept.id(); });
  if (found == state_.unmasks.end()) {
    state_.unmasks.push_back(request);
  } else {
    *found = request;
  }
  return {};
}

Result<UnmaskPage> MemoryStore::ListUnmasks(const UnmaskQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto before = PositionIn(query.page_token, std::numeric_limits<std::int64_t>::max());
  if (!before) return before.error();
  UnmaskPage page;
  const auto& requests = (*state)->unmasks;
  for (auto i = std::min(static_cast<std::int64_t>(requests.size()), *before) - 1; i >= 0; --i) {
    const v1::UnmaskRequest& request = requests[static_cast<std::size_t>(i)];
    if (!query.asked_by.empty() && !SameName(request.asked_by(), query.asked_by)) continue;
    if (!query.incident_id.empty() && request.incident_id() != query.incident_id) continue;
    if (page.requests.size() == EffectivePageSize(query.page_size)) {
      page.next_page_token = WritePageToken({0, i + 1});
      break;
    }
    page.requests.push_back(request);
  }
  return page;
}

Result<std::string> MemoryTransaction::NextSearchId() {
  return "sea-" + std::to_string(state_.searches_ever + 1);
}

Result<std::optional<v1::SavedSearch>> MemoryTransaction::FindSearch(const std::string& id) {
  const auto found = state_.searches.find(id);
  return found == state_.searches.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryTransaction::SaveSearch(const v1::SavedSearch& search) {
  for (const auto& [id, kept] : state_.searches) {
    if (id != search.id() && SameName(kept.owner(), search.owner()) && kept.name() == search.name())
      return Error{ErrorCode::kAlreadyExists, "there is a search of this name"};
  }
  const bool is_new = state_.searches.insert_or_assign(search.id(), search).second;
  state_.searches_ever += is_new ? 1 : 0;
  return {};
}

Result<void> MemoryTransaction::RemoveSearch(const std::string& id) {
  if (state_.searches.erase(id) > 0) return {};
  return Error{ErrorCode::kNotFound, "there is no search of this id"};
}

Result<std::vector<v1::SavedSearch>> MemoryStore::ListSearches(const std::string& owner) {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<v1::SavedSearch> searches;
  for (const auto& [id, search] : (*state)->searches) {
    if (search.shared() || SameName(search.owner(), owner)) searches.push_back(search);
  }
  std::ranges::stable_sort(searches, {}, [](const auto& search) { return search.name(); });
  return searches;
}

}  // namespace vigie::server
