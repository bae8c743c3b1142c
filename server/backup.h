#pragma once

#include <map>
#include <string>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/file_system.h"

// `vigie-collector backup` and `restore` (README: what is in a backup, and how it is protected).
namespace vigie::server {

struct BackupOptions {
  std::string state;
  std::string to;
  bool without_keys = false;  // leaves out ca.key, server.key and admin.token
};
struct RestoreOptions {
  std::string from;
  std::string state;
  bool replace = false;  // a state that is there is put aside, not deleted
};

// What was backed up or restored: the manifest, with file=…, bytes=…, sha256=….
using BackupReport = std::map<std::string, std::string>;

// While a collector runs on the state or not. `to` appears whole and on the disk, with `to`.sha256 beside it (as
// sha256sum writes it); both have mode 0600. kAlreadyExists if there is such a file.
base::Result<BackupReport> MakeBackup(const BackupOptions& options, platform::FileSystem& files,
                                      const base::Clock& clock);

// Checks the backup against FILE.sha256, unpacks it beside `state`, checks what it unpacked (sqlite_integrity.h), and
// only then gives it its name. kFailedPrecondition if `state` holds anything and `replace` is not set, kUnavailable if
// a collector runs there, kDataLoss if the backup is damaged. What was in `state` stands in "put_aside" of the report.
base::Result<BackupReport> RestoreBackup(const RestoreOptions& options, platform::FileSystem& files,
                                         const base::Clock& clock);

}  // namespace vigie::server
