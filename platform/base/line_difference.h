#pragma once

#include <string>
#include <vector>

// What changed between two texts, line by line. Pure.
namespace vigie::base {

// "  " before a line of both, "- " before one only of the older, "+ " before one only of the newer; as few changes as
// there can be, as long as what lies between the lines that both begin and end with has at most 2000 lines squared:
// beyond, all of that is one change.
std::vector<std::string> LineDifference(const std::string& older, const std::string& newer);

// The same as `diff -u` writes it, without the names of files: hunks with `context` lines around each change. Empty if
// nothing changed.
std::string UnifiedDifference(const std::string& older, const std::string& newer, std::size_t context = 3);

}  // namespace vigie::base
