#include "server/store/sqlite/sqlite_queries.h"

#include <algorithm>
#include <optional>

#include "proto/contract/time_conversion.h"
#include "server/event_columns.h"
#include "server/store/sqlite/event_memory.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

template <typename Message>
Result<void> Append(const Statement::Row& row, int column, std::string_view what, std::vector<Message>& messages) {
  if (!messages.emplace_back().ParseFromString(row.Blob(column))) return Unreadable(what);
  return {};
}

Result<std::vector<v1::Incident>> CollectIncidents(Statement& statement) {
  std::vector<v1::Incident> incidents;
  auto read = Each(statement, [&](const auto& row) { return Append(row, 0, "incident", incidents); });
  if (!read) return read.error();
  return incidents;
}

Result<std::vector<AgentRecord>> CollectAgents(Statement& statement) {
  std::vector<AgentRecord> agents;
  auto read = Each(statement, [&](const Statement::Row& row) -> Result<void> {
    AgentRecord& agent = agents.emplace_back();
    agent.enrolled_host = row.Text(1);
    if (!agent.status.ParseFromString(row.Blob(0))) return Unreadable("agent");
    return {};
  });
  if (!read) return read.error();
  return agents;
}

template <typename T>
std::optional<T> FirstOf(std::vector<T> items) {
  if (items.empty()) return std::nullopt;
  return std::move(items.front());
}

// A condition with its parameters, built up filter by filter; every value is bound, none is pasted.
class Filter {
 public:
  void Add(std::string_view condition, std::vector<std::string> texts) { Put(condition, std::move(texts), {}); }
  void Add(std::string_view condition, std::vector<std::int64_t> integers) { Put(condition, {}, std::move(integers)); }

  const std::string& where() const { return where_; }
  void Bind(Statement& statement) const {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      values_[i].text ? statement.BindText(index, *values_[i].text) : statement.Bind(index, values_[i].integer);
    }
  }

 private:
  struct Value {
    std::optional<std::string> text;
    std::int64_t integer = 0;
  };
  void Put(std::string_view condition, std::vector<std::string> texts, std::vector<std::int64_t> integers) {
    where_ += (where_.empty() ? " WHERE " : " AND ") + std::string(condition);
    for (auto& text : texts) values_.push_back({std::move(text), 0});
    for (const auto integer : integers) values_.push_back({std::nullopt, integer});
  }

  std::string where_;
  std::vector<Value> values_;
};

// Among the few events that a rule in shadow decided the rule is looked for in each, as older stores do not keep it
// apart.
bool MatchesRulesAsRead(const EventQuery& query) {
  return query.shadow && !query.rule.empty();
}

// By the indexes of what rules decided: those of an incident, a user or a host are fewer.
bool IsFoundByRules(const EventQuery& query) {
  const bool has_fewer = !query.incident_id.empty() || !query.user.empty() || !query.host.empty();
  return !has_fewer && (query.shadow || !query.rule.empty());
}

Filter EventFilter(const EventQuery& query, const PagePosition& after) {
  Filter filter;
  if (!query.page_token.empty()) filter.Add("(at, position) > (?, ?)", {after.at, after.position});
  if (query.since) filter.Add("at >= ?", std::vector<std::int64_t>{query.since->time_since_epoch().count()});
  if (!query.user.empty()) filter.Add("user = ?", std::vector<std::string>{query.user});
  if (!query.host.empty()) filter.Add("host = ?", std::vector<std::string>{query.host});
  if (query.channel != v1::CHANNEL_UNSPECIFIED) {
    // The plus keeps the planner from the index of channels where another one finds fewer.
    const bool is_alone = query.user.empty() && query.host.empty() && query.incident_id.empty();
    filter.Add(is_alone ? "channel = ?" : "+channel = ?", std::vector<std::int64_t>{query.channel});
  }
  if (!query.incident_id.empty()) {
    filter.Add("position IN (SELECT position FROM incident_events WHERE incident_id = ?)",
               std::vector<std::string>{query.incident_id});
  }
  // As their indexes say it, or with a plus where another index finds fewer.
  const bool by_rules = IsFoundByRules(query);
  if (MatchesRulesAsRead(query)) {
    filter.Add("(+rule = ? OR +rule IS NULL)", std::vector<std::string>{query.rule});
  } else if (!query.rule.empty()) {
    filter.Add(by_rules ? "rule = ?" : "+rule = ?", std::vector<std::string>{query.rule});
  }
  if (query.shadow) filter.Add(by_rules ? "shadow = 1" : "+shadow = 1", std::vector<std::int64_t>{});
  return filter;
}

