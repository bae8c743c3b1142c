#include "server/store/sqlite/sqlite_transaction.h"

#include <limits>

#include "server/event_columns.h"
#include "server/store/sqlite/sqlite_audit.h"
#include "server/store/sqlite/sqlite_casework.h"
#include "server/store/sqlite/sqlite_delivery.h"
#include "server/store/sqlite/sqlite_outbox.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rings.h"
#include "server/store/sqlite/sqlite_searches.h"
#include "server/store/sqlite/sqlite_unmasking.h"
#include "server/store/sqlite/sqlite_users.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Statement;

namespace {

// SQLite's integers are signed; epochs and sequences keep all their bits.
std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::int64_t Nanoseconds(base::SystemTime time) {
  return time.time_since_epoch().count();
}

}  // namespace

Result<Statement*> SqliteTransaction::Prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  return &statements_.emplace(sql, std::move(*statement)).first->second;
}

Result<void> SqliteTransaction::Finish() {
  for (const auto& [id, agent] : agents_) {
    if (!agent.changed) continue;
    if (auto written = WriteAgent(*agent.record); !written) return written;
  }
  if (auto written = WriteDeliveries(); !written) return written;
  if (auto removed = rollups_.Remove(database_); !removed) return removed;
  if (auto written = evidence_.Finish(); !written) return written;
  return sightings_.Flush();
}

std::vector<std::string> SqliteTransaction::saved_agents() const {
  std::vector<std::string> saved;
  for (const auto& [id, agent] : agents_) {
    if (agent.changed) saved.push_back(id);
  }
  return saved;
}

Result<void> SqliteTransaction::WriteDeliveries() {
  for (const auto& [key, delivery] : deliveries_) {
    if (delivery.mark_changed) {
      if (auto written = WriteMark(key, *delivery.mark); !written) return written;
    }
    if (delivery.ahead_changed) {
      if (auto written = ReplaceAhead(database_, key.first, key.second, *delivery.ahead); !written) return written;
    }
  }
  return {};
}

