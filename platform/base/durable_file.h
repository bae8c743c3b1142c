#pragma once

#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::base {

// Puts what stands in the file or directory `from` on the disk, gives it the name `to`, which replaces a file of that
// name, and puts that on the disk, too. Both on one file system. Errors name the path, and mean that no name has
// changed: a disk that fails once it has is a warning in the log.
Result<void> RenameDurably(const std::string& from, const std::string& to);  // body in platform/<os>/durable_file.cc

// The two swap their names in one step, which is on the disk when this returns (or a warning in the log says that it
// may not be). An error means that nothing has happened; kUnsupported where the file system cannot.
Result<void> ExchangeDurably(const std::string& one, const std::string& other);  // body there, too

// An empty file that no other process holds while the descriptor is open; made, mode 0600, if there is none. The lock
// ends with the process. kUnavailable: somebody holds it.
Result<FileDescriptor> HoldAlone(const std::string& path);  // body there, too

}  // namespace vigie::base
