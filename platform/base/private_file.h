#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::base {

// Afterwards `path` is a file that only its owner may read and write (mode 0600): an empty one if there was none. An
// existing file is not opened, so that locks which this process holds on it stay.
Result<void> EnsurePrivateFile(const std::string& path);  // body in platform/<os>/private_file.cc

// At most `limit` bytes from the beginning of a regular file that no symbolic link stands for; kNotFound if there is
// none.
Result<std::string> ReadPrivateFile(const std::string& path, std::size_t limit);

// Takes from group and others what they may do with a regular file; true if they could do something. kPermissionDenied:
// it belongs to somebody else than this process's user or root.
Result<bool> TightenPrivateFile(const std::string& path);  // body in platform/<os>/private_file.cc

// A new file of mode 0600 with this content: whole or not there, and on the disk when this returns. Replaces what is
// there.
Result<void> WritePrivateFile(const std::string& path, std::string_view content);

// Overwrites the file's bytes with zeros, on the disk, and removes it. No file is no error. What a copy-on-write file
// system or a flash cell keeps of the former bytes is out of reach.
Result<void> EraseFile(const std::string& path);

}  // namespace vigie::base
