#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::base {

// Puts what stands in the file or directory `from` on the disk, gives it the name `to`, which replaces a file of that
// name, and puts that on the disk, too. Both on one file system. Errors name the path.
Result<void> RenameDurably(const std::string& from, const std::string& to);  // body in platform/<os>/durable_file.cc

}  // namespace vigie::base
