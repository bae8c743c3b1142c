#include "server/backup.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "core/credentials/digest.h"
#include "platform/base/durable_file.h"
#include "proto/contract/time_conversion.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_backup.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint64_t kMaxFileBytes = 1 << 20;
constexpr std::uint32_t kSecret = 0600;
constexpr std::uint32_t kDirectory = 0755;
constexpr std::size_t kBlock = std::size_t{1} << 20;

std::string NowText(const base::Clock& clock) {
  return contract::FormatTime(contract::ToProto(clock.Now()));
}

v1::AuditEntry EntryOf(const std::string& method, const std::string& asked, const base::Clock& clock) {
  v1::AuditEntry entry;
  *entry.mutable_at() = contract::ToProto(clock.Now());
  entry.set_who("collector");
  entry.set_method(method);
  entry.set_access(v1::AUDIT_ACCESS_READ);
  entry.set_asked(asked);
  entry.set_outcome("STARTED");
  return entry;
}

Result<std::string> HashOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kNotFound, "cannot read " + path};
  credentials::Sha256 digest;
  std::string block(kBlock, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    digest.Add({block.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) return Error{ErrorCode::kDataLoss, "cannot read " + path + " to its end"};
  return digest.Hex();
}

// Secrets first; what is not there is left out.
Result<std::vector<BackupFile>> ReadStateFiles(const StateFiles& state, bool without_keys,
                                               platform::FileSystem& files) {
  std::vector<std::string> paths = {state.authority_certificate(), state.server_certificate(), state.config()};
  if (!without_keys) paths.insert(paths.begin(), {state.authority_key(), state.server_key(), state.admin_token()});
  std::vector<BackupFile> read;
  for (const std::string& path : paths) {
    const auto status = files.StatusOf(path);
    if (!status) continue;
    auto content = files.ReadFile(path, kMaxFileBytes);
    if (!content) return content.error();
    read.push_back({std::filesystem::path(path).filename().string(), status->mode & 07777, *std::move(content)});
  }
  return read;
}

void RemoveQuietly(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

Result<BackupReport> Finish(const std::string& part, const std::string& to, platform::FileSystem& files) {
  auto content = ReadBackup(part);
  if (!content) return content.error();
  const auto hash = HashOf(part);
  if (!hash) return hash.error();
  if (auto named = base::RenameDurably(part, to); !named) return named.error();
  const std::string line = *hash + "  " + std::filesystem::path(to).filename().string() + "\n";
  if (auto written = files.WriteFileDurably(to + ".sha256", line, kSecret); !written) return written.error();
  BackupReport report = std::move(content->manifest);
  report["file"] = to;
  report["sha256"] = *hash;
  report["bytes"] = std::to_string(std::filesystem::file_size(to));
  return report;
}

Result<void> CheckHash(const std::string& backup, platform::FileSystem& files) {
  const auto line = files.ReadFile(backup + ".sha256", kMaxFileBytes);
  if (!line) return line.error().Wrap("the backup's hash");
  const auto hash = HashOf(backup);
  if (!hash) return hash.error();
  if (line->substr(0, line->find(' ')) == *hash) return {};
  return Error{ErrorCode::kDataLoss, backup + " is not what " + backup + ".sha256 says: it was damaged or changed"};
}

Result<void> UnpackInto(const std::string& folder, const BackupContent& content, const RestoreOptions& options,
                        const base::Clock& clock, platform::FileSystem& files) {
  const StateFiles state(folder);
  v1::AuditEntry entry = EntryOf("restore", "{\"made_at\": \"" + content.manifest.at("made_at") + "\"}", clock);
  entry.set_access(v1::AUDIT_ACCESS_CHANGE);
  entry.set_outcome("OK");
  if (auto unpacked = UnpackStore(options.from, state.store(), entry); !unpacked) return unpacked;
  for (const BackupFile& file : content.files) {
    if (std::filesystem::path(file.name).filename() != file.name)
      return Error{ErrorCode::kDataLoss, "the backup names a file outside of the state"};
    auto written = files.WriteFileDurably(folder + "/" + file.name, file.content, file.mode);
    if (!written) return written;
  }
  const auto faults = CheckStore(state.store());
  if (!faults) return faults.error();
  if (faults->empty()) return {};
  return Error{ErrorCode::kDataLoss, "what is in the backup does not fit together: " + faults->front()};
}

// A collector that runs there would write on into what was put aside.
Result<void> CheckFree(const RestoreOptions& options) {
  std::error_code none;
  if (!std::filesystem::exists(options.state, none) || std::filesystem::is_empty(options.state, none)) return {};
  if (!options.replace) {
    return Error{ErrorCode::kFailedPrecondition,
                 options.state + " is not empty: restore elsewhere, or say --replace to put it aside"};
  }
  return SqliteStore::CheckUnused(StateFiles(options.state).store());
}

Result<std::string> PutAside(const std::string& state, const base::Clock& clock) {
  std::error_code none;
  if (!std::filesystem::exists(state, none)) return std::string();
  if (std::filesystem::is_empty(state, none)) {
    std::filesystem::remove(state, none);
    return std::string();
  }
  std::string aside = state + ".before-restore-" + NowText(clock);
  if (auto moved = base::RenameDurably(state, aside); !moved) return moved.error();
  return aside;
}

}  // namespace

Result<BackupReport> MakeBackup(const BackupOptions& options, platform::FileSystem& files, const base::Clock& clock) {
  const StateFiles state(options.state);
  if (!files.StatusOf(state.store())) {
    return Error{ErrorCode::kNotFound, "there is no store in " + options.state + ": is it a collector's state?"};
  }
  if (files.StatusOf(options.to)) {
    return Error{ErrorCode::kAlreadyExists, options.to + " is there already: a backup never replaces a file"};
  }
  BackupContent content;
  auto read = ReadStateFiles(state, options.without_keys, files);
  if (!read) return read.error();
  content.files = *std::move(read);
  content.manifest = {{"made_at", NowText(clock)}, {"state", options.state}, {"format", "1"}};
  const std::string part = options.to + ".part";
  RemoveQuietly(part);
  const std::string asked = std::string("{\"without_keys\": ") + (options.without_keys ? "true" : "false") + "}";
  auto written = WriteBackup(state.store(), part, content, EntryOf("backup", asked, clock));
  auto finished = written ? Finish(part, options.to, files) : Result<BackupReport>(written.error());
  if (!finished) RemoveQuietly(part);
  return finished;
}

Result<BackupReport> RestoreBackup(const RestoreOptions& options, platform::FileSystem& files,
                                   const base::Clock& clock) {
  if (auto free = CheckFree(options); !free) return free.error();
  if (auto whole = CheckHash(options.from, files); !whole) return whole.error();
  auto content = ReadBackup(options.from);
  if (!content) return content.error();
  const std::string folder = options.state + ".restoring";
  RemoveQuietly(folder);  // of an attempt that was cut short
  if (auto made = files.MakeDirectories(folder, kDirectory); !made) return made.error();
  auto unpacked = UnpackInto(folder, *content, options, clock, files);
  auto aside = unpacked ? PutAside(options.state, clock) : Result<std::string>(unpacked.error());
  auto named = aside ? base::RenameDurably(folder, options.state) : Result<void>(aside.error());
  if (!named) {
    RemoveQuietly(folder);
    return named.error();
  }
  BackupReport report = std::move(content->manifest);
  report["restored_to"] = options.state;
  report["put_aside"] = *aside;
  return report;
}

}  // namespace vigie::server
