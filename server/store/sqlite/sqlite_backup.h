#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/audit_service.pb.h"

// A backup is one SQLite file: the store as it was at one moment, and in two tables of its own the other files of the
// state directory and a manifest. So SQLite reads it, and nothing of ours parses foreign bytes.
namespace vigie::server {

struct BackupFile {
  std::string name;  // within the state directory
  std::uint32_t mode = 0600;
  std::string content;
};
using BackupManifest = std::map<std::string, std::string>;  // made_at, schema, events, sha256:NAME, …

struct BackupContent {
  std::vector<BackupFile> files;
  BackupManifest manifest;
};

// Copies the store at `store`, while whoever owns it writes on, into the new file `into`; `entry` is appended to its
// audit before. Adds schema, events and last_position to the manifest. The file is not yet on the disk.
base::Result<void> WriteBackup(const std::string& store, const std::string& into, const BackupContent& content,
                               const v1::AuditEntry& entry);

// Manifest and files; kDataLoss if a file is not what the manifest says, kFailedPrecondition if it is no backup, or of
// a newer build. One of an older build is fine.
base::Result<BackupContent> ReadBackup(const std::string& backup);

// Makes the store of a backup anew at `into`, which must not exist, with this build's schema; `entry` is appended to
// its audit.
base::Result<void> UnpackStore(const std::string& backup, const std::string& into, const v1::AuditEntry& entry);

}  // namespace vigie::server
