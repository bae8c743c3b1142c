#include "server/backup.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "core/credentials/digest.h"
#include "core/seal/sealed_file.h"
#include "platform/base/durable_file.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/ingest/journal_file.h"
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
constexpr std::uint32_t kOwnDirectory = 0700;
constexpr std::uint32_t kFileModes = 0755;
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

// What a backup holds beside the store, secrets first.
std::vector<std::string> PathsOf(const StateFiles& state, bool without_keys) {
  std::vector<std::string> paths = {state.authority_certificate(), state.server_certificate(), state.config()};
  if (!without_keys)
    paths.insert(paths.begin(), {state.authority_key(), state.server_key(), state.admin_token(), state.pseudonym_key(),
                                 state.attribution_key(), state.evidence_key(), state.evidence_certificate()});
  return paths;
}

// What is not there is left out.
Result<std::vector<BackupFile>> ReadStateFiles(const StateFiles& state, bool without_keys,
                                               platform::FileSystem& files) {
  std::vector<BackupFile> read;
  for (const std::string& path : PathsOf(state, without_keys)) {
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

// Nothing: it is not to be sealed.
Result<std::optional<std::string>> PassphraseIn(const std::string& file) {
  if (file.empty()) return std::optional<std::string>();
  auto passphrase = seal::ReadPassphrase(file);
  if (!passphrase) return passphrase.error();
  return std::optional(*std::move(passphrase));
}

constexpr char kClearPart[] = "backup-in-clear-";

// In the state directory what is in clear is as safe as the store itself.
std::string ClearPart(const BackupOptions& options) {
  if (options.seal_with.empty()) return options.to + ".part";
  return options.state + "/" + kClearPart + credentials::Sha256Hex(options.to).substr(0, 16);
}

// Who makes a part in clear holds this; so what stands there while nobody else does was left by a kill, and goes now.
Result<base::FileDescriptor> HoldClearParts(const std::string& state, platform::FileSystem& files) {
  auto held = base::HoldAlone(state + "/backup.lock");
  if (!held) return held.error().Wrap("another sealed backup may be under way");
  const auto names = files.List(state);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (name.starts_with(kClearPart)) RemoveQuietly(state + "/" + name);
  }
  return held;
}

Result<BackupReport> Finish(const std::string& made, const std::optional<std::string>& passphrase,
                            const std::string& to, platform::FileSystem& files) {
  auto content = ReadBackup(made);
  if (!content) return content.error();
  const std::string part = to + ".part";
  if (passphrase) {
    RemoveQuietly(part);
    if (auto sealed = seal::SealFile(made, part, *passphrase); !sealed) return sealed.error();
  }
  const auto hash = HashOf(part);
  if (!hash) return hash.error();
  const std::string line = *hash + "  " + std::filesystem::path(to).filename().string() + "\n";
  if (auto written = files.WriteFileDurably(to + ".sha256", line, kSecret); !written) return written.error();
  if (auto named = base::RenameDurably(part, to); !named) return named.error();
  BackupReport report = std::move(content->manifest);
  report["file"] = to;
  report["sha256"] = *hash;
  std::error_code unknown;
  report["bytes"] = std::to_string(std::filesystem::file_size(to, unknown));
  report["sealed"] = passphrase ? "yes" : "no";
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

// The backup as SQLite reads it: itself, or what was sealed in it, opened inside `folder`.
Result<std::string> InClear(const RestoreOptions& options, const std::string& folder) {
  const bool sealed = seal::IsSealedFile(options.from);
  if (!sealed && options.seal_with.empty()) return options.from;
  if (!sealed)  // who expects a sealed one must not be given one that anybody could have made
    return Error{ErrorCode::kFailedPrecondition,
                 options.from + " is not sealed: if it is yours, leave --seal-with out"};
  if (options.seal_with.empty()) {
    return Error{ErrorCode::kFailedPrecondition,
                 options.from + " is sealed: say --seal-with FILE with the passphrase that it was sealed with"};
  }
  const auto passphrase = seal::ReadPassphrase(options.seal_with);
  if (!passphrase) return passphrase.error();
  std::string clear = folder + "/backup.part";
  if (auto opened = seal::OpenSealedFile(options.from, clear, *passphrase); !opened) return opened.error();
  return clear;
}

struct Unpacking {
  const std::string& folder;
  const std::string& backup;
  const BackupContent& content;
};

Result<void> UnpackInto(const Unpacking& unpacking, const base::Clock& clock, platform::FileSystem& files) {
  const auto& [folder, backup, content] = unpacking;
  const StateFiles state(folder);
  const auto made_at = content.manifest.find("made_at");
  if (made_at == content.manifest.end()) return Error{ErrorCode::kDataLoss, "the backup does not say when it was made"};
  v1::AuditEntry entry = EntryOf("restore", "{\"made_at\": \"" + made_at->second + "\"}", clock);
  entry.set_access(v1::AUDIT_ACCESS_CHANGE);
  entry.set_outcome("OK");
  if (auto unpacked = UnpackStore(backup, state.store(), entry); !unpacked) return unpacked;
  const auto known = PathsOf(state, false);
  for (const BackupFile& file : content.files) {
    const std::string path = folder + "/" + file.name;
    if (std::ranges::find(known, path) == known.end())
      return Error{ErrorCode::kDataLoss, "the backup holds a file that is none of a state: " + file.name};
    if (auto written = files.WriteFileDurably(path, file.content, file.mode & kFileModes); !written) return written;
  }
  const auto faults = CheckStore(state.store());
  if (!faults) return faults.error();
  if (faults->empty()) return {};
  return Error{ErrorCode::kDataLoss, "what is in the backup does not fit together: " + faults->front()};
}

bool HoldsNothing(const std::string& state) {
  std::error_code none;
  return !std::filesystem::exists(state, none) || std::filesystem::is_empty(state, none);
}

// A collector that runs there would write on into what was put aside.
Result<void> CheckFree(const RestoreOptions& options) {
  if (HoldsNothing(options.state)) return {};
  if (!options.replace) {
    return Error{ErrorCode::kFailedPrecondition,
                 options.state + " is not empty: restore elsewhere, or say --replace to put it aside"};
  }
  return SqliteStore::CheckUnused(StateFiles(options.state).store());
}

// On a file system that cannot exchange two names: between the renames there is no state, only its parts.
Result<void> ExchangeInSteps(const std::string& aside, const std::string& folder, const std::string& state) {
  if (auto back = base::RenameDurably(aside, folder); !back) return back;
  if (auto moved = base::RenameDurably(state, aside); !moved) return moved;
  auto named = base::RenameDurably(folder, state);
  if (named) return {};
  if (auto back = base::RenameDurably(aside, state); !back)
    return named.error().Wrap("the former state is whole, but named " + aside + " now");
  return named;
}

void TakeModeOf(const std::string& state, const std::string& folder) {
  std::error_code none;
  const auto former = std::filesystem::status(state, none);
  if (std::filesystem::exists(former)) std::filesystem::permissions(folder, former.permissions(), none);
}

// Gives the folder the state's name; what the state was, if anything, has the returned name then.
Result<std::string> PutInPlace(const std::string& folder, const RestoreOptions& options, const base::Clock& clock) {
  const std::string& state = options.state;
  if (auto free = CheckFree(options); !free) return free.error().Wrap("meanwhile");  // unpacking may take minutes
  TakeModeOf(state, folder);
  if (HoldsNothing(state)) {
    auto named = base::RenameDurably(folder, state);
    return named ? Result<std::string>(std::string()) : named.error();
  }
  std::string aside = state + ".before-restore-" + NowText(clock);
  // First the name: who is killed after the exchange must not leave the former state where the next restore removes it.
  if (auto moved = base::RenameDurably(folder, aside); !moved) return moved.error();
  auto exchanged = base::ExchangeDurably(aside, state);
  if (exchanged) return aside;
  if (exchanged.error().code == ErrorCode::kUnsupported) {
    exchanged = ExchangeInSteps(aside, folder, state);
  } else {
    (void)base::RenameDurably(aside, folder);  // where it is removed
  }
  return exchanged ? Result<std::string>(aside) : exchanged.error();
}

Result<BackupReport> RestoreInto(const std::string& folder, const RestoreOptions& options, platform::FileSystem& files,
                                 const base::Clock& clock) {
  const auto backup = InClear(options, folder);
  if (!backup) return backup.error();
  auto content = ReadBackup(*backup);
  if (!content) return content.error();
  if (auto unpacked = UnpackInto({folder, *backup, *content}, clock, files); !unpacked) return unpacked.error();
  if (*backup != options.from) {
    if (auto removed = files.Remove(*backup); !removed) return removed.error();
  }
  const auto aside = PutInPlace(folder, options, clock);
  if (!aside) return aside.error();
  BackupReport report = std::move(content->manifest);
  report["restored_to"] = options.state;
  report["put_aside"] = *aside;
  return report;
}

// What a failed restore unpacked. Anything else that has its name by now stays, and while there is no state, it does,
// too.
class Unpacked {
 public:
  Unpacked(const std::string& folder, const std::string& state, platform::FileSystem& files)
      : folder_(folder),
        state_(state),
        files_(files),
        made_(files.StatusOf(folder)),
        had_state_(static_cast<bool>(files.StatusOf(state))) {}
  void Remove() {
    const auto now = files_.StatusOf(folder_);
    const bool ours =
        now && made_ && now->identity.device == made_->identity.device && now->identity.inode == made_->identity.inode;
    const bool state_gone = had_state_ && !files_.StatusOf(state_);
    if (ours && !state_gone) return RemoveQuietly(folder_);
    if (now) base::LogWarning("{} is left: look at what it holds", folder_);
  }

 private:
  const std::string folder_;
  const std::string state_;
  platform::FileSystem& files_;
  const Result<platform::FileStatus> made_;
  const bool had_state_;
};

// While nobody works on the state, what its journal holds waits for a start.
void TellOfJournal(const StateFiles& state, platform::FileSystem& files, BackupReport& report) {
  if (!SqliteStore::CheckUnused(state.store())) return;
  const auto bytes = files.ReadFile(state.journal(), ingest::kMostJournalBytes);
  if (!bytes) return;
  const std::size_t batches = ingest::ReadJournal(*bytes).records.size();
  if (batches == 0) return;
  report["journal"] = std::to_string(batches) + " batches, of which the store may lack some, are not in this backup: " +
                      "start the collector once, then make another";
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
  const auto passphrase = PassphraseIn(options.seal_with);
  if (!passphrase) return passphrase.error();
  BackupContent content;
  auto read = ReadStateFiles(state, options.without_keys, files);
  if (!read) return read.error();
  content.files = *std::move(read);
  content.manifest = {{"made_at", NowText(clock)}, {"state", options.state}, {"format", "1"}};
  auto held = HoldClearParts(options.state, files);
  if (!held && *passphrase) return held.error();
  if (held && !*passphrase) held->Close();
  const std::string part = ClearPart(options);
  RemoveQuietly(part);
  const std::string asked = std::string("{\"without_keys\": ") + (options.without_keys ? "true" : "false") +
                            ", \"sealed\": " + (*passphrase ? "true" : "false") + "}";
  auto written = WriteBackup(state.store(), part, content, EntryOf("backup", asked, clock));
  auto finished = written ? Finish(part, *passphrase, options.to, files) : Result<BackupReport>(written.error());
  RemoveQuietly(part);
  if (!finished) RemoveQuietly(options.to + ".part");
  if (finished) TellOfJournal(state, files, *finished);
  return finished;
}

Result<BackupReport> RestoreBackup(const RestoreOptions& options, platform::FileSystem& files,
                                   const base::Clock& clock) {
  if (auto free = CheckFree(options); !free) return free.error();
  if (auto whole = CheckHash(options.from, files); !whole) return whole.error();
  const std::string folder = options.state + ".restoring";
  RemoveQuietly(folder);  // of an attempt that was cut short
  if (auto made = files.MakeDirectories(folder, kOwnDirectory); !made) return made.error();
  Unpacked unpacked(folder, options.state, files);
  auto restored = RestoreInto(folder, options, files, clock);
  if (!restored) unpacked.Remove();
  return restored;
}

}  // namespace vigie::server