std::string IndexFor(const EventQuery& query) {
  if (!IsFoundByRules(query)) return "";
  return query.shadow ? " INDEXED BY events_in_shadow" : " INDEXED BY events_by_rule";
}

// Reads at most `page_size` events, one more than that (or a full page of bytes) makes a next page. With `rule`, only
// those that it decided count.
Result<EventPage> CollectPage(Statement& statement, std::uint32_t page_size, const std::string& rule) {
  EventPage page;
  PagePosition last;
  std::size_t bytes = 0;
  Result<void> read;
  v1::Event event;
  auto stepped = statement.ForEach([&](const Statement::Row& row) {
    const std::string blob = row.Blob(2);
    if (!event.ParseFromString(blob)) read = Unreadable("event");
    if (!read) return false;
    if (!rule.empty() && event.rule() != rule) return true;
    if (page.events.size() == page_size || (!page.events.empty() && bytes + blob.size() > kMaxPageBytes)) {
      page.next_page_token = WritePageToken(last);
      return false;
    }
    last = {row.Integer(0), row.Integer(1)};
    bytes += blob.size();
    page.events.push_back(std::move(event));
    return true;
  });
  if (!stepped) return stepped.error();
  if (!read) return read.error();
  return page;
}

}  // namespace

Error Unreadable(std::string_view what) {
  return {ErrorCode::kDataLoss,
          "store: a kept " + std::string(what) + " cannot be read: restore the store from a backup"};
}

Result<std::optional<std::int64_t>> SelectInteger(Database& database, std::string_view sql,
                                                  const std::vector<std::string>& parameters) {
  auto statement = database.Prepare(sql);
  if (!statement) return statement.error();
  for (std::size_t i = 0; i < parameters.size(); ++i) statement->BindText(static_cast<int>(i) + 1, parameters[i]);
  std::optional<std::int64_t> value;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    value = row.Integer(0);
    return false;
  });
  if (!read) return read.error();
  return value;
}

Result<std::optional<v1::Incident>> SelectIncident(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT incident FROM incidents WHERE id = ?");
  if (!statement) return statement.error();
  statement->BindText(1, id);
  auto incidents = CollectIncidents(*statement);
  if (!incidents) return incidents.error();
  return FirstOf(std::move(*incidents));
}

Result<IncidentPage> SelectIncidents(Database& database, const IncidentQuery& query) {
  const auto before = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!before) return before.error();
  Filter filter;
  if (!query.page_token.empty()) filter.Add("number < ?", std::vector<std::int64_t>{before->position});
  if (query.state == v1::INCIDENT_STATE_CLOSED) {
    filter.Add("state IN (?, ?)", std::vector<std::int64_t>{query.state, kDisarming});
  } else if (query.state != v1::INCIDENT_STATE_UNSPECIFIED) {
    filter.Add("state = ?", std::vector<std::int64_t>{query.state});
  }
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  auto statement = database.Prepare("SELECT incident, number FROM incidents" + filter.where() +
                                    " ORDER BY number DESC LIMIT " + std::to_string(page_size + 1));
  if (!statement) return statement.error();
  filter.Bind(*statement);
  IncidentPage page;
  std::int64_t last = 0;
  std::size_t bytes = 0;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    if (!page.next_page_token.empty()) return {};
    const std::string incident = row.Blob(0);
    bytes += incident.size();
    if (page.incidents.size() == page_size || (!page.incidents.empty() && bytes > kMaxPageBytes)) {
      page.next_page_token = WritePageToken({0, last});
      return {};
    }
    last = row.Integer(1);
    return page.incidents.emplace_back().ParseFromString(incident) ? Result<void>() : Unreadable("incident");
  });
  if (!read) return read.error();
  return page;
}

Result<std::vector<v1::Incident>> SelectOpenIncidents(Database& database) {
  auto statement = database.Prepare("SELECT incident FROM incidents WHERE state IN (1, 3) ORDER BY number");
  if (!statement) return statement.error();
  return CollectIncidents(*statement);
}

Result<std::vector<v1::Incident>> SelectDisarmingIncidents(Database& database) {
  auto statement = database.Prepare("SELECT incident FROM incidents WHERE state = ? ORDER BY number");
  if (!statement) return statement.error();
  statement->Bind(1, kDisarming);
  return CollectIncidents(*statement);
}

int StateColumn(const v1::Incident& incident) {
  const bool disarms = incident.state() == v1::INCIDENT_STATE_CLOSED && incident.has_disarmed();
  return disarms ? kDisarming : incident.state();
}

