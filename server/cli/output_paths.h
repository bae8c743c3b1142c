#pragma once

#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::cli {

// A path that the user gave, and the option that says so.
struct NamedPath {
  std::string option;  // --out
  std::string path;    // "" = not given
};

// Whether everything in `outputs` may be written: in a directory that is there, and on top of none of `inputs` and of
// none of each other, by whatever name. Said before hours of work, and before a ledger or a key is lost. An error names
// both options and the path.
base::Result<void> CheckOutputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs,
                                platform::FileSystem& files);

}  // namespace vigie::cli
