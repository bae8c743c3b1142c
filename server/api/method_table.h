#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "platform/base/result.h"
#include "vigie/v1/audit_service.pb.h"

// Every method of the API: whether it reads or changes, and who may call it. A new rpc gets its line here; until then
// nobody may call it, and tests/unit/server fails.
namespace vigie::server::api {

enum class Caller {
  kAgent,   // by its certificate; what agents tell is the data itself, so it is not audited
  kAnyone,  // what lets him in is in the request
  kPerson,  // by his API token
};

inline constexpr unsigned kAnalysts = 1;
inline constexpr unsigned kAuditors = 2;
inline constexpr unsigned kOfficers = 4;  // of data protection: they do what analysts do on incidents and dossiers

struct MethodRule {
  std::string_view method;  // "IncidentService/GetIncident"
  Caller caller = Caller::kPerson;
  v1::AuditAccess access = v1::AUDIT_ACCESS_READ;
  unsigned roles = 0;  // kAnalysts | kAuditors | kOfficers; admins may call everything
  // false: it is asked for all day, and of users and customers nothing is in the answer; refusals are audited
  bool audited = true;
};

std::span<const MethodRule> MethodTable();
// Of "/vigie.v1.IncidentService/GetIncident"; nothing if it is not in the table.
const MethodRule* FindMethod(std::string_view path);
// "IncidentService/GetIncident" of the same.
std::string_view ShortName(std::string_view path);

// The roles that tokens may have: admin, analyst, auditor, officer.
bool IsRole(std::string_view role);
bool MayCall(std::string_view role, const MethodRule& rule);

}  // namespace vigie::server::api
