#include "agent/inspect/sealed_rows.h"

#include <bit>
#include <filesystem>

#include "platform/base/durable_file.h"
#include "platform/base/logging.h"
#include "platform/base/private_file.h"

namespace vigie::agent::inspect {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kInClear = 1;

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// Names beside `path`: the one in clear once the sealed one has its place, a second name of its log, which SQLite
// removes when it closes the file, and the sealed one while it is made.
struct Names {
  std::string clear;
  std::string clear_log;
  std::string sealing;
};

Names NamesBeside(const std::string& path) {
  return {path + ".clear", path + ".clear-log", path + ".sealing"};
}

Result<void> EraseFiles(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (auto erased = base::EraseFile(path + suffix); !erased) return erased;
  }
  return {};
}

// Once there is a name in clear the sealed one is whole; the log that could not be emptied must not be found by it.
Result<void> FinishWhatWasBegun(const std::string& path, const Names& names) {
  if (!Exists(names.clear)) return EraseFiles(names.sealing);
  if (!Exists(path)) {
    for (const std::string suffix : {"-wal", "-shm"}) {
      if (!Exists(path + suffix)) continue;
      if (auto moved = base::RenameDurably(path + suffix, names.clear + suffix); !moved) return moved;
    }
    if (auto named = base::RenameDurably(names.sealing, path); !named) return named;
  }
  if (auto erased = base::EraseFile(names.clear_log); !erased) return erased;
  return EraseFiles(names.clear);
}

Result<void> KeepLog(const std::string& log, const std::string& second_name) {
  std::error_code error;
  if (Exists(second_name) && !fs::equivalent(log, second_name, error)) {
    if (auto erased = base::EraseFile(second_name); !erased) return erased;
  }
  if (!Exists(log) || Exists(second_name)) return {};
  fs::create_hard_link(log, second_name, error);
  if (error) base::LogWarning("{}: {}: if it is in clear, it is not overwritten", log, error.message());
  return {};
}

// After a takeover that failed: a second name of the log that is still there is only a name, the last one is erased.
void DropLog(const std::string& log, const std::string& second_name) {
  std::error_code error;
  if (Exists(log) && fs::equivalent(log, second_name, error)) {
    fs::remove(second_name, error);
  } else if (const auto erased = base::EraseFile(second_name); !erased) {
    base::LogWarning("{}", erased.error().message);
  }
}

Result<std::int64_t> VersionOf(const std::string& path) {
  auto database = sqlite::Database::OpenToRead(path);
  if (!database) return database.error();
  auto statement = database->Prepare("PRAGMA user_version");
  if (!statement) return statement.error();
  std::int64_t version = 0;
  const auto read = statement->ForEach([&](const auto& row) {
    version = row.Integer(0);
    return false;
  });
  if (!read) return read.error();
  return version;
}

Result<void> Replace(const std::string& path, const Names& names, const CopySealed& copy) {
  base::LogInfo("{} is in clear: it is sealed, and what was in clear is overwritten", path);
  {
    auto clear = sqlite::Database::Open(path);
    if (!clear) return clear.error();
    if (auto copied = copy(*clear, names.sealing); !copied) return copied;
  }
  if (auto moved = base::RenameDurably(path, names.clear); !moved) return moved;
  return FinishWhatWasBegun(path, names);
}

}  // namespace

// Little-endian; the column first.
std::string RowSeal::Associated(const platform::FileIdentity& file, Column column) {
  std::string bytes(1, static_cast<char>(column));
  for (const std::uint64_t number : {file.device, file.inode}) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift & 0xffU);
  }
  return bytes;
}

std::string RowSeal::Seal(const platform::FileIdentity& file, Column column, std::string_view text) const {
  return key_.Seal(text, Associated(file, column));
}

std::optional<std::string> RowSeal::Open(const platform::FileIdentity& file, Column column,
                                         std::string_view sealed) const {
  auto text = key_.Open(sealed, Associated(file, column));
  if (text) return text;
  const std::uint64_t count = ++*unopened_;
  if (std::has_single_bit(count)) base::LogWarning("{} values of what is known of files cannot be opened", count);
  return text;
}

Result<void> RowSeal::CheckKey(sqlite::Database& database, std::string_view sql) const {
  auto statement = database.Prepare(sql);
  if (!statement) return statement.error();
  bool opens = false;
  bool any = false;
  const auto read = statement->ForEach([&](const auto& row) {
    const platform::FileIdentity file{.device = static_cast<std::uint64_t>(row.Integer(0)),
                                      .inode = static_cast<std::uint64_t>(row.Integer(1))};
    any = true;
    opens = key_.Open(row.Blob(2), Associated(file, Column::kPath)).has_value();
    return !opens;
  });
  if (!read) return read;
  if (opens || !any) return {};
  return Error{ErrorCode::kDataLoss, "what is in it was sealed with another key"};
}

Result<void> EraseDatabase(const std::string& path) {
  const Names names = NamesBeside(path);
  for (const std::string& name : {names.sealing, names.clear, path}) {
    if (auto erased = EraseFiles(name); !erased) return erased;
  }
  return base::EraseFile(names.clear_log);
}

Result<void> ReplaceClear(const std::string& path, const CopySealed& copy) {
  const Names names = NamesBeside(path);
  if (auto finished = FinishWhatWasBegun(path, names); !finished) return finished;
  if (!Exists(path)) return {};
  if (auto kept = KeepLog(path + "-wal", names.clear_log); !kept) return kept;
  const auto version = VersionOf(path);
  Result<void> done = version ? Result<void>() : version.error();
  if (version && *version == kInClear) done = Replace(path, names, copy);
  if (!Exists(names.clear)) DropLog(path + "-wal", names.clear_log);
  return done;
}

Result<sqlite::Database> OpenClear(const std::string& path) {
  const auto version = VersionOf(path);
  if (!version) return version.error();
  if (*version != kInClear) return Error{ErrorCode::kNotFound, path + " is not in clear"};
  return sqlite::Database::OpenToRead(path);
}

}  // namespace vigie::agent::inspect
