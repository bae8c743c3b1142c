#include "platform/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <string>

namespace vigie::sqlite {
namespace {

using base::ErrorCode;

constexpr int kPrimaryCodeMask = 0xff;  // https://sqlite.org/rescode.html: the low byte of an extended code

ErrorCode ConstraintCode(int extended) {
  const bool repeated = extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
                        extended == SQLITE_CONSTRAINT_ROWID;
  return repeated ? ErrorCode::kAlreadyExists : ErrorCode::kFailedPrecondition;
}

// A disk that takes nothing is not a file that is damaged.
ErrorCode DiskCode(int extended) {
  const bool refuses = extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_FSYNC ||
                       extended == SQLITE_IOERR_DIR_FSYNC || extended == SQLITE_IOERR_TRUNCATE ||
                       extended == SQLITE_IOERR_SHMSIZE || extended == SQLITE_IOERR_SHMMAP;
  return refuses ? ErrorCode::kUnavailable : ErrorCode::kDataLoss;
}

ErrorCode CodeOf(int extended) {
  switch (extended & kPrimaryCodeMask) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kDataLoss;
    case SQLITE_IOERR:
      return DiskCode(extended);
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return ErrorCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kUnavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::kPermissionDenied;
    case SQLITE_CANTOPEN:
      return ErrorCode::kNotFound;
    case SQLITE_CONSTRAINT:
      return ConstraintCode(extended);
    case SQLITE_RANGE:
      return ErrorCode::kInvalidArgument;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

base::Error LastError(sqlite3* database, std::string_view context) {
  const int code = sqlite3_extended_errcode(database);
  return {CodeOf(code), std::string(context) + ": " + sqlite3_errmsg(database)};
}

}  // namespace vigie::sqlite