Result<std::uint64_t> SqliteTransaction::SelectMark(const DeliveryKey& key) {
  auto statement = Prepared("SELECT sequence FROM high_water_marks WHERE agent_id = ? AND boot_epoch = ?");
  if (!statement) return statement.error();
  (*statement)->BindText(1, key.first).Bind(2, Signed(key.second));
  std::uint64_t sequence = 0;
  auto read = (*statement)->ForEach([&](const Statement::Row& row) {
    sequence = static_cast<std::uint64_t>(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  return sequence;
}

Result<void> SqliteTransaction::WriteMark(const DeliveryKey& key, std::uint64_t sequence) {
  auto statement = Prepared(
      "INSERT INTO high_water_marks (agent_id, boot_epoch, sequence) VALUES (?, ?, ?)"
      " ON CONFLICT (agent_id, boot_epoch) DO UPDATE SET sequence = excluded.sequence");
  if (!statement) return statement.error();
  return (*statement)->BindText(1, key.first).Bind(2, Signed(key.second)).Bind(3, Signed(sequence)).Run();
}

Result<std::uint64_t> SqliteTransaction::HighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch) {
  const DeliveryKey key(agent_id, boot_epoch);
  std::optional<std::uint64_t>& mark = deliveries_[key].mark;
  if (mark) return *mark;
  const auto kept = SelectMark(key);
  if (kept) mark = *kept;
  return kept;
}

Result<void> SqliteTransaction::SetHighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch,
                                                 std::uint64_t sequence) {
  Delivery& delivery = deliveries_[{agent_id, boot_epoch}];
  delivery.mark = sequence;
  delivery.mark_changed = true;
  return {};
}

Result<SequenceRanges> SqliteTransaction::AheadOf(const std::string& agent_id, std::uint64_t boot_epoch) {
  std::optional<SequenceRanges>& ahead = deliveries_[{agent_id, boot_epoch}].ahead;
  if (ahead) return *ahead;
  auto kept = SelectAhead(database_, agent_id, boot_epoch);
  if (kept) ahead = *kept;
  return kept;
}

Result<void> SqliteTransaction::SetAhead(const std::string& agent_id, std::uint64_t boot_epoch,
                                         const SequenceRanges& ahead) {
  Delivery& delivery = deliveries_[{agent_id, boot_epoch}];
  delivery.ahead = ahead;
  delivery.ahead_changed = true;
  return {};
}

Result<std::uint64_t> SqliteTransaction::RemoveMissing(const std::string& agent_id, std::uint64_t boot_epoch,
                                                       const SequenceRanges& sequences) {
  return DeleteMissing(database_, agent_id, boot_epoch, sequences);
}

Result<void> SqliteTransaction::AddGap(const v1::GapReport& gap) {
  return InsertGap(database_, gap);
}

Result<void> SqliteTransaction::AppendEvent(const v1::Event& event, const std::string& host, const EventProof& proof) {
  // Not RETURNING: SQLite would keep a copy of each page that it touches, to undo the statement alone.
  auto statement = Prepared(
      "INSERT INTO events (id, at, host, user, channel, event, shadow, position, leaf, batch, rule)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  const auto link = evidence_.NextFor(event, proof);
  if (!link) return link.error();
  const EventColumns columns = ColumnsOf(event);
  Statement& insert = **statement;
  insert.BindText(1, columns.id)
      .Bind(2, columns.at)
      .BindText(3, host)
      .BindNull(4)
      .BindNull(5)
      .BindNull(10)
      .BindNull(11);
  if (columns.user) insert.BindText(4, *columns.user);
  if (columns.channel) insert.Bind(5, *columns.channel);
  if (proof.batch != 0) insert.Bind(10, Signed(proof.batch));
  if (!event.rule().empty()) insert.BindText(11, event.rule());
  insert.BindBlob(6, event.SerializeAsString()).Bind(7, event.shadow() ? 1 : 0);
  const std::int64_t position = link->place.position;
  if (auto inserted = insert.Bind(8, position).BindBlob(9, evidence::Bytes(link->leaf)).Run(); !inserted)
    return inserted;
  if (auto chained = evidence_.Append(*link, event, proof); !chained) return chained;
  positions_.emplace(columns.id, position);
  rollups_.Add(columns.at);
  return sightings_.Add(event, {position, host, columns});
}

Result<std::vector<v1::Event>> SqliteTransaction::EventsById(const std::vector<std::string>& ids) {
  std::vector<v1::Event> events;
  for (const std::string& id : ids) {
    auto event = SelectEvent(database_, id);
    if (!event) return event.error();
    if (*event) events.push_back(std::move(**event));
  }
  return events;
}

Result<std::string> SqliteTransaction::NextIncidentId() {
  const auto number = SelectInteger(database_, "SELECT coalesce(max(number), 0) + 1 FROM incidents");
  if (!number) return number.error();
  return "inc-" + std::to_string(number->value_or(1));
}

Result<std::optional<std::int64_t>> SqliteTransaction::PositionOf(const std::string& event_id) {
  if (const auto known = positions_.find(event_id); known != positions_.end()) return std::optional(known->second);
  return SelectInteger(database_, "SELECT position FROM events WHERE id = ?", {event_id});
}

// A row at a time, as values: an INSERT from a SELECT keeps copies of pages, too.
Result<void> SqliteTransaction::LinkEvents(const std::string& incident_id, const std::vector<std::string>& event_ids) {
  auto statement = Prepared("INSERT OR IGNORE INTO incident_events (incident_id, position) VALUES (?, ?)");
  if (!statement) return statement.error();
  (*statement)->BindText(1, incident_id);
  for (const std::string& event_id : event_ids) {
    const auto position = PositionOf(event_id);
    if (!position) return position.error();
    if (!*position) continue;
    if (auto linked = (*statement)->Bind(2, **position).Run(); !linked) return linked;
  }
  return {};
}

Result<void> SqliteTransaction::SaveIncident(const v1::Incident& incident,
                                             const std::vector<std::string>& new_event_ids) {
  auto statement = Prepared(
      "INSERT INTO incidents (id, rule, subject, state, incident) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, incident = excluded.incident");
  if (!statement) return statement.error();
  Statement& save = **statement;
  save.BindText(1, incident.id()).BindText(2, incident.rule()).BindText(3, incident.subject());
  if (auto saved = save.Bind(4, StateColumn(incident)).BindBlob(5, incident.SerializeAsString()).Run(); !saved)
    return saved;
  return LinkEvents(incident.id(), new_event_ids);
}

Result<std::optional<v1::Incident>> SqliteTransaction::FindIncident(const std::string& id) {
  return SelectIncident(database_, id);
}

Result<std::optional<AgentRecord>> SqliteTransaction::FindAgent(const std::string& id) {
  if (const auto known = agents_.find(id); known != agents_.end()) return known->second.record;
  auto kept = SelectAgent(database_, id);
  if (kept) agents_[id].record = *kept;
  return kept;
}

Result<void> SqliteTransaction::SaveAgent(const AgentRecord& agent) {
  KeptAgent& kept = agents_[agent.status.id()];
  kept.record = agent;
  kept.record->status.clear_connected();
  kept.changed = true;
  return {};
}

Result<void> SqliteTransaction::WriteAgent(const AgentRecord& agent) {
  auto statement = Prepared(
      "INSERT INTO agents (id, host, enrolled_host, status) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
      " host = excluded.host, enrolled_host = excluded.enrolled_host, status = excluded.status");
  if (!statement) return statement.error();
  const v1::AgentStatus& status = agent.status;
  Statement& save = **statement;
  save.BindText(1, status.id()).BindText(2, status.host()).BindText(3, agent.enrolled_host);
  return save.BindBlob(4, status.SerializeAsString()).Run();
}

Result<void> SqliteTransaction::SaveRollup(const RollupCell& cell, const CellEvents& seen,
                                           const ChannelFigures& figures) {
  const auto now = SelectCellEvents(database_, cell, std::numeric_limits<std::int64_t>::max());
  if (!now) return now.error();
  return *now == seen ? ReplaceRollup(database_, cell, figures) : Result<void>();
}

Result<void> SqliteTransaction::SavePolicy(const PolicyRecord& policy) {
  auto statement = Prepared("INSERT INTO policies (version, text, in_force_since, pushed_by) VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  (*statement)->Bind(1, policy.version).BindText(2, policy.text).Bind(3, Nanoseconds(policy.in_force_since));
  return (*statement)->BindText(4, policy.pushed_by).Run();
}

Result<void> SqliteTransaction::SaveRings(const std::vector<v1::Ring>& rings) {
  return ReplaceRings(database_, rings);
}

Result<void> SqliteTransaction::AddApiToken(const ApiToken& token) {
  const auto named = SelectInteger(database_, "SELECT 1 FROM api_tokens WHERE name = ?", {token.name});
  if (!named) return named.error();
  if (*named) return Error{ErrorCode::kAlreadyExists, "there is an API token of this name: revoke it first"};
  auto statement = Prepared("INSERT INTO api_tokens (hash, name, role, created_at) VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  Statement& insert = **statement;
  insert.BindText(1, token.hash).BindText(2, token.name).BindText(3, token.role);
  return insert.Bind(4, Nanoseconds(token.created_at)).Run();
}

Result<void> SqliteTransaction::RemoveApiToken(const std::string& name) {
  auto statement = Prepared("DELETE FROM api_tokens WHERE name = ?");
  if (!statement) return statement.error();
  if (auto removed = (*statement)->BindText(1, name).Run(); !removed) return removed;
  if (database_.changes() > 0) return {};
  return Error{ErrorCode::kNotFound, "there is no API token of this name"};
}

Result<void> SqliteTransaction::AppendAudit(const v1::AuditEntry& entry) {
  return InsertAudit(database_, entry);
}

Result<std::uint32_t> SqliteTransaction::AppendIncidentEntry(const v1::IncidentEntry& entry) {
  return InsertIncidentEntry(database_, entry);
}

Result<std::string> SqliteTransaction::NextDossierId() {
  const auto number = SelectInteger(database_, "SELECT coalesce(max(number), 0) + 1 FROM dossiers");
  if (!number) return number.error();
  return "dos-" + std::to_string(number->value_or(1));
}

Result<std::optional<v1::Dossier>> SqliteTransaction::FindDossier(const std::string& id) {
  return SelectDossier(database_, id);
}

Result<void> SqliteTransaction::SaveDossier(const v1::Dossier& dossier) {
  return ReplaceDossier(database_, dossier);
}

Result<std::string> SqliteTransaction::NextUnmaskId() {
  return server::NextUnmaskId(database_);
}

Result<std::optional<v1::UnmaskRequest>> SqliteTransaction::FindUnmask(const std::string& id) {
  return SelectUnmask(database_, id);
}

Result<void> SqliteTransaction::SaveUnmask(const v1::UnmaskRequest& request) {
  return ReplaceUnmask(database_, request);
}

Result<std::string> SqliteTransaction::NextSearchId() {
  return server::NextSearchId(database_);
}

Result<std::optional<v1::SavedSearch>> SqliteTransaction::FindSearch(const std::string& id) {
  return SelectSearch(database_, id);
}

Result<void> SqliteTransaction::SaveSearch(const v1::SavedSearch& search) {
  return ReplaceSearch(database_, search);
}

Result<void> SqliteTransaction::RemoveSearch(const std::string& id) {
  return DeleteSearch(database_, id);
}

Result<void> SqliteTransaction::AppendMessage(const std::string& destination, const v1::OutboxMessage& message) {
  return InsertMessage(database_, destination, message);
}

Result<void> SqliteTransaction::SettleMessages(const std::string& destination, const OutboxSettlement& settled) {
  return DeleteMessages(database_, destination, settled);
}

Result<void> SqliteTransaction::ForgetDestination(const std::string& destination) {
  return DeleteDestination(database_, destination);
}

Result<std::optional<std::string>> SqliteTransaction::FindNote(const std::string& key) {
  return SelectNote(database_, key);
}

Result<void> SqliteTransaction::SaveNote(const std::string& key, const std::string& note) {
  return ReplaceNote(database_, key, note);
}

Result<void> SqliteTransaction::RemoveNote(const std::string& key) {
  return DeleteNote(database_, key);
}

Result<std::optional<User>> SqliteTransaction::FindUser(const std::string& name) {
  return SelectUser(database_, name);
}

Result<void> SqliteTransaction::AddUser(const User& user) {
  return InsertUser(database_, user);
}

Result<void> SqliteTransaction::SaveUser(const User& user) {
  return UpdateUser(database_, user);
}

Result<void> SqliteTransaction::RemoveUser(const std::string& name) {
  return DeleteUser(database_, name);
}

Result<void> SqliteTransaction::AddEnrollmentToken(const EnrollmentToken& token, base::SystemTime now) {
  auto forget = Prepared("DELETE FROM enrollment_tokens WHERE expires_at <= ?");
  if (!forget) return forget.error();
  if (auto forgotten = (*forget)->Bind(1, Nanoseconds(now)).Run(); !forgotten) return forgotten;
  const auto kept = SelectInteger(database_, "SELECT count(*) FROM enrollment_tokens");
  if (!kept) return kept.error();
  if (kept->value_or(0) >= kMaxEnrollmentTokens) {
    return Error{ErrorCode::kResourceExhausted, "too many enrolment tokens are open: let some expire first"};
  }
  auto statement = Prepared("INSERT INTO enrollment_tokens (hash, expires_at, uses_left) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  (*statement)->BindText(1, token.hash).Bind(2, Nanoseconds(token.expires_at)).Bind(3, token.uses_left);
  return (*statement)->Run();
}

Result<void> SqliteTransaction::UseEnrollmentToken(const std::string& hash, base::SystemTime now) {
  auto use = Prepared(
      "UPDATE enrollment_tokens SET uses_left = uses_left - 1 WHERE hash = ? AND uses_left > 0 AND expires_at > ?");
  if (!use) return use.error();
  if (auto used = (*use)->BindText(1, hash).Bind(2, Nanoseconds(now)).Run(); !used) return used;
  if (database_.changes() == 1) return {};
  return Error{ErrorCode::kPermissionDenied, "the enrolment token is not known, used up or expired: create a new one"};
}

}  // namespace vigie::server
