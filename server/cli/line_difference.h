#pragma once

#include <string>
#include <vector>

namespace vigie::cli {

// Two texts line by line: "  " before a line of both, "- " before one only of the older, "+ " before one only of the
// newer; as few changes as there can be. For texts of some thousand lines.
std::vector<std::string> LineDifference(const std::string& older, const std::string& newer);

}  // namespace vigie::cli
