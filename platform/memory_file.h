#pragma once

#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

// A file without a name that holds `content` and vanishes with its last descriptor; open for reading, its offset at the
// start. For content that comes without a file: standard input, a test. kResourceExhausted without memory or
// descriptors.
base::Result<base::FileDescriptor> MakeMemoryFile(std::string_view content);

}  // namespace vigie::platform