Result<std::optional<AgentRecord>> SelectAgent(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT status, enrolled_host FROM agents WHERE id = ?");
  if (!statement) return statement.error();
  statement->BindText(1, id);
  auto agents = CollectAgents(*statement);
  if (!agents) return agents.error();
  return FirstOf(std::move(*agents));
}

Result<std::vector<AgentRecord>> SelectAgents(Database& database) {
  auto statement = database.Prepare("SELECT status, enrolled_host FROM agents ORDER BY host, id");
  if (!statement) return statement.error();
  return CollectAgents(*statement);
}

Result<void> EachAgentOf(Database& database, const Store::EachAgent& each) {
  auto statement = database.Prepare("SELECT status, enrolled_host FROM agents");
  if (!statement) return statement.error();
  AgentRecord agent;
  return Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    agent.enrolled_host = row.Text(1);
    return agent.status.ParseFromString(row.Blob(0)) ? each(agent) : Unreadable("agent");
  });
}

Result<void> EachAgentOf(Database& database, const std::vector<std::string>& ids, const Store::EachAgent& each) {
  for (const std::string& id : ids) {
    const auto agent = SelectAgent(database, id);
    if (!agent) return agent.error();
    if (!*agent) continue;
    if (auto done = each(**agent); !done) return done;
  }
  return {};
}

Result<EventPage> SelectEvents(Database& database, const EventQuery& query) {
  const auto after = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  const Filter filter = EventFilter(query, *after);
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  const bool as_read = MatchesRulesAsRead(query);
  auto statement =
      database.Prepare("SELECT at, position, event FROM events" + IndexFor(query) + filter.where() +
                       " ORDER BY at, position" + (as_read ? "" : " LIMIT " + std::to_string(page_size + 1)));
  if (!statement) return statement.error();
  filter.Bind(*statement);
  return CollectPage(*statement, page_size, as_read ? query.rule : "");
}

namespace {

// The first of the events that were received at most `span` before the newest, none = 0. Read backwards, for arrival is
// the order in which events are kept.
Result<std::int64_t> FirstReceivedWithin(Database& database, std::chrono::nanoseconds span) {
  auto statement = database.Prepare("SELECT position, event FROM events ORDER BY position DESC");
  if (!statement) return statement.error();
  std::optional<base::SystemTime> newest;
  std::int64_t first = 0;
  bool is_readable = true;
  v1::Event event;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    is_readable = event.ParseFromString(row.Blob(1));
    if (!is_readable || !event.has_received_at()) return false;
    const base::SystemTime received = contract::FromProto(event.received_at());
    newest = std::max(newest.value_or(received), received);
    if (*newest - received > span) return false;
    first = row.Integer(0);
    return true;
  });
  if (!read) return read.error();
  if (!is_readable) return Unreadable("event");
  return first;
}

}  // namespace

Result<void> SelectRecentEvents(Database& database, std::chrono::nanoseconds window,
                                const std::function<Result<void>(const v1::Event&)>& each) {
  const auto first = FirstReceivedWithin(database, 3 * window);
  if (!first) return first.error();
  // Host by host the index events_by_host is read backwards from its newest entry; the outer order is that of arrival.
  auto statement = database.Prepare(
      "WITH RECURSIVE hosts(host, newest) AS ("
      "  SELECT host, at FROM (SELECT host, at FROM events ORDER BY host DESC, at DESC LIMIT 1)"
      "  UNION ALL SELECT (SELECT e.host FROM events e WHERE e.host < hosts.host ORDER BY e.host DESC, e.at DESC LIMIT "
      "1),"
      "                   (SELECT e.at FROM events e WHERE e.host < hosts.host ORDER BY e.host DESC, e.at DESC LIMIT 1)"
      "            FROM hosts WHERE hosts.host IS NOT NULL)"
      "SELECT e.event, e.position FROM hosts JOIN events e ON e.host = hosts.host AND e.at >= hosts.newest - ?1"
      "            AND (?2 = 0 OR e.position < ?2)"
      " UNION ALL SELECT event, position FROM events WHERE ?2 > 0 AND position >= ?2"
      " ORDER BY 2");
  if (!statement) return statement.error();
  statement->Bind(1, window.count()).Bind(2, *first);
  EventMemory memory;
  return Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    const v1::Event* event = memory.Read(row.BlobView(0));
    return event == nullptr ? Unreadable("event") : each(*event);
  });
}

Result<std::optional<v1::Event>> SelectEvent(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT event FROM events WHERE id = ?");
  if (!statement) return statement.error();
  statement->BindText(1, id);
  std::vector<v1::Event> events;
  auto read = Each(*statement, [&](const auto& row) { return Append(row, 0, "event", events); });
  if (!read) return read.error();
  return FirstOf(std::move(events));
}

}  // namespace vigie::server
