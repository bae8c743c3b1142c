#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::platform {

inline constexpr std::size_t kMostSecretBytes = 4096;

// One line of standard input, without its end. If that is a terminal, `prompt` goes to standard error first and what is
// typed is not shown; who interrupts the program meanwhile gets his terminal back as it was. kInvalidArgument at the
// end of input and for a line of more than kMostSecretBytes. One call at a time.
base::Result<std::string> ReadSecret(const std::string& prompt);

}  // namespace vigie::platform
