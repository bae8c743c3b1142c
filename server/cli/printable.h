#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie::cli {

// The text with everything replaced by '?' that could steer a terminal or deceive its reader: control and format
// characters (among them escape sequences and changes of writing direction), line breaks, and bytes that are not UTF-8.
// Names of users, files and hosts come from machines that may be hostile.
std::string Printable(std::string_view text);

// Columns that printable text takes on a terminal.
std::size_t DisplayWidth(std::string_view text);

}  // namespace vigie::cli
