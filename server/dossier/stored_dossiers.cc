#include "server/dossier/stored_dossiers.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"
#include "server/dossier/dossier_checks.h"
#include "server/dossier/dossier_export.h"
#include "server/dossier/dossier_facts.h"

namespace vigie::server::dossier {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxReasonBytes = 4096;

Error Unknown() {
  return {ErrorCode::kNotFound, "there is no dossier of this id"};
}

Result<v1::DossierFacts> ReadFacts(const v1::DossierContent& content, base::SystemTime now,
                                   StoreTransaction& transaction) {
  std::vector<v1::Incident> incidents;
  for (const std::string& id : content.incident_ids()) {
    auto incident = transaction.FindIncident(id);
    if (!incident) return incident.error();
    if (!*incident) return Error{ErrorCode::kNotFound, "incident_ids: there is no incident " + id};
    incidents.push_back(std::move(**incident));
  }
  return FactsOf(incidents, now);
}

void Stamp(base::SystemTime now, const std::string& who, v1::Dossier& dossier) {
  dossier.set_revision(dossier.revision() + 1);
  *dossier.mutable_updated_at() = contract::ToProto(now);
  dossier.set_updated_by(who);
  *dossier.mutable_deadline() = contract::ToProto(DeadlineOf(dossier.content()));
  const auto& submissions = dossier.submissions();
  const bool changed = !submissions.empty() &&
                       submissions.rbegin()->content().SerializeAsString() != dossier.content().SerializeAsString();
  dossier.set_changed_since_submission(changed);
}

bool HasSameIncidents(const v1::DossierContent& one, const v1::DossierContent& other) {
  return std::ranges::equal(one.incident_ids(), other.incident_ids());
}

// What the authority was told of is not taken back by leaving it out. The latest submission has all of the earlier
// ones.
Result<void> CheckSubmittedStay(const v1::Dossier& dossier, const v1::DossierContent& content) {
  if (dossier.submissions().empty()) return {};
  const auto& kept = content.incident_ids();
  for (const std::string& id : dossier.submissions().rbegin()->content().incident_ids()) {
    if (std::ranges::find(kept, id) != kept.end()) continue;
    return Error{ErrorCode::kFailedPrecondition, "incident_ids: " + id + " was submitted and stays"};
  }
  return {};
}

}  // namespace

Result<v1::Dossier> StoredDossiers::Create(const v1::CreateDossierRequest& request, const std::string& who) {
  const base::SystemTime now = deps_.clock.Now();
  v1::Dossier dossier;
  dossier.set_state(v1::DOSSIER_STATE_DRAFT);
  *dossier.mutable_created_at() = contract::ToProto(now);
  dossier.set_created_by(who);
  auto made = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    v1::DossierContent content = request.content();
    if (!content.has_aware_at()) *content.mutable_aware_at() = contract::ToProto(now);
    if (auto good = CheckContent(now, content); !good) return good;
    auto facts = ReadFacts(content, now, transaction);
    if (!facts) return facts.error();
    Prefill(*facts, now, content);
    auto id = transaction.NextDossierId();
    if (!id) return id.error();
    dossier.set_id(*std::move(id));
    *dossier.mutable_content() = std::move(content);
    *dossier.mutable_facts() = *std::move(facts);
    Stamp(now, who, dossier);
    return transaction.SaveDossier(dossier);
  });
  if (!made) return made.error();
  return dossier;
}

Result<v1::Dossier> StoredDossiers::Get(const std::string& id) {
  auto found = deps_.store.FindDossier(id);
  if (!found) return found.error();
  if (!*found) return Unknown();
  return std::move(**found);
}

Result<DossierPage> StoredDossiers::List(const DossierQuery& query) {
  return deps_.store.ListDossiers(query);
}

Result<v1::Dossier> StoredDossiers::Write(const Writer& writer, const Change& change) {
  v1::Dossier written;
  auto done = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto found = transaction.FindDossier(writer.id);
    if (!found) return found.error();
    if (!*found) return Unknown();
    written = std::move(**found);
    if (written.state() == v1::DOSSIER_STATE_CLOSED)
      return Error{ErrorCode::kFailedPrecondition, "dossier " + writer.id + " is closed"};
    if (written.revision() != writer.revision) {
      return Error{ErrorCode::kAlreadyExists, "revision: it is " + std::to_string(written.revision()) +
                                                  " by now, written by somebody else: read it again"};
    }
    if (auto changed = change(written, transaction); !changed) return changed;
    Stamp(deps_.clock.Now(), writer.who, written);
    return transaction.SaveDossier(written);
  });
  if (!done) return done.error();
  return written;
}

