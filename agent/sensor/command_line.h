#pragma once

#include <string>
#include <string_view>
#include <vector>

// Command lines are foreign text: pure functions, linear, never failing.
namespace vigie::agent::sensor {

// Split at spaces; a seam joined them, so an argument that held a space comes back as two.
std::vector<std::string_view> SplitArguments(std::string_view command_line);

// Which program it is, and its arguments, itself the first: of an interpreter its script or module ("hg" for
// `python3 /usr/bin/hg commit`, "http.server" for `python3 -m http.server`), of busybox its applet. Views of the texts.
struct Invocation {
  std::string_view program;
  std::vector<std::string_view> arguments;
};
Invocation ParseInvocation(std::string_view exe, std::string_view command_line);

// The command line as it may be shown and sent. People type customers and passwords into arguments, and no list of
// options knows them all; so what is shown is listed instead: the program, names of options, paths, files given as data
// (@file), and URLs without user and query. Everything else is "***".
std::string RedactCommandLine(std::string_view command_line);

}  // namespace vigie::agent::sensor
