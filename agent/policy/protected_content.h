#pragma once

#include "core/policy/compiled_policy.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::policy {

// Whether this is content that is followed: customers always, other classes if a rule or threshold names them. Half of
// all files hold an e-mail address; following each of them over pipes and into what it is made into would be of no use
// to anybody. `policy` may be null. Pure.
bool IsProtected(const vigie::policy::CompiledPolicy* policy, const v1::Inspection& inspection);

}  // namespace vigie::agent::policy
