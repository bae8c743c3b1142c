#include "server/store/sqlite/sqlite_integrity.h"

#include <map>

#include "platform/sqlite/database.h"
#include "server/event_columns.h"
#include "server/sightings.h"
#include "server/store/sqlite/sqlite_audit.h"
#include "server/store/sqlite/sqlite_delivery.h"
#include "server/store/sqlite/sqlite_evidence_check.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"
#include "server/store/sqlite/sqlite_schema.h"
#include "vigie/v1/dossier.pb.h"
#include "vigie/v1/incident.pb.h"
#include "vigie/v1/incident_service.pb.h"
#include "vigie/v1/integration_service.pb.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

// What an agent's epoch is said to have delivered, and the greatest sequence of its events that is not in that.
struct Delivered {
  std::uint64_t mark = 0;
  SequenceRanges ahead;
  std::uint64_t outside = 0;
};
using MarkKey = std::pair<std::string, std::uint64_t>;

class IntegrityCheck {
 public:
  explicit IntegrityCheck(Database& database) : database_(database) {}

  // In one transaction: a collector that goes on writing changes nothing of what this sees.
  Result<void> All() {
    using Step = Result<void> (IntegrityCheck::*)();
    for (const Step step :
         {&IntegrityCheck::Pages, &IntegrityCheck::References, &IntegrityCheck::Events, &IntegrityCheck::Rollups,
          &IntegrityCheck::Marks, &IntegrityCheck::Days, &IntegrityCheck::Holders, &IntegrityCheck::Incidents,
          &IntegrityCheck::Histories, &IntegrityCheck::Dossiers, &IntegrityCheck::Unmasks, &IntegrityCheck::Outbox,
          &IntegrityCheck::Audit, &IntegrityCheck::Evidence}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    return {};
  }
  std::vector<std::string> TakeFaults() { return std::move(faults_); }

 private:
  void Fault(const std::string& kind, const std::string& what) {
    std::size_t& count = counts_[kind];
    if (++count < kMostFaults) faults_.push_back(kind + ": " + what);
    if (count == kMostFaults) faults_.push_back(kind + ": … and more");
  }
  // Reads all rows of `sql`.
  template <typename Read>
  Result<void> Rows(std::string_view sql, Read read) {
    auto statement = database_.Prepare(sql);
    if (!statement) return statement.error();
    return statement->ForEach([&](const Statement::Row& row) {
      read(row);
      return true;
    });
  }

  Result<void> Pages() {
    return Rows("PRAGMA integrity_check(20)", [&](const Statement::Row& row) {
      if (row.Text(0) != "ok") Fault("database file", row.Text(0));
    });
  }
  Result<void> References() {
    return Rows("PRAGMA foreign_key_check", [&](const Statement::Row& row) {
      Fault("references", "a row of " + row.Text(0) + " refers to one of " + row.Text(2) + " that is not there");
    });
  }
  Result<void> Events();
  Result<void> EventRow(const Statement::Row& row, Statement& sightings);
  Result<void> Rollups();
  Result<Delivered> ReadDelivered(const MarkKey& key);
  Result<void> NoteSequence(const v1::Event& event);
  Result<void> Marks();
  Result<void> Days();
  Result<void> Holders();
  Result<void> Incidents();
  Result<void> LinkedEvents(const v1::Incident& incident, const customers::RecordSet& records, Statement& linked);
  Result<void> Histories();
  Result<void> Dossiers();
  Result<void> Unmasks();
  Result<void> Outbox();
  Result<void> Audit();
  Result<void> Evidence() {
    return CheckEvidence(database_, [this](const std::string& what) { Fault("evidence", what); });
  }

  Database& database_;
  std::map<std::string, std::size_t> counts_;
  std::vector<std::string> faults_;
  std::map<MarkKey, Delivered> delivered_;
};

Result<void> IntegrityCheck::Events() {
  auto sightings = database_.Prepare(
      "SELECT h.ledger, h.user, h.host, d.day, s.records FROM sightings s JOIN holder_days d ON d.number = s.day"
      " JOIN holders h ON h.number = d.holder WHERE s.position = ?");
  if (!sightings) return sightings.error();
  auto events = database_.Prepare("SELECT position, id, at, host, user, channel, event FROM events ORDER BY position");
  if (!events) return events.error();
  return Each(*events, [&](const Statement::Row& row) { return EventRow(row, *sightings); });
}

Result<void> IntegrityCheck::EventRow(const Statement::Row& row, Statement& sightings) {
  const std::string name = "event " + row.Text(1);
  v1::Event event;
  if (!event.ParseFromString(row.Blob(6))) {
    Fault("events", name + " cannot be read");
    return {};
  }
  const EventColumns columns = ColumnsOf(event);
  const bool same_user = row.IsNull(4) ? !columns.user : columns.user == row.Text(4);
  const bool same_channel = row.IsNull(5) ? !columns.channel : columns.channel == static_cast<int>(row.Integer(5));
  if (columns.id != row.Text(1) || columns.at != row.Integer(2) || !same_user || !same_channel) {
    Fault("events", name + " is kept under another id, time, user or channel than it says");
  }
  if (auto noted = NoteSequence(event); !noted) return noted;
  std::map<std::string, customers::RecordSet> expected;
  for (EventSighting& sighting : SightingsOf(event)) expected.emplace(sighting.ledger, std::move(sighting.records));
  bool same = true;
  std::size_t found = 0;
  auto read = sightings.Bind(1, row.Integer(0)).ForEach([&](const Statement::Row& kept) {
    const auto records = customers::RecordSet::Parse(kept.Blob(4));
    const auto of_event = expected.find(kept.Text(0));
    same = same && records && of_event != expected.end() && of_event->second == *records &&
           kept.Text(1) == columns.user.value_or("") && kept.Text(2) == row.Text(3) &&
           kept.Integer(3) == DayOf(columns.at);
    ++found;
    return true;
  });
  if (!read) return read;
  if (!same || found != expected.size()) Fault("sightings", "those of " + name + " are not what the event says");
  return {};
}

// Their numbers of events alone: customers and bytes would take all events once more for each length.
Result<void> IntegrityCheck::Rollups() {
  constexpr std::string_view kOthers =
      "SELECT DISTINCT w.length, w.start FROM rollups w JOIN (SELECT channel FROM events WHERE channel IS NOT NULL"
      " UNION SELECT channel FROM rollups WHERE channel IS NOT NULL) c WHERE w.channel IS NULL"
      " AND (SELECT coalesce(sum(r.events), 0) FROM rollups r WHERE r.length = w.length AND r.start = w.start"
      " AND r.channel = c.channel AND r.ledger IS NULL) <> (SELECT count(*) FROM events e"
      " WHERE e.channel = c.channel AND e.at >= w.start AND e.at < w.start + w.length * 1000000000)";
  return Rows(kOthers, [&](const Statement::Row& row) {
    Fault("roll-ups", "that of " + std::to_string(row.Integer(0)) + " s from " + std::to_string(row.Integer(1)) +
                          " ns since 1970 counts other events than there are");
  });
}

Result<Delivered> IntegrityCheck::ReadDelivered(const MarkKey& key) {
  auto statement = database_.Prepare("SELECT sequence FROM high_water_marks WHERE agent_id = ? AND boot_epoch = ?");
  if (!statement) return statement.error();
  Delivered delivered;
  auto& bound = statement->BindText(1, key.first).Bind(2, static_cast<std::int64_t>(key.second));
  auto read = bound.ForEach([&](const Statement::Row& row) {
    delivered.mark = static_cast<std::uint64_t>(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  auto ahead = SelectAhead(database_, key.first, key.second);
  const std::string name = key.first + " epoch " + std::to_string(key.second);
  if (!ahead) {
    if (ahead.error().code != base::ErrorCode::kDataLoss) return ahead.error();
    Fault("sequences ahead", name + ": they cannot be read");
    return delivered;
  }
  delivered.ahead = *std::move(ahead);
  SequenceRanges above = delivered.ahead;
  above.RemoveUpTo(delivered.mark);
  if (!(above == delivered.ahead)) Fault("sequences ahead", name + ": some are not above the mark");
  return delivered;
}

Result<void> IntegrityCheck::NoteSequence(const v1::Event& event) {
  const MarkKey key(event.agent_id(), event.boot_epoch());
  auto found = delivered_.find(key);
  if (found == delivered_.end()) {
    auto delivered = ReadDelivered(key);
    if (!delivered) return delivered.error();
    found = delivered_.emplace(key, *std::move(delivered)).first;
  }
  Delivered& delivered = found->second;
  if (event.sequence() <= delivered.mark || delivered.ahead.Contains(event.sequence())) return {};
  delivered.outside = std::max(delivered.outside, event.sequence());
  return {};
}

// After the events: of the epochs that have none left, what came ahead is read here.
Result<void> IntegrityCheck::Marks() {
  std::vector<MarkKey> ahead;
  auto listed = Rows("SELECT agent_id, boot_epoch FROM ahead_sequences", [&](const Statement::Row& row) {
    ahead.emplace_back(row.Text(0), static_cast<std::uint64_t>(row.Integer(1)));
  });
  if (!listed) return listed;
  for (const MarkKey& key : ahead) {
    if (delivered_.contains(key)) continue;
    if (auto read = ReadDelivered(key); !read) return read.error();
  }
  for (const auto& [key, delivered] : delivered_) {
    if (delivered.outside == 0) continue;
    Fault("high-water marks", key.first + " epoch " + std::to_string(key.second) + ": the mark is " +
                                  std::to_string(delivered.mark) + ", an event has sequence " +
                                  std::to_string(delivered.outside));
  }
  return {};
}

Result<void> IntegrityCheck::Days() {
  auto sightings = database_.Prepare("SELECT records FROM sightings WHERE day = ?");
  if (!sightings) return sightings.error();
  auto days = database_.Prepare("SELECT number, records FROM holder_days ORDER BY number");
  if (!days) return days.error();
  return Each(*days, [&](const Statement::Row& row) -> Result<void> {
    const auto kept = customers::RecordSet::Parse(row.Blob(1));
    customers::RecordSet united;
    bool readable = static_cast<bool>(kept);
    auto read = sightings->Bind(1, row.Integer(0)).ForEach([&](const Statement::Row& sighting) {
      const auto records = customers::RecordSet::Parse(sighting.Blob(0));
      readable = readable && records;
      if (records) united.Unite(*records);
      return true;
    });
    if (!read) return read;
    const std::string name = "day " + row.Text(0);
    if (!readable) {
      Fault("days", name + " or one of its sightings cannot be read");
    } else if (!(*kept == united)) {
      Fault("days", name + " says " + std::to_string(kept->size()) + " customers, its sightings " +
                        std::to_string(united.size()));
    }
    return {};
  });
}

Result<void> IntegrityCheck::Holders() {
  return Rows("SELECT number FROM holders h WHERE NOT EXISTS (SELECT 1 FROM holder_days WHERE holder = h.number)",
              [&](const Statement::Row& row) { Fault("holders", "holder " + row.Text(0) + " has no day"); });
}

Result<void> IntegrityCheck::LinkedEvents(const v1::Incident& incident, const customers::RecordSet& records,
                                          Statement& linked) {
  std::uint64_t events = 0;
  bool all_counted = true;
  auto read = linked.BindText(1, incident.id()).ForEach([&](const Statement::Row& row) {
    ++events;
    v1::Event event;
    if (!event.ParseFromString(row.Blob(0))) return true;
    const auto of_event = customers::RecordSet::Parse(event.inspection().customers().records());
    all_counted = all_counted && of_event && records.CommonWith(*of_event) == of_event->size();
    return true;
  });
  if (!read) return read;
  // The steps of a sequence are linked, but only its last events count, and only the customers that were carried.
  if (incident.steps_size() > 0) return {};
  if (!all_counted) Fault("incidents", incident.id() + " lacks customers of an event that is linked to it");
  if (events > incident.events()) {
    Fault("incidents", incident.id() + " says " + std::to_string(incident.events()) + " events, linked to it are " +
                           std::to_string(events));
  }
  return {};
}

// Retention may have taken linked events, and of a long window not all are linked: so an incident may say more than its
// links, never less.
Result<void> IntegrityCheck::Incidents() {
  auto linked = database_.Prepare(
      "SELECT e.event FROM incident_events l JOIN events e ON e.position = l.position WHERE l.incident_id = ?");
  if (!linked) return linked.error();
  auto incidents = database_.Prepare("SELECT id, rule, subject, state, incident FROM incidents ORDER BY number");
  if (!incidents) return incidents.error();
  return Each(*incidents, [&](const Statement::Row& row) -> Result<void> {
    v1::Incident incident;
    const bool read = incident.ParseFromString(row.Blob(4));
    const auto records = customers::RecordSet::Parse(incident.records());
    if (!read || !records) {
      Fault("incidents", row.Text(0) + " cannot be read");
      return {};
    }
    if (incident.id() != row.Text(0) || incident.rule() != row.Text(1) || incident.subject() != row.Text(2) ||
        StateColumn(incident) != row.Integer(3)) {
      Fault("incidents", row.Text(0) + " is kept under another id, rule, subject or state than it says");
    }
    if (incident.distinct_customers() != records->size()) {
      Fault("incidents", row.Text(0) + " says " + std::to_string(incident.distinct_customers()) +
                             " customers, its record set " + std::to_string(records->size()));
    }
    return LinkedEvents(incident, *records, *linked);
  });
}

Result<void> IntegrityCheck::Histories() {
  return Rows("SELECT incident_id, number, entry FROM incident_entries", [&](const Statement::Row& row) {
    v1::IncidentEntry entry;
    const bool good =
        entry.ParseFromString(row.Blob(2)) && entry.incident_id() == row.Text(0) && entry.number() == row.Integer(1);
    if (!good) Fault("histories", row.Text(0) + ": an entry cannot be read, or is another's");
  });
}

Result<void> IntegrityCheck::Dossiers() {
  auto dossiers = database_.Prepare(
      "SELECT id, state, dossier, (SELECT count(*) FROM dossier_submissions WHERE dossier_id = id) FROM dossiers");
  if (!dossiers) return dossiers.error();
  auto read = Each(*dossiers, [&](const Statement::Row& row) -> Result<void> {
    v1::Dossier dossier;
    const bool good =
        dossier.ParseFromString(row.Blob(2)) && dossier.id() == row.Text(0) && dossier.state() == row.Integer(1);
    if (!good) Fault("dossiers", row.Text(0) + " cannot be read, or is kept under another id or state than it says");
    if (good && dossier.submissions_size() != row.Integer(3))
      Fault("dossiers", row.Text(0) + " lacks a submission, or has one that it does not know");
    return {};
  });
  if (!read) return read;
  return Rows("SELECT dossier_id, number, submission FROM dossier_submissions", [&](const Statement::Row& row) {
    v1::DossierSubmission submission;
    if (!submission.ParseFromString(row.Blob(2)) || submission.number() != row.Integer(1))
      Fault("dossiers", row.Text(0) + ": a submission cannot be read");
  });
}

Result<void> IntegrityCheck::Unmasks() {
  return Rows("SELECT id, asked_by, incident_id, request FROM unmask_requests", [&](const Statement::Row& row) {
    v1::UnmaskRequest request;
    const bool good = request.ParseFromString(row.Blob(3)) && request.id() == row.Text(0) &&
                      request.asked_by() == row.Text(1) && request.incident_id() == row.Text(2);
    if (!good) Fault("unmask requests", row.Text(0) + " cannot be read, or is another's");
  });
}

// Only the oldest messages of a destination may be gone.
Result<void> IntegrityCheck::Outbox() {
  auto read = Rows("SELECT destination, message FROM outbox", [&](const Statement::Row& row) {
    v1::OutboxMessage message;
    if (!message.ParseFromString(row.Blob(1))) Fault("outbox", "a message for " + row.Text(0) + " cannot be read");
  });
  if (!read) return read;
  constexpr std::string_view kHoles =
      "SELECT o.destination FROM outbox o LEFT JOIN outbox_destinations d ON d.name = o.destination"
      " GROUP BY o.destination HAVING d.name IS NULL OR max(o.number) <> d.last_number"
      " OR max(o.number) - min(o.number) + 1 <> count(*)";
  return Rows(kHoles, [&](const Statement::Row& row) {
    Fault("outbox", "messages for " + row.Text(0) + " are missing between others");
  });
}

Result<void> IntegrityCheck::Audit() {
  const auto verified = VerifyAuditChain(database_);
  if (!verified) return verified.error();
  if (!verified->good()) Fault("audit", verified->fault());
  return {};
}

}  // namespace

Result<std::vector<std::string>> CheckStore(const std::string& path) {
  auto database = Database::OpenToRead(path);
  if (!database) return database.error();
  const auto version = SelectInteger(*database, "PRAGMA user_version");
  if (!version) return version.error();
  const auto known = static_cast<std::int64_t>(StoreMigrations().size());
  if (version->value_or(0) != known) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "store " + path + " has version " + std::to_string(version->value_or(0)) +
                           ", this build knows " + std::to_string(known) +
                           ": use the build that wrote it, or start this one on it once"};
  }
  IntegrityCheck check(*database);
  if (auto read = database->ReadTransaction([&] { return check.All(); }); !read)
    return read.error().Wrap("check " + path);
  return check.TakeFaults();
}

}  // namespace vigie::server
