#pragma once

#include <string>

namespace vigie::content {

// The bytes of a database that `sql` made; `blob`, if any, is inserted into its table `files`.
std::string MakeDatabase(const std::string& sql, const std::string& blob = "");

}  // namespace vigie::content
