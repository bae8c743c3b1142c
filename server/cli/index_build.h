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
  std::string encoding;   // a name that iconv knows; "" = detected
  std::string key_file;
  std::string ledger;
  std::string out;
  std::string canary_column;
  std::string report;  // a CSV file of everything that was left out; "" = none
  bool key_only_in_ledger = false;
  bool show_progress = false;
};

struct IndexDeltaRequest {
  IndexBuildRequest build;
  std::string from;     // the index as agents have it
  std::string digests;  // "" = those beside it
};

struct IndexApplyRequest {
  std::string index;
  std::string delta;
  std::string key_file;
  std::string out;  // "" = in place of the index
};

// `vigie index build`: reads the directory, saves first the ledger, then the index and the digests beside it, each by
// rename, and prints what was built and what was left out. 1 if rows were skipped, so that some customers are not in
// the index.
int RunIndexBuild(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context);

// `vigie index delta`: the same for what changed since; the delta and its digests are new files.
int RunIndexDelta(const IndexDeltaRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context);

// `vigie index apply`: puts index and delta together in a new file and renames it to the index. A torn, foreign or
// early delta is refused and the index stays; one that is there already is fine.
int RunIndexApply(const IndexApplyRequest& request, platform::FileSystem& files, Context& context);

}  // namespace vigie::cli
