#include "server/store/sqlite/sqlite_evidence.h"

#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"
#include "server/store/sqlite/sqlite_queries.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::int64_t kLeavesAtATime = 4096;

std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::int64_t Nanoseconds(const google::protobuf::Timestamp& at) {
  return contract::FromProto(at).time_since_epoch().count();
}

Result<void> RunFor(Database& database, std::string_view sql, std::int64_t value) {
  auto statement = database.Prepare(sql);
  return statement ? statement->Bind(1, value).Run() : statement.error();
}

}  // namespace

// A chain that stood before an event would give the next one a place that is taken: it would pass for one that is there
// already, and be acknowledged.
Result<void> EvidenceWriter::ReadPlace() {
  if (place_) return {};
  auto statement =
      database_.Prepare("SELECT position, chain, position < (SELECT max(position) FROM events) FROM evidence_chain");
  if (!statement) return statement.error();
  auto read = statement->ForEach([&](const Statement::Row& row) {
    const auto chain = evidence::ToDigest(row.BlobView(1));
    const bool is_before = !row.IsNull(2) && row.Integer(2) != 0;
    if (chain && !is_before) place_ = evidence::ChainPlace{row.Integer(0), *chain};
    return false;
  });
  if (!read) return read;
  if (place_) return {};
  return Error{ErrorCode::kDataLoss,
               "store: where its chain of events stands cannot be read: run vigie-collector check"};
}

Result<EvidenceWriter::Link> EvidenceWriter::NextFor(const v1::Event& event, const EventProof& proof) {
  if (auto read = ReadPlace(); !read) return read.error();
  const evidence::Digest leaf = evidence::LeafDigest(place_->position + 1, proof.digest, event);
  return Link{evidence::Extend(*place_, leaf), leaf};
}

Result<void> EvidenceWriter::Append(const Link& link, const v1::Event& event, const EventProof& proof) {
  place_ = link.place;
  moved_ = true;
  if (proof.batch != 0) ++kept_[proof.batch];
  return link.place.position % evidence::kHeadEvery == 0 ? InsertHead(Nanoseconds(event.received_at()))
                                                         : Result<void>();
}

