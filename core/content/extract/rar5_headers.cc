#include "core/content/extract/rar5_headers.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace vigie::content {
namespace {

constexpr std::uint64_t kSignatureBytes = 8;
constexpr std::uint64_t kCheckSumBytes = 4;
constexpr std::size_t kHeaderBytes = 8 * 1024;  // what is looked at; longer ones say nothing more of encryption
constexpr std::size_t kMostFiles = 100'000;

// Reads numbers of a header one after the other; all zero behind its end.
class NumberReader {
 public:
  explicit NumberReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t Next() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct Block {
  std::uint64_t type = 0;
  std::uint64_t extra_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t next = 0;    // where the block after it begins
  std::string_view fields;   // behind the sizes
  std::string_view records;  // the extra area, if it was read
};

Block ReadBlock(std::string_view bytes, std::uint64_t at) {
  NumberReader size_reader(bytes.substr(std::min<std::size_t>(kCheckSumBytes, bytes.size())));
  const auto size = size_reader.Next();
  const auto header = size_reader.rest().substr(0, size);
  const auto before = bytes.size() - size_reader.rest().size();
  NumberReader reader(header);
  Block block;
  block.type = reader.Next();
  const auto flags = reader.Next();
  if ((flags & 1) != 0) block.extra_bytes = reader.Next();
  if ((flags & 2) != 0) block.data_bytes = reader.Next();
  block.fields = reader.rest();
  if (header.size() == size && block.extra_bytes <= block.fields.size()) {
    block.records = block.fields.substr(block.fields.size() - block.extra_bytes);
  }
  block.next = at + before + size + block.data_bytes;
  return block;
}

bool HasEncryptionRecord(std::string_view records) {
  constexpr std::uint64_t kEncryption = 1;
  while (!records.empty()) {
    NumberReader reader(records);
    const auto size = reader.Next();
    const auto record = reader.rest().substr(0, size);
    if (NumberReader(record).Next() == kEncryption) return true;
    records = reader.rest().substr(record.size());
  }
  return false;
}

}  // namespace

std::vector<bool> EncryptedFilesOfRar5(ByteSource& source) {
  constexpr std::uint64_t kFile = 2;
  constexpr std::uint64_t kEnd = 5;
  std::vector<bool> encrypted;
  std::string bytes;
  for (auto at = kSignatureBytes; at < source.size() && encrypted.size() < kMostFiles;) {
    bytes.assign(kHeaderBytes, '\0');
    const auto count = source.ReadAt(at, bytes);
    if (!count || *count <= kCheckSumBytes) break;
    const auto block = ReadBlock(std::string_view(bytes).substr(0, *count), at);
    const bool is_folder = (NumberReader(block.fields).Next() & 1) != 0;
    if (block.type == kFile && !is_folder) encrypted.push_back(HasEncryptionRecord(block.records));
    if (block.type == kEnd || block.next <= at) break;
    at = block.next;
  }
  return encrypted;
}

}  // namespace vigie::content
