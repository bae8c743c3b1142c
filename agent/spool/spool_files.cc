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

// Copies that an earlier version set aside.
void EraseDamagedCopies(const std::string& path) {
  std::error_code error;
  std::vector<std::string> copies;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path(), error)) {
    if (entry.path().string().starts_with(path + ".damaged")) copies.push_back(entry.path());
  }
  for (const std::string& copy : copies) {
    if (const auto erased = base::EraseFile(copy); !erased) base::LogError("{}", erased.error().message);
  }
}

Result<OpenedSpool> OpenUsable(const std::string& path, const seal::HostKey& key) {
  auto table = SpoolTable::Open(path, key);
  if (!table) return table.error();
  const auto size = table->Measure();
  if (!size) return size.error();
  auto gaps = table->Gaps();
  if (!gaps) return gaps.error();
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
  auto filled = FillFrom(path, key, [&](SpoolTable& table) { return CopyClearSpool(clear, table, now); });
  if (!filled) return filled;
  EraseDamagedCopies(path);
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
  const auto form = FormOf(path, key.made);
  if (!form) return form.error();
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
