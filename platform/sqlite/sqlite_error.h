#pragma once

#include <string_view>

#include "platform/base/result.h"

struct sqlite3;

namespace vigie::sqlite {

// The error that the last call on `database` gave: "context: reason". Damage is kDataLoss, a full disk
// kResourceExhausted, a repeated key kAlreadyExists, a lock held too long or a disk that refuses writes kUnavailable.
base::Error LastError(sqlite3* database, std::string_view context);

}  // namespace vigie::sqlite
