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
  std::string seal_with{};    // a file with a passphrase; empty = not sealed
};
struct RestoreOptions {
  std::string from;
  std::string state;
  bool replace = false;     // a state that is there is put aside, not deleted
  std::string seal_with{};  // the passphrase that it was sealed with; empty = it must not be sealed
};

// What was backed up or restored: the manifest, with file=…, bytes=…, sha256=…, and journal=… if a collector that was
// killed has left there what a backup does not hold.
using BackupReport = std::map<std::string, std::string>;

// While a collector runs on the state or not; one sealed backup of a state at a time (kUnavailable). `to` appears whole
// and on the disk, with `to`.sha256 beside it (as sha256sum writes it); both have mode 0600. kAlreadyExists if there is
// such a file. What is to be sealed (core/seal/sealed_file.h) is made in the state directory first, so that nothing in
// clear ever stands beside `to`.
base::Result<BackupReport> MakeBackup(const BackupOptions& options, platform::FileSystem& files,
                                      const base::Clock& clock);

// Checks the backup against FILE.sha256, unpacks it beside `state`, brings its store to the version of this build,
// checks what it unpacked (sqlite_integrity.h), looks again that nobody uses `state`, and only then gives it its name
// and the mode of the directory that was there (0700 if none); killed before, `state` is what it was. After an error
// what was in `state` is there, or the message says under which name.
// kFailedPrecondition if `state` holds anything and `replace` is not set, if the backup is of a newer build, or sealed
// and no passphrase is given, or the other way round; kUnavailable if a collector runs there, kDataLoss if the backup
// is damaged or the passphrase another one. What was in `state` stands in "put_aside" of the report, the version of the
// backup's store in "schema".
base::Result<BackupReport> RestoreBackup(const RestoreOptions& options, platform::FileSystem& files,
                                         const base::Clock& clock);

}  // namespace vigie::server
