#include "server/api/method_table.h"

#include <algorithm>
#include <array>

namespace vigie::server::api {
namespace {

constexpr std::string_view kPackage = "/vigie.v1.";

constexpr v1::AuditAccess kReads = v1::AUDIT_ACCESS_READ;
constexpr v1::AuditAccess kChanges = v1::AUDIT_ACCESS_CHANGE;

constexpr MethodRule kRules[] = {
    {"AgentService/Connect", Caller::kAgent, kChanges},
    {"EnrollmentService/Enroll", Caller::kAnyone, kChanges},

    {"IncidentService/ListIncidents", Caller::kPerson, kReads, kAnalysts},
    {"IncidentService/GetIncident", Caller::kPerson, kReads, kAnalysts},
    {"IncidentService/WatchIncidents", Caller::kPerson, kReads, kAnalysts},
    {"IncidentService/CloseIncident", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/AssignIncident", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/ReopenIncident", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/AddIncidentComment", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/ListIncidentHistory", Caller::kPerson, kReads, kAnalysts},
    {"IncidentService/SimilarIncidents", Caller::kPerson, kReads, kAnalysts},
    {"IncidentService/ListNearThresholds", Caller::kPerson, kReads, kAnalysts},
    {"EventService/QueryEvents", Caller::kPerson, kReads, kAnalysts},
    {"EventService/WatchEvents", Caller::kPerson, kReads, kAnalysts},
    {"EventService/SummarizeEvents", Caller::kPerson, kReads, kAnalysts},
    {"AttributionService/Attribute", Caller::kPerson, kReads, kAnalysts},
    {"AttributionService/DescribeUpload", Caller::kPerson, kReads, kAnalysts, false},
    {"AttributionService/AttributeUpload", Caller::kPerson, kReads, kAnalysts},
    {"FleetService/ListAgents", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"FleetService/ListGaps", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"FleetService/RevokeAgent", Caller::kPerson, kChanges},

    {"PolicyService/GetPolicy", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"PolicyService/ListPolicyVersions", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"PolicyService/BacktestPolicy", Caller::kPerson, kReads, kAnalysts},
    {"PolicyService/ValidatePolicy", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"PolicyService/PushPolicy", Caller::kPerson, kChanges},

    {"DossierService/CreateDossier", Caller::kPerson, kChanges, kAnalysts},
    {"DossierService/GetDossier", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"DossierService/ListDossiers", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"DossierService/UpdateDossier", Caller::kPerson, kChanges, kAnalysts},
    {"DossierService/SubmitPhase", Caller::kPerson, kChanges, kAnalysts},
    {"DossierService/CloseDossier", Caller::kPerson, kChanges, kAnalysts},
    {"DossierService/ExportDossier", Caller::kPerson, kReads, kAnalysts | kAuditors},

    {"EnrollmentService/CreateEnrollmentToken", Caller::kPerson, kChanges},
    {"AccessService/CreateApiToken", Caller::kPerson, kChanges},
    {"AccessService/ListApiTokens", Caller::kPerson, kReads, kAuditors},
    {"AccessService/RevokeApiToken", Caller::kPerson, kChanges},
    {"AuditService/ListAudit", Caller::kPerson, kReads, kAuditors},
    {"AuditService/VerifyAudit", Caller::kPerson, kReads, kAuditors},
    {"MetricsService/GetMetrics", Caller::kPerson, kReads, kAnalysts | kAuditors, false},
    {"StoreService/RunRetention", Caller::kPerson, kChanges},

    {"SessionService/SignIn", Caller::kPerson, kReads, kAnalysts | kAuditors},
    {"SessionService/GetCaller", Caller::kPerson, kReads, kAnalysts | kAuditors, false},
    {"SessionService/SignOut", Caller::kPerson, kReads, kAnalysts | kAuditors},
};

constexpr std::array<std::string_view, 3> kRoles = {"admin", "analyst", "auditor"};

}  // namespace

std::span<const MethodRule> MethodTable() {
  return kRules;
}

std::string_view ShortName(std::string_view path) {
  return path.starts_with(kPackage) ? path.substr(kPackage.size()) : path;
}

const MethodRule* FindMethod(std::string_view path) {
  const auto* found = std::ranges::find(kRules, ShortName(path), &MethodRule::method);
  return found == std::end(kRules) ? nullptr : found;
}

bool IsRole(std::string_view role) {
  return std::ranges::find(kRoles, role) != kRoles.end();
}

bool MayCall(std::string_view role, const MethodRule& rule) {
  if (rule.caller != Caller::kPerson) return false;
  return role == "admin" || (role == "analyst" && (rule.roles & kAnalysts) != 0) ||
         (role == "auditor" && (rule.roles & kAuditors) != 0);
}

}  // namespace vigie::server::api