Result<v1::Dossier> StoredDossiers::Update(const v1::UpdateDossierRequest& request, const std::string& who) {
  const auto change = [&](v1::Dossier& dossier, StoreTransaction& transaction) -> Result<void> {
    const base::SystemTime now = deps_.clock.Now();
    v1::DossierContent content = request.content();
    if (auto good = CheckContent(now, content); !good) return good;
    if (auto stay = CheckSubmittedStay(dossier, content); !stay) return stay;
    const bool others = !HasSameIncidents(content, dossier.content());
    v1::DossierFacts facts = dossier.facts();
    if (request.refresh_facts() || others) {
      auto read = ReadFacts(content, now, transaction);
      if (!read) return read.error();
      facts = *std::move(read);
    }
    if (others || content.language() != dossier.content().language()) FollowFacts(dossier, facts, content);
    *dossier.mutable_facts() = std::move(facts);
    *dossier.mutable_content() = std::move(content);
    return {};
  };
  return Write({request.id(), request.revision(), who}, change);
}

Result<void> StoredDossiers::AddSubmission(const v1::SubmitPhaseRequest& request, const std::string& who,
                                           v1::Dossier& dossier) const {
  if (dossier.submissions_size() >= kMaxSubmissions)
    return Error{ErrorCode::kResourceExhausted, "the dossier has as many submissions as one may have"};
  const base::SystemTime now = deps_.clock.Now();
  v1::DossierSubmission submission;
  *submission.mutable_at() = contract::ToProto(now);
  *submission.mutable_notified_at() = request.has_notified_at() ? request.notified_at() : submission.at();
  if (auto good = CheckPast(submission.notified_at(), now, "notified_at"); !good) return good;
  const base::SystemTime notified = contract::FromProto(submission.notified_at());
  if (notified < contract::FromProto(dossier.content().aware_at()))
    return Error{ErrorCode::kInvalidArgument, "notified_at: is before the controller was aware"};
  const bool initial = dossier.submissions().empty();
  submission.set_late(initial && notified > DeadlineOf(dossier.content()));
  if (auto good = CheckSubmission(dossier.content(), submission.late()); !good) return good;
  submission.set_number(static_cast<std::uint32_t>(dossier.submissions_size()) + 1);
  submission.set_phase(initial ? v1::DOSSIER_PHASE_INITIAL : v1::DOSSIER_PHASE_FOLLOW_UP);
  submission.set_by(who);
  *submission.mutable_content() = dossier.content();
  *submission.mutable_facts() = dossier.facts();
  *dossier.add_submissions() = std::move(submission);
  dossier.set_state(v1::DOSSIER_STATE_SUBMITTED);
  return {};
}

Result<v1::Dossier> StoredDossiers::Submit(const v1::SubmitPhaseRequest& request, const std::string& who) {
  return Write({request.id(), request.revision(), who},
               [&](v1::Dossier& dossier, StoreTransaction&) { return AddSubmission(request, who, dossier); });
}

Result<v1::Dossier> StoredDossiers::Close(const v1::CloseDossierRequest& request, const std::string& who) {
  if (request.reason().size() > kMaxReasonBytes)
    return Error{ErrorCode::kInvalidArgument, "reason: longer than 4096 bytes"};
  return Write({request.id(), request.revision(), who}, [&](v1::Dossier& dossier, StoreTransaction&) -> Result<void> {
    if (dossier.submissions().empty() && dossier.content().not_notified_reason().empty()) {
      return Error{ErrorCode::kFailedPrecondition,
                   "nothing was submitted: say in not_notified_reason why the authority is not notified"};
    }
    dossier.set_state(v1::DOSSIER_STATE_CLOSED);
    dossier.set_closed_reason(request.reason());
    dossier.set_closed_by(who);
    *dossier.mutable_closed_at() = contract::ToProto(deps_.clock.Now());
    return {};
  });
}

Result<v1::ExportDossierResponse> StoredDossiers::Export(const v1::ExportDossierRequest& request) {
  auto dossier = Get(request.id());
  if (!dossier) return dossier.error();
  if (request.submission() > 0) {
    if (auto taken = TakeSubmission(request.submission(), *dossier); !taken) return taken.error();
  }
  return WriteExport(*dossier, request);
}

}  // namespace vigie::server::dossier
