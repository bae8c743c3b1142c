#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "proto/contract/error_reason.h"

// What is wrong with a policy, by reasons (error_reason.h). The console's texts stand under `policy_problem` of its
// locale files.
namespace vigie::policy {

std::span<const contract::ErrorReason> ProblemReasons();

// Of a message as it stands in PolicyProblem. What belongs to a rule, threshold, tag or detector names it at its end,
// "must be given (rule r)": then there is a parameter `owner`, "rule r". Nothing for what is none of these sentences: a
// syntax error in the parser's words.
std::optional<v1::ErrorDetail> ReasonOfProblem(std::string_view message);

}  // namespace vigie::policy
