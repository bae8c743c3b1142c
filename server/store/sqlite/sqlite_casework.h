#pragma once

#include <optional>
#include <string>

#include "platform/sqlite/database.h"
#include "server/store.h"

// Histories of incidents, and dossiers, as casework.h says. kDataLoss for what cannot be read.
namespace vigie::server {

base::Result<std::uint32_t> InsertIncidentEntry(sqlite::Database& database, const v1::IncidentEntry& entry);
base::Result<HistoryPage> SelectHistory(sqlite::Database& database, const HistoryQuery& query);

base::Result<void> ReplaceDossier(sqlite::Database& database, const v1::Dossier& dossier);
base::Result<std::optional<v1::Dossier>> SelectDossier(sqlite::Database& database, const std::string& id);
base::Result<DossierPage> SelectDossiers(sqlite::Database& database, const DossierQuery& query);

}  // namespace vigie::server
