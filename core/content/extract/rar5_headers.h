#pragma once

#include <vector>

#include "core/content/byte_source.h"

namespace vigie::content {

// Which files of a rar 5 are encrypted, in their order, folders left out (https://www.rarlab.com/technote.htm, "File
// encryption record"): libarchive takes what is encrypted for content. As far as the headers go, kMostFiles at most.
std::vector<bool> EncryptedFilesOfRar5(ByteSource& source);

}  // namespace vigie::content
