#include "platform/sqlite/image_file_system.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace vigie::sqlite {
namespace {

struct ImageFile {
  sqlite3_file base;
  ImageSource* source;
};

ImageSource& SourceOf(sqlite3_file* file) {
  return *reinterpret_cast<ImageFile*>(file)->source;
}

// The bytes of the header that say "write-ahead log" are shown as "rollback journal": there is no log here.
void HideLog(std::span<char> bytes, sqlite3_int64 offset) {
  for (const sqlite3_int64 version : {18, 19}) {
    if (version < offset || version >= offset + static_cast<sqlite3_int64>(bytes.size())) continue;
    char& byte = bytes[static_cast<std::size_t>(version - offset)];
    byte = std::min(byte, '\1');
  }
}

int Read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  const std::span bytes(static_cast<char*>(into), static_cast<std::size_t>(size));
  const auto count = SourceOf(file).ReadAt(static_cast<std::uint64_t>(offset), bytes);
  if (!count) return SQLITE_IOERR_READ;
  HideLog(bytes.subspan(0, *count), offset);
  if (*count == bytes.size()) return SQLITE_OK;
  std::ranges::fill(bytes.subspan(*count), '\0');
  return SQLITE_IOERR_SHORT_READ;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(SourceOf(file).size());
  return SQLITE_OK;
}

int Close(sqlite3_file*) {
  return SQLITE_OK;
}
int Write(sqlite3_file*, const void*, int, sqlite3_int64) {
  return SQLITE_READONLY;
}
int Truncate(sqlite3_file*, sqlite3_int64) {
  return SQLITE_READONLY;
}
int Flags(sqlite3_file*, int) {
  return SQLITE_OK;
}
int NoReservedLock(sqlite3_file*, int* locked) {
  *locked = 0;
  return SQLITE_OK;
}
int Control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int SectorSize(sqlite3_file*) {
  return 4096;
}
int Characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_IMMUTABLE;
}

constexpr sqlite3_io_methods kMethods = {
    1,          Close,           Read,    Write,   Truncate, Flags,   FileSize, Flags,  Flags, NoReservedLock, Control,
    SectorSize, Characteristics, nullptr, nullptr, nullptr,  nullptr, nullptr,  nullptr};

int Open(sqlite3_vfs* vfs, sqlite3_filename, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
  file->pMethods = &kMethods;
  reinterpret_cast<ImageFile*>(file)->source = static_cast<ImageSource*>(vfs->pAppData);
  if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char*, int) {
  return SQLITE_READONLY;
}
int Access(sqlite3_vfs*, const char*, int, int* answer) {
  *answer = 0;
  return SQLITE_OK;
}
int FullPathname(sqlite3_vfs*, const char* name, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", name);
  return SQLITE_OK;
}
int Randomness(sqlite3_vfs*, int size, char* into) {
  std::memset(into, 0, static_cast<std::size_t>(size));
  return size;
}
int Sleep(sqlite3_vfs*, int) {
  return 0;
}
int CurrentTime(sqlite3_vfs*, double* now) {
  *now = 0;
  return SQLITE_OK;
}

}  // namespace

ImageFileSystem::ImageFileSystem(ImageSource& source)
    : name_("image-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))), vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(ImageFile);
  vfs_->mxPathname = 64;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = &source;
  vfs_->xOpen = Open;
  vfs_->xDelete = Delete;
  vfs_->xAccess = Access;
  vfs_->xFullPathname = FullPathname;
  vfs_->xRandomness = Randomness;
  vfs_->xSleep = Sleep;
  vfs_->xCurrentTime = CurrentTime;
  sqlite3_vfs_register(vfs_.get(), 0);
}

ImageFileSystem::~ImageFileSystem() {
  sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace vigie::sqlite
