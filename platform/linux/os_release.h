#pragma once

#include <string>
#include <string_view>

namespace vigie::platform {

// PRETTY_NAME of a file as os-release(5) describes it, unquoted; "Linux", its default, if there is none.
std::string PrettyName(std::string_view text);

}  // namespace vigie::platform