Result<void> EvidenceWriter::InsertHead(std::int64_t at) {
  auto statement = database_.Prepare("INSERT OR IGNORE INTO evidence_heads (position, chain, at) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  return statement->Bind(1, place_->position).BindBlob(2, evidence::Bytes(place_->chain)).Bind(3, at).Run();
}

Result<void> EvidenceWriter::AddHead(base::SystemTime now) {
  if (auto read = ReadPlace(); !read) return read;
  return InsertHead(now.time_since_epoch().count());
}

Result<void> EvidenceWriter::SignHead(const v1::EvidenceHead& head) {
  auto statement = database_.Prepare(
      "UPDATE evidence_heads SET certificate = ?, signature = ?, at = ? WHERE position = ? AND chain = ?");
  if (!statement) return statement.error();
  statement->BindText(1, head.certificate()).BindBlob(2, head.signature()).Bind(3, Nanoseconds(head.at()));
  if (auto done = statement->Bind(4, head.position()).BindBlob(5, head.chain()).Run(); !done) return done;
  if (database_.changes() == 1) return {};
  return Error{ErrorCode::kNotFound, "store: the chain of events has no such head"};
}

Result<void> EvidenceWriter::KeepCertificate(const v1::EvidenceCertificate& certificate) {
  auto statement =
      database_.Prepare("INSERT OR IGNORE INTO evidence_certificates (fingerprint, subject, pem) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  statement->BindText(1, certificate.fingerprint()).BindText(2, certificate.subject());
  return statement->BindText(3, certificate.pem()).Run();
}

Result<std::uint64_t> EvidenceWriter::AddBatch(const v1::EvidenceBatch& batch) {
  auto statement = database_.Prepare("INSERT INTO evidence_batches (kept, batch) VALUES (0, ?)");
  if (!statement) return statement.error();
  if (auto inserted = statement->BindBlob(1, batch.SerializeAsString()).Run(); !inserted) return inserted.error();
  const auto number = static_cast<std::uint64_t>(database_.last_row());
  kept_[number] = 0;
  return number;
}

Result<void> EvidenceWriter::Finish() {
  for (const auto& [number, count] : kept_) {
    auto statement = database_.Prepare("UPDATE evidence_batches SET kept = kept + ? WHERE number = ?");
    if (!statement) return statement.error();
    if (auto written = statement->Bind(1, count).Bind(2, Signed(number)).Run(); !written) return written;
    if (count > 0) continue;
    // All of its events were there already.
    const std::string_view unused = "DELETE FROM evidence_batches WHERE number = ? AND kept = 0";
    if (auto removed = RunFor(database_, unused, Signed(number)); !removed) return removed;
  }
  if (!moved_) return {};
  auto statement = database_.Prepare("UPDATE evidence_chain SET position = ?, chain = ?");
  if (!statement) return statement.error();
  return statement->Bind(1, place_->position).BindBlob(2, evidence::Bytes(place_->chain)).Run();
}

v1::EvidenceHead HeadOf(const Statement::Row& row) {
  v1::EvidenceHead head;
  head.set_position(row.Integer(0));
  head.set_chain(row.Blob(1));
  *head.mutable_at() = contract::ToProto(base::SystemTime(std::chrono::nanoseconds(row.Integer(2))));
  if (!row.IsNull(3)) head.set_certificate(row.Text(3));
  if (!row.IsNull(4)) head.set_signature(row.Blob(4));
  return head;
}

Result<EvidenceStore::ChainState> SelectChainState(Database& database) {
  EvidenceStore::ChainState state;
  auto statement = database.Prepare(
      "SELECT position, chain, at, certificate, signature FROM evidence_heads WHERE signature IS NULL ORDER BY position"
      " LIMIT ?");
  if (!statement) return statement.error();
  auto read = statement->Bind(1, kMostUnsignedHeads).ForEach([&](const Statement::Row& row) {
    state.unsigned_heads.push_back(HeadOf(row));
    return true;
  });
  if (!read) return read.error();
  const auto grown =
      SelectInteger(database, "SELECT position > (SELECT max(position) FROM evidence_heads) FROM evidence_chain");
  if (!grown) return grown.error();
  state.grown = grown->value_or(0) != 0;
  return state;
}

Result<void> ReleaseEvidence(Database& database, std::int64_t position) {
  for (const std::string_view sql :
       {"INSERT OR IGNORE INTO evidence_removed (position, leaf) SELECT position, leaf FROM events WHERE position = ?"
        " AND leaf IS NOT NULL",
        "UPDATE evidence_batches SET kept = kept - 1 WHERE number = (SELECT batch FROM events WHERE position = ?)",
        "DELETE FROM evidence_batches WHERE kept <= 0 AND number = (SELECT batch FROM events WHERE position = ?)"}) {
    if (auto done = RunFor(database, sql, position); !done) return done;
  }
  return {};
}

Result<void> ShortenChain(Database& database) {
  const auto begin = SelectInteger(database,
                                   "SELECT max(position) FROM evidence_heads WHERE signature IS NOT NULL AND position <"
                                   " (SELECT min(position) FROM events)");
  if (!begin) return begin.error();
  if (!*begin) return {};
  if (auto done = RunFor(database, "DELETE FROM evidence_heads WHERE position < ?", **begin); !done) return done;
  auto leaves = database.Prepare(
      "DELETE FROM evidence_removed WHERE position IN"
      " (SELECT position FROM evidence_removed WHERE position <= ? ORDER BY position LIMIT ?)");
  if (!leaves) return leaves.error();
  return leaves->Bind(1, **begin).Bind(2, kLeavesAtATime).Run();
}

}  // namespace vigie::server
