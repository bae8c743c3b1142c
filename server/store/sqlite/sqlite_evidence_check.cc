#include "server/store/sqlite/sqlite_evidence_check.h"

#include <map>
#include <optional>
#include <utility>

#include "core/evidence/batch_seal.h"
#include "core/evidence/collector_chain.h"
#include "core/evidence/event_digest.h"
#include "core/evidence/link_check.h"
#include "proto/contract/validation.h"
#include "server/store/sqlite/sqlite_evidence.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::size_t kMostBatchesAtATime = 256;

class EvidenceCheck {
 public:
  EvidenceCheck(Database& database, const std::function<void(const std::string&)>& fault)
      : database_(database), fault_(fault) {}

  Result<void> All() {
    for (const auto step : {&EvidenceCheck::Certificates, &EvidenceCheck::Heads, &EvidenceCheck::Chain,
                            &EvidenceCheck::End, &EvidenceCheck::Batches}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    Links();
    return {};
  }

 private:
  using EpochKey = std::pair<std::string, std::uint64_t>;

  template <typename Read>
  Result<void> Rows(std::string_view sql, Read read) {
    auto statement = database_.Prepare(sql);
    if (!statement) return statement.error();
    return statement->ForEach([&](const Statement::Row& row) {
      read(row);
      return true;
    });
  }

  Result<void> Certificates();
  Result<void> Heads();
  Result<void> Chain();
  Result<void> ChainRow(const Statement::Row& row);
  Result<void> EventRow(const Statement::Row& row);
  void HoldAgainstHead();
  void CheckSignature(const v1::EvidenceHead& head);
  Result<const v1::EvidenceBatch*> BatchOf(std::uint64_t number);
  Result<void> End();
  Result<void> Batches();
  void Links();

  Database& database_;
  const std::function<void(const std::string&)>& fault_;
  std::map<std::string, std::shared_ptr<const evidence::HostKey>> hosts_;  // by fingerprint
  std::map<std::string, credentials::VerifyingKey> collectors_;            // by fingerprint
  std::map<std::int64_t, v1::EvidenceHead> heads_;
  std::optional<evidence::ChainPlace> place_;
  std::map<std::uint64_t, v1::EvidenceBatch> batches_;
  std::map<EpochKey, evidence::LinkCheck> links_;
};

Result<void> EvidenceCheck::Certificates() {
  return Rows("SELECT fingerprint, subject, pem FROM evidence_certificates", [&](const Statement::Row& row) {
    const auto fingerprint = credentials::FingerprintOf(row.Text(2));
    const bool same = fingerprint && *fingerprint == row.Text(0);
    auto host = evidence::HostKey::Of(row.Text(2));
    auto collector = credentials::VerifyingKey::OfCertificate(row.Text(2));
    if (same && host && (*host)->agent_id() == row.Text(1)) {
      hosts_.emplace(*fingerprint, *std::move(host));
    } else if (same && collector && row.Text(1).empty() && credentials::IsEvidenceCertificate(row.Text(2))) {
      collectors_.emplace(*fingerprint, *std::move(collector));
    } else {
      fault_("certificate " + row.Text(0) + " is not what it is kept as");
    }
  });
}

// They are signed in their order: only the last of them may wait for it.
Result<void> EvidenceCheck::Heads() {
  std::optional<std::int64_t> waits;
  return Rows("SELECT position, chain, at, certificate, signature FROM evidence_heads ORDER BY position",
              [&](const Statement::Row& row) {
                const v1::EvidenceHead& head = heads_.emplace(row.Integer(0), HeadOf(row)).first->second;
                if (head.signature().empty()) waits = waits.value_or(head.position());
                if (head.signature().empty() || !waits) return;
                fault_("the signature of the chain at position " + std::to_string(*waits) + " is missing");
                waits.reset();
              });
}

void EvidenceCheck::CheckSignature(const v1::EvidenceHead& head) {
  if (head.signature().empty()) return;
  const auto signer = collectors_.find(head.certificate());
  if (signer != collectors_.end() && signer->second.Verifies(evidence::HeadStatement(head), head.signature())) return;
  fault_("the signature of the chain at position " + std::to_string(head.position()) + " does not fit");
}

// From a head that does not fit on, the chain is followed as the head has it: what is wrong is before it.
void EvidenceCheck::HoldAgainstHead() {
  const auto head = heads_.find(place_->position);
  if (head == heads_.end()) return;
  CheckSignature(head->second);
  if (head->second.chain() == evidence::Bytes(place_->chain)) return;
  const std::string after = head == heads_.begin() ? "0" : std::to_string(std::prev(head)->first);
  fault_("the chain of events is broken after position " + after + " and up to " + std::to_string(place_->position));
  if (const auto chain = evidence::ToDigest(head->second.chain())) place_->chain = *chain;
}

Result<void> EvidenceCheck::Chain() {
  if (heads_.empty()) {
    fault_("the chain of events has no beginning");
    return {};
  }
  const auto& [position, begin] = *heads_.begin();
  const auto chain = evidence::ToDigest(begin.chain());
  place_ = evidence::ChainPlace{position, chain.value_or(evidence::Digest{})};
  CheckSignature(begin);
  auto rows = database_.Prepare(
      "SELECT position, leaf, event, batch FROM events WHERE position > ?1"
      " UNION ALL SELECT position, leaf, NULL, NULL FROM evidence_removed WHERE position > ?1 ORDER BY 1");
  if (!rows) return rows.error();
  rows->Bind(1, position);
  return Each(*rows, [&](const Statement::Row& row) { return ChainRow(row); });
}

Result<void> EvidenceCheck::ChainRow(const Statement::Row& row) {
  const std::int64_t position = row.Integer(0);
  const std::string name = "position " + std::to_string(position);
  if (position <= place_->position) {
    fault_(name + " of the chain of events is taken twice");
    return {};
  }
  if (position > place_->position + 1) {
    fault_("events of the chain are missing after position " + std::to_string(place_->position) + " and before " +
           std::to_string(position));
    place_->position = position - 1;
  }
  const auto leaf = row.IsNull(1) ? std::nullopt : evidence::ToDigest(row.BlobView(1));
  if (!leaf) fault_("what the chain of events has at " + name + " cannot be read");
  *place_ = evidence::Extend(*place_, leaf.value_or(evidence::Digest{}));
  auto checked = row.IsNull(2) ? Result<void>() : EventRow(row);
  HoldAgainstHead();
  return checked;
}

// To the bit: bytes that are read as the same event are not what was stored. Nor is one with a digest in place of its
// record sets, which has the same digest itself: none is ever stored.
Result<void> EvidenceCheck::EventRow(const Statement::Row& row) {
  v1::Event event;
  if (!event.ParseFromString(row.Blob(2))) return {};  // told with the events
  const std::string id = contract::EventId(event);
  const evidence::Digest own = evidence::EventDigest(event);
  const auto host = evidence::HostDigest(event, own);
  const bool same = event.SerializeAsString() == row.BlobView(2) && !evidence::IsConcealed(event) &&
                    row.BlobView(1) == evidence::Bytes(evidence::LeafDigest(row.Integer(0), own, event));
  if (!same || !host) fault_("event " + id + " is not the one that was chained");
  if (!event.previous().empty() && host) {
    const EpochKey key(event.agent_id(), event.boot_epoch());
    links_.try_emplace(key, event.agent_id(), event.boot_epoch())
        .first->second.Take(event.sequence(), event.previous(), *host);
  }
  if (row.IsNull(3)) return {};
  const auto batch = BatchOf(static_cast<std::uint64_t>(row.Integer(3)));
  if (!batch) return batch.error();
  const bool is_signed = *batch != nullptr && (*batch)->agent_id() == event.agent_id() &&
                         (*batch)->boot_epoch() == event.boot_epoch() &&
                         evidence::DigestIn(**batch, event.sequence()) == host;
  if (!is_signed) fault_("event " + id + " is not the one that its host has signed");
  return {};
}

// Null if there is none.
Result<const v1::EvidenceBatch*> EvidenceCheck::BatchOf(std::uint64_t number) {
  if (const auto known = batches_.find(number); known != batches_.end()) return &known->second;
  auto statement = database_.Prepare("SELECT batch FROM evidence_batches WHERE number = ?");
  if (!statement) return statement.error();
  if (batches_.size() >= kMostBatchesAtATime) batches_.clear();
  const v1::EvidenceBatch* found = nullptr;
  auto read = statement->Bind(1, static_cast<std::int64_t>(number)).ForEach([&](const Statement::Row& row) {
    v1::EvidenceBatch batch;
    if (batch.ParseFromString(row.Blob(0))) found = &batches_.emplace(number, std::move(batch)).first->second;
    return false;
  });
  if (!read) return read.error();
  if (found == nullptr) return found;
  const auto host = hosts_.find(found->certificate());
  if (host == hosts_.end() || !host->second->Verifies(evidence::ClaimOf(*found), found->signature())) {
    fault_("the signature of " + found->agent_id() + " under batch " + std::to_string(number) + " does not fit");
  }
  return found;
}

// Heads that are left behind the end say that there was more.
Result<void> EvidenceCheck::End() {
  if (place_ && !heads_.empty() && heads_.rbegin()->first > place_->position) {
    fault_("the chain of events ends at position " + std::to_string(place_->position) + " and has stood at " +
           std::to_string(heads_.rbegin()->first));
  }
  return Rows("SELECT position, chain FROM evidence_chain", [&](const Statement::Row& row) {
    if (!place_ || (row.Integer(0) == place_->position && row.BlobView(1) == evidence::Bytes(place_->chain))) return;
    fault_("the chain of events ends at position " + std::to_string(place_->position) + " and is said to stand at " +
           std::to_string(row.Integer(0)));
  });
}

Result<void> EvidenceCheck::Batches() {
  constexpr std::string_view kOthers =
      "SELECT b.number FROM evidence_batches b LEFT JOIN"
      " (SELECT batch, count(*) AS events FROM events WHERE batch IS NOT NULL GROUP BY batch) e ON e.batch = b.number"
      " WHERE b.kept <> coalesce(e.events, 0)";
  return Rows(kOthers, [&](const Statement::Row& row) {
    fault_("batch " + row.Text(0) + " counts other events than there are");
  });
}

void EvidenceCheck::Links() {
  for (auto& [key, check] : links_) {
    for (const std::uint64_t sequence : check.Finish().broken) {
      fault_("event " + key.first + "/" + std::to_string(key.second) + "/" + std::to_string(sequence) +
             " does not follow the one before it");
    }
  }
}

}  // namespace

Result<void> CheckEvidence(Database& database, const std::function<void(const std::string&)>& fault) {
  return EvidenceCheck(database, fault).All();
}

}  // namespace vigie::server
