#include "agent/spool/spool_files.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "agent/spool/clear_spool.h"
#include "agent/spool/damaged_file.h"
#include "agent/spool/salvage.h"
#include "agent/spool/untold_gaps.h"
#include "platform/base/logging.h"
#include "platform/base/private_file.h"

namespace vigie::agent::spool {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kInMemory = ":memory:";

enum class Form { kUsable, kClear, kBroken };

std::string ClearName(const std::string& path) {
  return path + ".clear";
}
// A second name of the log of a file in clear: SQLite removes the first one as soon as it has closed the file, and its
// bytes would stay on the disk.
std::string ClearLogName(const std::string& path) {
  return path + ".clear-log";
}
std::string BrokenName(const std::string& path) {
  return path + ".broken";
}

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<void> Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return base::ErrnoError(error.value(), "rename " + from);
  return {};
}

// The database last: while it stands under its old name the move can be taken back.
Result<void> Move(const std::string& from, const std::string& to) {
  std::error_code ignored;
  fs::remove(from + "-shm", ignored);
  if (Exists(from + "-wal")) {
    if (auto moved = Rename(from + "-wal", to + "-wal"); !moved) return moved;
  }
  return Rename(from, to);
}

// A log whose database never followed it.
Result<void> TakeBack(const std::string& path, const std::string& aside) {
  if (Exists(aside) || !Exists(aside + "-wal") || Exists(path + "-wal")) return {};
  return Rename(aside + "-wal", path + "-wal");
}

// A broken file beside a key that is new: written before there were keys, or its key is lost. Neither may be kept.
Result<Form> FormOf(const std::string& path, bool key_is_new) {
  const Form broken = key_is_new ? Form::kClear : Form::kBroken;
  if (!Exists(path)) return Form::kUsable;
  if (RawPages(path).log_is_broken()) {
    if (!key_is_new) return Form::kBroken;
  }
  const auto shape = SpoolTable::ShapeOf(path);
  if (!shape && shape.error().code == ErrorCode::kDataLoss) return broken;
  if (!shape) return shape.error();
  if (*shape == SpoolTable::Shape::kClear) return Form::kClear;
  return *shape == SpoolTable::Shape::kOther ? broken : Form::kUsable;
}

Result<void> EraseWithLog(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (auto erased = base::EraseFile(path + suffix); !erased) return erased;
  }
  return {};
}

// Before SQLite opens a file that may be in clear. What only the second name is left of has been emptied into its file.
Result<void> KeepLog(const std::string& log, const std::string& second_name) {
  std::error_code error;
  if (Exists(second_name) && !fs::equivalent(log, second_name, error)) {
    if (auto erased = base::EraseFile(second_name); !erased) return erased;
  }
  if (!Exists(log) || Exists(second_name)) return {};
  fs::create_hard_link(log, second_name, error);
  if (error && error != std::errc::read_only_file_system)
    base::LogError("{}: {}: if it is in clear, it is not overwritten", log, error.message());
  return {};
}

// False: some are left.
bool EraseDamagedCopies(const std::string& path) {
  std::error_code error;
  std::vector<std::string> copies;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path(), error)) {
    if (entry.path().string().starts_with(path + ".damaged")) copies.push_back(entry.path());
  }
  bool all = !error;
  for (const std::string& copy : copies) {
    const auto erased = base::EraseFile(copy);
    if (!erased) base::LogError("{}: it may hold events in clear, remove it", erased.error().message);
    all = all && erased;
  }
  return all;
}

constexpr char kClearCopies[] = "clear_copies";  // 1: copies that an earlier version set aside may be there

// At each start until it went well. What was set aside since goes with them, rather than that one in clear stays.
void EraseClearCopies(const std::string& path, SpoolTable& table) {
  const auto there = table.ReadNumber(kClearCopies);
  if (!there || *there == 0 || !EraseDamagedCopies(path)) return;
  const auto noted = table.WriteNumber(kClearCopies, 0);
  if (!noted) base::LogError("{}", noted.error().message);
}

