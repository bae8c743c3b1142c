#pragma once

#include <string>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "server/cli/command.h"

namespace vigie::cli {

struct IndexBuildRequest {
  std::string directory;  // CSV
  std::string columns;    // key=id,name=name,…
  std::string region;
  std::string separator;  // one character, "tab" or "" = detected
  std::string key_file;
  std::string ledger;
  std::string out;
  std::string canary_column;
  bool show_progress = false;
};

// `vigie index build`: reads the directory, saves first the ledger, then the index, and prints what was built and what
// was left out. 1 if rows were skipped, so that some customers are not in the index.
int RunIndexBuild(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context);

}  // namespace vigie::cli
