#include "server/store/sqlite/sqlite_evidence_reader.h"

#include "server/store/sqlite/sqlite_evidence.h"
#include "server/store/sqlite/sqlite_queries.h"

namespace vigie::server {

using base::Result;
using sqlite::Statement;

namespace {

// So that no read transaction lives long while somebody takes a file slowly.
constexpr std::int64_t kEventsAtATime = 200;
// Reached by few: an event may have a megabyte.
constexpr std::size_t kBytesAtATime = std::size_t{4} << 20;
// One more than there are between heads, so that a stretch whose heads somebody took away is too long, not huge.
constexpr std::int64_t kMostLeaves = evidence::kHeadEvery + 1;

// Retention removes an event with its link to the incident: one that is linked and not there was chained, too.
v1::EvidenceEvent EventOf(const Statement::Row& row) {
  v1::EvidenceEvent event;
  event.set_position(row.Integer(0));
  const bool is_there = !row.IsNull(1);
  if (!is_there || !event.mutable_event()->ParseFromString(row.Blob(1))) event.clear_event();
  event.set_chained(!is_there || !row.IsNull(2));
  if (!row.IsNull(3)) event.set_batch(static_cast<std::uint64_t>(row.Integer(3)));
  return event;
}

}  // namespace

Result<std::unique_ptr<EvidenceReader>> SqliteEvidenceReader::Open(const std::string& path) {
  auto database = sqlite::Database::OpenToRead(path);
  if (!database) return database.error();
  return std::unique_ptr<EvidenceReader>(new SqliteEvidenceReader(*std::move(database)));
}

Result<EvidenceReader::Linked> SqliteEvidenceReader::LinkedTo(const std::string& incident_id) {
  auto statement =
      database_.Prepare("SELECT count(*), coalesce(max(position), 0) FROM incident_events WHERE incident_id = ?");
  if (!statement) return statement.error();
  Linked linked;
  auto read = statement->BindText(1, incident_id).ForEach([&](const Statement::Row& row) {
    linked = {static_cast<std::uint64_t>(row.Integer(0)), row.Integer(1)};
    return false;
  });
  if (!read) return read.error();
  return linked;
}

Result<std::vector<v1::EvidenceEvent>> SqliteEvidenceReader::NextOf(const std::string& incident_id, Stretch stretch) {
  auto statement = database_.Prepare(
      "SELECT l.position, e.event, e.leaf, e.batch FROM incident_events l LEFT JOIN events e ON e.position = l.position"
      " WHERE l.incident_id = ? AND l.position > ? AND l.position <= ? ORDER BY l.position LIMIT ?");
  if (!statement) return statement.error();
  std::vector<v1::EvidenceEvent> events;
  std::size_t bytes = 0;
  statement->BindText(1, incident_id).Bind(2, stretch.after).Bind(3, stretch.last).Bind(4, kEventsAtATime);
  auto read = statement->ForEach([&](const Statement::Row& row) {
    bytes += events.emplace_back(EventOf(row)).ByteSizeLong();
    return bytes < kBytesAtATime;
  });
  if (!read) return read.error();
  return events;
}

Result<void> SqliteEvidenceReader::EachOfIncident(const std::string& incident_id, std::int64_t last, const Each& each) {
  std::int64_t after = 0;
  while (true) {
    const auto events = NextOf(incident_id, {after, last});
    if (!events) return events.error();
    if (events->empty()) return {};
    for (const v1::EvidenceEvent& event : *events) {
      if (auto done = each(event); !done) return done;
    }
    after = events->back().position();
  }
}

Result<std::optional<v1::EvidenceHead>> SqliteEvidenceReader::FindHead(std::string_view sql, std::int64_t position) {
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  std::optional<v1::EvidenceHead> head;
  auto read = statement->Bind(1, position).ForEach([&](const Statement::Row& row) {
    head = HeadOf(row);
    return false;
  });
  if (!read) return read.error();
  return head;
}

Result<std::optional<v1::EvidenceSegment>> SqliteEvidenceReader::SegmentOf(std::int64_t position) {
  const auto end = FindHead(
      "SELECT position, chain, at, certificate, signature FROM evidence_heads WHERE position >= ? ORDER BY position"
      " LIMIT 1",
      position);
  if (!end) return end.error();
  const auto begin = FindHead(
      "SELECT position, chain, at, certificate, signature FROM evidence_heads WHERE position < ? ORDER BY position DESC"
      " LIMIT 1",
      position);
  if (!begin) return begin.error();
  if (!*begin || !*end) return std::optional<v1::EvidenceSegment>();
  v1::EvidenceSegment segment;
  segment.set_after((*begin)->position());
  segment.set_chain((*begin)->chain());
  *segment.mutable_head() = **end;
  auto statement = database_.Prepare(
      "SELECT leaf FROM (SELECT position, leaf FROM events WHERE position > ?1 AND position <= ?2 AND leaf IS NOT NULL"
      " UNION ALL SELECT position, leaf FROM evidence_removed WHERE position > ?1 AND position <= ?2) ORDER BY "
      "position LIMIT ?3");
  if (!statement) return statement.error();
  statement->Bind(1, segment.after()).Bind(2, segment.head().position()).Bind(3, kMostLeaves);
  auto read = statement->ForEach([&](const Statement::Row& row) {
    segment.mutable_leaves()->append(row.BlobView(0));
    return true;
  });
  if (!read) return read.error();
  return std::optional(std::move(segment));
}

Result<std::optional<v1::EvidenceBatch>> SqliteEvidenceReader::FindBatch(std::uint64_t number) {
  auto statement = database_.Prepare("SELECT batch FROM evidence_batches WHERE number = ?");
  if (!statement) return statement.error();
  std::optional<v1::EvidenceBatch> batch;
  auto read = statement->Bind(1, static_cast<std::int64_t>(number)).ForEach([&](const Statement::Row& row) {
    if (!batch.emplace().ParseFromString(row.Blob(0))) batch.reset();
    return false;
  });
  if (!read) return read.error();
  if (batch) batch->set_number(number);
  return batch;
}

Result<std::optional<v1::EvidenceCertificate>> SqliteEvidenceReader::FindCertificate(const std::string& fingerprint) {
  auto statement =
      database_.Prepare("SELECT fingerprint, subject, pem FROM evidence_certificates WHERE fingerprint = ?");
  if (!statement) return statement.error();
  std::optional<v1::EvidenceCertificate> certificate;
  auto read = statement->BindText(1, fingerprint).ForEach([&](const Statement::Row& row) {
    certificate.emplace();
    certificate->set_fingerprint(row.Text(0));
    certificate->set_subject(row.Text(1));
    certificate->set_pem(row.Text(2));
    return false;
  });
  if (!read) return read.error();
  return certificate;
}

}  // namespace vigie::server
