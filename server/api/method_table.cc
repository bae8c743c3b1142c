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

    {"IncidentService/ListIncidents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/GetIncident", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/WatchIncidents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/CloseIncident", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"IncidentService/AssignIncident", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"IncidentService/ReopenIncident", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"IncidentService/BlockChannels", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/LiftBlock", Caller::kPerson, kChanges, kAnalysts},
    {"IncidentService/GetBlockState", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/ListBlocks", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/AddIncidentComment", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"IncidentService/ListIncidentHistory", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/SimilarIncidents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"IncidentService/ListNearThresholds", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"EventService/QueryEvents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"EventService/WatchEvents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"EventService/SummarizeEvents", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"EvidenceService/VerifyEvidence", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"EvidenceService/ExportEvidence", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"SearchService/ListSearches", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"SearchService/SaveSearch", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"SearchService/DeleteSearch", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"AttributionService/Attribute", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"AttributionService/DescribeUpload", Caller::kPerson, kReads, kAnalysts | kOfficers, false},
    {"AttributionService/AttributeUpload", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"UnmaskService/RequestUnmask", Caller::kPerson, kChanges, kAnalysts},
    {"UnmaskService/ListUnmaskRequests", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors, false},
    {"UnmaskService/DecideUnmask", Caller::kPerson, kChanges, kOfficers},
    {"FleetService/ListAgents", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"FleetService/ListGaps", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"FleetService/ListIndexes", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"FleetService/ListRings", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"FleetService/RevokeAgent", Caller::kPerson, kChanges},
    {"FleetService/AssignRing", Caller::kPerson, kChanges},

    {"PolicyService/GetPolicy", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"PolicyService/ListPolicyVersions", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"PolicyService/BacktestPolicy", Caller::kPerson, kReads, kAnalysts | kOfficers},
    {"PolicyService/ValidatePolicy", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"PolicyService/PushPolicy", Caller::kPerson, kChanges},
    {"PolicyService/RollOutPolicy", Caller::kPerson, kChanges},
    {"PolicyService/PromotePolicy", Caller::kPerson, kChanges},
    {"PolicyService/RollBackPolicy", Caller::kPerson, kChanges},
    {"PolicyService/SetRings", Caller::kPerson, kChanges},

    {"DossierService/CreateDossier", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"DossierService/GetDossier", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"DossierService/ListDossiers", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"DossierService/UpdateDossier", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"DossierService/SubmitPhase", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"DossierService/CloseDossier", Caller::kPerson, kChanges, kAnalysts | kOfficers},
    {"DossierService/ExportDossier", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},

    {"EnrollmentService/CreateEnrollmentToken", Caller::kPerson, kChanges},
    {"AccessService/CreateApiToken", Caller::kPerson, kChanges},
    {"AccessService/ListApiTokens", Caller::kPerson, kReads, kAuditors},
    {"AccessService/RevokeApiToken", Caller::kPerson, kChanges},
    {"UserService/CreateUser", Caller::kPerson, kChanges},
    {"UserService/ListUsers", Caller::kPerson, kReads, kAuditors},
    {"UserService/SetUserRole", Caller::kPerson, kChanges},
    {"UserService/SetUserDisabled", Caller::kPerson, kChanges},
    {"UserService/ResetPassword", Caller::kPerson, kChanges},
    {"UserService/RemoveUser", Caller::kPerson, kChanges},
    {"AuditService/ListAudit", Caller::kPerson, kReads, kAuditors},
    {"AuditService/VerifyAudit", Caller::kPerson, kReads, kAuditors},
    {"MetricsService/GetMetrics", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors, false},
    {"StoreService/RunRetention", Caller::kPerson, kChanges},
    {"StoreService/GetRetention", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"IntegrationService/ListIntegrations", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors, false},
    {"IntegrationService/TestIntegration", Caller::kPerson, kChanges},

    {"SessionService/SignIn", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
    {"SessionService/SignInWithPassword", Caller::kAnyone, kReads},
    {"SessionService/ChangePassword", Caller::kAnyone, kChanges},
    {"SessionService/GetCaller", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors, false},
    {"SessionService/SignOut", Caller::kPerson, kReads, kAnalysts | kOfficers | kAuditors},
};

constexpr std::array<std::string_view, 4> kRoles = {"admin", "analyst", "auditor", "officer"};

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
         (role == "auditor" && (rule.roles & kAuditors) != 0) || (role == "officer" && (rule.roles & kOfficers) != 0);
}

}  // namespace vigie::server::api
