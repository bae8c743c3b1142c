#include "server/upload_shelf.h"

#include "core/credentials/certificates.h"

namespace vigie::server {

UploadShelf::Place UploadShelf::Put(base::FileDescriptor file) {
  std::string ticket = credentials::CreateToken();
  files_.Lock()->emplace(ticket, std::move(file));
  return {*this, std::move(ticket)};
}

std::optional<base::FileDescriptor> UploadShelf::Take(const std::string& ticket) {
  auto files = files_.Lock();
  auto found = files->extract(ticket);
  if (found.empty()) return std::nullopt;
  return std::move(found.mapped());
}

}  // namespace vigie::server
