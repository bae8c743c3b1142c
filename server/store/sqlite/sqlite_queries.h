#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/sqlite/database.h"
#include "server/store.h"

// Reads that the store and its transactions share. Kept messages that do not parse are kDataLoss.
namespace vigie::server {

// Of a kept message that does not parse.
base::Error Unreadable(std::string_view what);

base::Result<std::optional<v1::Incident>> SelectIncident(sqlite::Database& database, const std::string& id);
base::Result<IncidentPage> SelectIncidents(sqlite::Database& database, const IncidentQuery& query);
base::Result<std::vector<v1::Incident>> SelectOpenIncidents(sqlite::Database& database);
base::Result<std::vector<v1::Incident>> SelectDisarmingIncidents(sqlite::Database& database);

// What stands in the column `state`: the incident's, or kDisarming for a closed one that has `disarmed`.
inline constexpr int kDisarming = 1000;
int StateColumn(const v1::Incident& incident);

base::Result<std::optional<AgentRecord>> SelectAgent(sqlite::Database& database, const std::string& id);
base::Result<std::vector<AgentRecord>> SelectAgents(sqlite::Database& database);
// All of them, in any order.
base::Result<void> EachAgentOf(sqlite::Database& database, const Store::EachAgent& each);
base::Result<void> EachAgentOf(sqlite::Database& database, const std::vector<std::string>& ids,
                               const Store::EachAgent& each);

base::Result<EventPage> SelectEvents(sqlite::Database& database, const EventQuery& query);
base::Result<void> SelectRecentEvents(sqlite::Database& database, std::chrono::nanoseconds window,
                                      const std::function<base::Result<void>(const v1::Event&)>& each);
base::Result<std::optional<v1::Event>> SelectEvent(sqlite::Database& database, const std::string& id);

// The first column of the first row; nothing without a row. `parameters` are texts.
base::Result<std::optional<std::int64_t>> SelectInteger(sqlite::Database& database, std::string_view sql,
                                                        const std::vector<std::string>& parameters = {});

}  // namespace vigie::server
