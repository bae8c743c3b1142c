#include "server/cli/evidence_report.h"

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/event_json.h"
#include "server/cli/printable.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;
using Json = nlohmann::ordered_json;

// The worst that holds of any event.
enum class Verdict { kGood, kPartly, kEmpty, kBroken };

Verdict VerdictOf(const v1::EvidenceReport& report) {
  if (!report.faults().empty() || report.broken() > 0) return Verdict::kBroken;
  if (report.events() == 0) return Verdict::kEmpty;
  return report.not_chained() > 0 ? Verdict::kPartly : Verdict::kGood;
}

std::string_view TextOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "good";
    case Verdict::kPartly:
      return "NOT ALL IS SHOWN";
    case Verdict::kEmpty:
      return "NOTHING IS SHOWN";
    case Verdict::kBroken:
      break;
  }
  return "NOT GOOD";
}

Json ReportJson(const v1::EvidenceReport& report) {
  Json faults = Json::array();
  for (const v1::EvidenceFault& fault : report.faults()) {
    faults.push_back({{"kind", NameOf(fault.kind())}, {"event", fault.event_id()}, {"what", fault.what()}});
  }
  Json signers = Json::array();
  for (const v1::EvidenceSigner& signer : report.signers()) {
    signers.push_back(
        {{"name", signer.name()}, {"fingerprint", signer.fingerprint()}, {"signatures", signer.signatures()}});
  }
  return {{"good", VerdictOf(report) == Verdict::kGood},
          {"incident", report.incident_id()},
          {"made_at", report.has_made_at() ? FormatTime(report.made_at()) : ""},
          {"events", report.events()},
          {"signed_by_host", report.host()},
          {"chained_by_collector_only", report.collector()},
          {"not_chained", report.not_chained()},
          {"broken", report.broken()},
          {"links", report.links()},
          {"incident_events", report.incident_events()},
          {"records_concealed", report.records_concealed()},
          {"authority_checked", report.authority_checked()},
          {"signers", signers},
          {"faults", faults},
          {"other_faults", report.other_faults()}};
}

std::string Events(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

void TellStates(const v1::EvidenceReport& report, std::ostream& out) {
  const auto tell = [&](std::uint64_t count, const char* what) {
    if (count > 0) out << "  " << Events(count) << " " << what << "\n";
  };
  tell(report.host(), "signed by their workstations, and in the collector's chain");
  tell(report.collector(), "in the collector's chain; their workstations signed nothing");
  tell(report.not_chained(), "stored by a version that kept no chain: nothing shows that they are as they were");
  tell(report.broken(), "BROKEN");
  tell(report.links(), "held against the one before it on its workstation");
}

void TellRest(const v1::EvidenceReport& report, std::ostream& out) {
  if (report.has_made_at()) out << "Read from the store at " << FormatTime(report.made_at()) << ".\n";
  if (report.incident_events() > report.events()) {
    out << "The incident has counted " << Events(report.incident_events()) << ": the others are not kept any more, or "
        << "were never linked to it.\n";
  }
  if (report.records_concealed()) out << "Which customers they held is concealed; that changes nothing of the rest.\n";
  for (const v1::EvidenceSigner& signer : report.signers()) {
    out << "  " << signer.signatures() << " signatures of " << Printable(signer.name()) << ", certificate "
        << Printable(signer.fingerprint()) << "\n";
  }
  if (!report.authority_checked()) {
    out << "Whose certificates these are was not checked: give the authority's with --ca.\n";
  }
}

void TellFaults(const v1::EvidenceReport& report, std::ostream& out) {
  for (const v1::EvidenceFault& fault : report.faults()) {
    const std::string where = fault.event_id().empty() ? "" : "event " + fault.event_id() + ": ";
    out << "  " << Printable(where + fault.what()) << "\n";
  }
  if (report.other_faults() > 0) out << "  and " << report.other_faults() << " more\n";
}

}  // namespace

int TellEvidence(const v1::EvidenceReport& report, Context& context) {
  const Verdict verdict = VerdictOf(report);
  if (context.json()) {
    context.out << JsonLine(ReportJson(report)) << "\n";
  } else {
    context.out << TextOf(verdict) << ": " << Events(report.events()) << " of "
                << Printable(report.incident_id().empty() ? "no incident" : report.incident_id()) << "\n";
    TellFaults(report, context.out);
    TellStates(report, context.out);
    TellRest(report, context.out);
  }
  return verdict == Verdict::kGood ? kFine : kFound;
}

}  // namespace vigie::cli
