#include "core/customers/index_key.h"

#include <sodium.h>

#include <algorithm>

namespace vigie::customers {
namespace {

constexpr std::uint32_t kOwnerOnly = 0600;
constexpr std::uint32_t kGroupAndOthers = 0077;

}  // namespace

base::Result<void> CreateIndexKey(platform::FileSystem& files, const std::string& path) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  const auto existing = files.StatusOf(path, false);
  if (existing) {
    return base::Error{
        base::ErrorCode::kAlreadyExists,
        path +
            " exists; a key is never overwritten, since indexes built with it would be lost. Name another "
            "file or move this one away"};
  }
  if (existing.error().code != base::ErrorCode::kNotFound) return existing.error();
  std::string bytes(std::tuple_size_v<IndexKey>, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  auto written = files.WriteFileDurably(path, bytes, kOwnerOnly);
  sodium_memzero(bytes.data(), bytes.size());
  return written;
}

base::Result<IndexKey> ReadIndexKey(platform::FileSystem& files, const std::string& path) {
  const auto status = files.StatusOf(path);
  if (!status) return status.error().Wrap("index key");
  if (status->kind != platform::FileKind::kRegular) {
    return base::Error{base::ErrorCode::kInvalidArgument, "index key: " + path + " is not a regular file"};
  }
  if ((status->mode & kGroupAndOthers) != 0) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "index key: others than its owner may use " + path + "; run chmod 600 " + path};
  }
  auto bytes = files.ReadFile(path, 4096);
  if (!bytes) return bytes.error().Wrap("index key");
  if (bytes->size() != std::tuple_size_v<IndexKey>) {
    return base::Error{base::ErrorCode::kInvalidArgument, "index key: " + path + " has " +
                                                              std::to_string(bytes->size()) +
                                                              " bytes, not 32; make one with vigie index key --out"};
  }
  IndexKey key{};
  std::transform(bytes->begin(), bytes->end(), key.begin(), [](char c) { return static_cast<std::byte>(c); });
  sodium_memzero(bytes->data(), bytes->size());
  return key;
}

}  // namespace vigie::customers