Result<OpenedSpool> OpenUsable(const std::string& path, const seal::HostKey& key) {
  auto table = SpoolTable::Open(path, key);
  if (!table) return table.error();
  const auto size = table->Measure();
  if (!size) return size.error();
  auto gaps = table->Gaps();
  if (!gaps) return gaps.error();
  EraseClearCopies(path, *table);
  return OpenedSpool{*std::move(table), *size, *std::move(gaps)};
}

// In a table that may hold a part of it already.
template <typename Copy>
Result<void> FillFrom(const std::string& path, const seal::HostKey& key, Copy copy) {
  auto table = SpoolTable::Open(path, key);
  if (!table) return table.error();
  auto gap = copy(*table);
  if (!gap) return gap.error();
  if (!*gap) return {};
  base::LogError("{}: {} events are lost", (*gap)->reason(), (*gap)->lost());
  return table->Transaction([&] { return table->KeepGap(**gap); });
}

Result<void> SealClear(const std::string& path, const seal::HostKey& key, base::SystemTime now) {
  const std::string clear = ClearName(path);
  base::LogInfo("the spool {} holds events in clear: they are sealed, and it is overwritten", path);
  if (auto kept = KeepLog(clear + "-wal", ClearLogName(path)); !kept) return kept;
  auto filled = FillFrom(path, key, [&](SpoolTable& table) -> Result<std::optional<v1::Gap>> {
    if (auto noted = table.WriteNumber(kClearCopies, 1); !noted) return noted.error();
    return CopyClearSpool(clear, table, now);
  });
  if (!filled) return filled;
  if (auto erased = base::EraseFile(ClearLogName(path)); !erased) return erased;
  return EraseWithLog(clear);
}

Result<void> Salvage(const std::string& path, const seal::HostKey& key, base::SystemTime now) {
  const std::string broken = BrokenName(path);
  auto filled = FillFrom(path, key, [&](SpoolTable& table) { return SalvageSpool(broken, table, now); });
  if (!filled) return filled;
  const auto aside = SetAside(broken, path);
  if (!aside) return aside.error();
  base::LogError("the spool was damaged and is set aside as {}; what could be read of it is kept", *aside);
  return {};
}

Result<void> FinishWhatWasBegun(const std::string& path, const seal::HostKey& key, base::SystemTime now) {
  for (const auto& aside : {ClearName(path), BrokenName(path)}) {
    if (auto taken = TakeBack(path, aside); !taken) return taken;
  }
  if (Exists(ClearName(path))) {
    if (auto sealed = SealClear(path, key, now); !sealed) return sealed;
  }
  if (Exists(BrokenName(path))) return Salvage(path, key, now);
  return {};
}

}  // namespace

Result<OpenedSpool> RebuildSpool(const std::string& path, const seal::HostKey& key, base::SystemTime now) {
  if (Exists(path)) {
    if (auto moved = Move(path, BrokenName(path)); !moved) return moved.error();
  }
  if (auto done = FinishWhatWasBegun(path, key, now); !done) return done.error();
  return OpenUsable(path, key);
}

Result<OpenedSpool> OpenSpool(const std::string& path, const seal::HostKey::Loaded& key, base::SystemTime now) {
  if (path == kInMemory) return OpenUsable(path, key.key);
  if (auto done = FinishWhatWasBegun(path, key.key, now); !done) return done.error();
  if (auto kept = KeepLog(path + "-wal", ClearLogName(path)); !kept) return kept.error();
  const auto form = FormOf(path, key.made);
  if (!form) return form.error();
  // It is sealed: its own log maybe, which must not be overwritten.
  std::error_code ignored;
  if (*form != Form::kClear) fs::remove(ClearLogName(path), ignored);
  if (*form == Form::kBroken) return RebuildSpool(path, key.key, now);
  if (*form == Form::kClear) {
    if (auto moved = Move(path, ClearName(path)); !moved) return moved.error();
    if (auto done = FinishWhatWasBegun(path, key.key, now); !done) return done.error();
  }
  auto opened = OpenUsable(path, key.key);
  if (opened || opened.error().code != ErrorCode::kDataLoss) return opened;
  return RebuildSpool(path, key.key, now);
}

}  // namespace vigie::agent::spool
