#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vigie/v1/activity.pb.h"

// What a program's arguments tell of where it sends data. Command lines are foreign text: pure functions, linear, never
// failing.
namespace vigie::agent::sensor {

// Split at spaces; a seam joined them, so an argument that held a space comes back as two.
std::vector<std::string_view> SplitArguments(std::string_view command_line);

// Where a transfer program sends data, if its command line says so:
//   {kind "url",  name "https://files.example.com/in", address "files.example.com", port 443}    without user and query
//   {kind "host", name "backup.example.com", address "backup.example.com", port 22}
std::optional<v1::Destination> ParseDestination(std::string_view program, std::string_view command_line);

// The command line as it may be shown and sent. People type customers and passwords into arguments, and no list of
// options knows them all; so what is shown is listed instead: the program, names of options, paths, files given as data
// (@file), and URLs without user and query. Everything else is "***".
std::string RedactCommandLine(std::string_view command_line);

}  // namespace vigie::agent::sensor
