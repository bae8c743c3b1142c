#pragma once

#include <string>

namespace vigie::platform {

// The kernel's limit on the marks of one user (fs.fanotify.max_user_marks). It starts with what costs a hundredth of
// the machine's memory.

// Raises it, if it is lower, to what costs a twentieth of the memory, at most a million. Where that is not allowed it
// stays as it is.
void RaiseMarkLimit();

// "limit 205039"; "limit unknown".
std::string DescribeMarkLimit();

}  // namespace vigie::platform
