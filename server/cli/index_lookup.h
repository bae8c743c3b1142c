#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/file_system.h"
#include "server/cli/command.h"

// `vigie index key`, `info` and `resolve`.
namespace vigie::cli {

int RunIndexKey(const std::string& out, platform::FileSystem& files, Context& context);

int RunIndexInfo(const std::string& index, platform::FileSystem& files, Context& context);

struct IndexResolveRequest {
  std::string ledger;
  std::vector<std::uint32_t> ids;
  std::string set_file;  // a serialised record set; used if there are no ids
};

// Prints "id,key" lines (RFC 4180), sorted by id. 1 if an id is not in the ledger; standard error says which.
int RunIndexResolve(const IndexResolveRequest& request, platform::FileSystem& files, Context& context);

}  // namespace vigie::cli
