#pragma once

#include "platform/sqlite/database.h"
#include "server/outbox.h"

// What waits to be sent: the SQL of the methods of outbox.h. kDataLoss for what cannot be read.
namespace vigie::server {

base::Result<void> InsertMessage(sqlite::Database& database, const std::string& destination,
                                 const v1::OutboxMessage& message);
base::Result<void> DeleteMessages(sqlite::Database& database, const std::string& destination,
                                  const OutboxSettlement& settled);
base::Result<void> DeleteDestination(sqlite::Database& database, const std::string& destination);
base::Result<std::vector<WaitingMessage>> SelectWaiting(sqlite::Database& database, const std::string& destination,
                                                        std::uint32_t at_most);
base::Result<std::vector<OutboxState>> SelectOutbox(sqlite::Database& database);

base::Result<std::optional<std::string>> SelectNote(sqlite::Database& database, const std::string& key);
base::Result<void> ReplaceNote(sqlite::Database& database, const std::string& key, const std::string& note);
base::Result<void> DeleteNote(sqlite::Database& database, const std::string& key);
base::Result<std::vector<std::pair<std::string, std::string>>> SelectNotes(sqlite::Database& database,
                                                                           const std::string& prefix);

}  // namespace vigie::server
