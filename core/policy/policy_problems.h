#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::policy {

// Where in the text the error of policy::ReadPolicy lies, which was read as `file_name`. An error that names no line
// (of a rule's meaning as a whole) is of the whole text.
v1::PolicyProblem LocateProblem(const base::Error& error, std::string_view file_name, const std::string& text);
// Of several, in the order of their lines.
std::vector<v1::PolicyProblem> LocateProblems(const std::vector<base::Error>& errors, std::string_view file_name,
                                              const std::string& text);

}  // namespace vigie::policy
