#include "server/ingest/journal_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <random>

namespace vigie::server::ingest {
namespace {

using base::Result;
using Length = std::uint32_t;

// As it stands in the file, in this machine's byte order; the checksum covers what follows it.
struct Frame {
  std::uint32_t checksum = 0;
  std::uint32_t bytes = 0;
  std::uint64_t life = 0;
  std::uint64_t number = 0;
  std::uint64_t needed_from = 0;
};
static_assert(sizeof(Frame) == 32);

// The number of the write that says which life it is: it holds no record.
constexpr std::uint64_t kHead = 0;

struct Write {
  Frame frame;
  std::string_view records;
};

std::uint32_t ChecksumOf(std::string_view framed) {
  const std::string_view covered = framed.substr(sizeof(Frame::checksum));
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(covered.data()), covered.size()));
}

// Padded with zeros to whole blocks.
std::string Framed(Frame frame, const std::vector<std::string>& records) {
  std::string bytes(sizeof(frame), '\0');
  for (const std::string& record : records) {
    const auto length = static_cast<Length>(record.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof(length)).append(record);
  }
  frame.bytes = static_cast<std::uint32_t>(bytes.size() - sizeof(frame));
  std::memcpy(bytes.data(), &frame, sizeof(frame));
  frame.checksum = ChecksumOf(bytes);
  std::memcpy(bytes.data(), &frame, sizeof(frame));
  bytes.resize(JournalFile::Footprint(frame.bytes));
  return bytes;
}

constexpr std::uint64_t kAnyLife = 0;

// The write of this life at the beginning of `bytes`, if it is whole. What claims to be one and does not know the life,
// which whoever sends a record could, costs no checksum.
std::optional<Write> FirstOf(std::string_view bytes, std::uint64_t life) {
  Frame frame;
  if (bytes.size() < sizeof(frame)) return std::nullopt;
  std::memcpy(&frame, bytes.data(), sizeof(frame));
  if (frame.life == 0 || (life != kAnyLife && frame.life != life)) return std::nullopt;
  if (frame.bytes > bytes.size() - sizeof(frame)) return std::nullopt;
  if (ChecksumOf(bytes.substr(0, sizeof(frame) + frame.bytes)) != frame.checksum) return std::nullopt;
  return Write{frame, bytes.substr(sizeof(frame), frame.bytes)};
}

void AddRecords(std::string_view bytes, std::vector<std::string>& records) {
  Length length = 0;
  while (bytes.size() >= sizeof(length)) {
    std::memcpy(&length, bytes.data(), sizeof(length));
    bytes.remove_prefix(sizeof(length));
    records.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(std::min<std::size_t>(length, bytes.size()));
  }
}

// 0: neither of the two places says it.
std::uint64_t LifeOf(std::string_view bytes) {
  for (std::uint64_t at = 0; at < std::min<std::uint64_t>(JournalFile::kBegin, bytes.size());
       at += JournalFile::kBlock) {
    const auto head = FirstOf(bytes.substr(at, JournalFile::kBlock), kAnyLife);
    if (head && head->frame.number == kHead) return head->frame.life;
  }
  return 0;
}

// By number. What is damaged is passed over block by block.
std::map<std::uint64_t, Write> WritesOf(std::uint64_t life, std::string_view bytes) {
  std::map<std::uint64_t, Write> writes;
  for (std::uint64_t at = JournalFile::kBegin; at < bytes.size();) {
    const auto write = FirstOf(bytes.substr(at), life);
    const bool ours = write && write->frame.number != kHead;
    if (ours) writes.emplace(write->frame.number, *write);
    at += ours ? JournalFile::Footprint(write->frame.bytes) : JournalFile::kBlock;
  }
  return writes;
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

JournalContent ReadJournal(std::string_view bytes) {
  JournalContent content;
  const std::uint64_t life = LifeOf(bytes);
  if (life == 0) {
    content.damaged = IsZero(bytes) ? 0 : 1;
    return content;
  }
  const auto writes = WritesOf(life, bytes);
  if (writes.empty()) return content;
  const Frame newest = writes.rbegin()->second.frame;
  content.damaged = newest.number - newest.needed_from + 1;
  for (auto write = writes.lower_bound(newest.needed_from); write != writes.end(); ++write) {
    --content.damaged;
    AddRecords(write->second.records, content.records);
  }
  return content;
}

JournalFile::JournalFile(base::OverwrittenFile file, std::string_view bytes)
    : file_(std::move(file)), former_(ReadJournal(bytes)), used_(IsZero(bytes) ? 0 : bytes.size()) {
}

Result<JournalFile> JournalFile::Open(const std::string& path, std::uint64_t size) {
  auto file = base::OverwrittenFile::Open(path, size);
  if (!file) return file.error();
  const auto bytes = file->Read();
  if (!bytes) return bytes.error();
  return JournalFile(*std::move(file), *bytes);
}

std::uint64_t JournalFile::BytesOf(std::string_view record) {
  return sizeof(Length) + record.size();
}

std::uint64_t JournalFile::Footprint(std::uint64_t record_bytes) {
  return (sizeof(Frame) + record_bytes + kBlock - 1) / kBlock * kBlock;
}

Result<void> JournalFile::BeginLife() {
  std::random_device random;
  life_ = (std::uint64_t{random()} << 32U) | random() | 1U;
  const std::string head = Framed({.life = life_, .number = kHead}, {});
  return file_.WriteDurably(0, head + head);
}

Result<void> JournalFile::Append(const std::vector<std::string>& records, const Place& place) {
  if (life_ == 0) {
    if (auto begun = BeginLife(); !begun) return begun;
  }
  const std::string bytes = Framed({.life = life_, .number = place.number, .needed_from = place.needed_from}, records);
  used_ = std::max(used_, place.offset + bytes.size());
  return file_.WriteDurably(place.offset, bytes);
}

// A kill in between leaves a life without writes, or nothing: never what looks like damage.
Result<void> JournalFile::Erase() {
  const std::uint64_t end = std::exchange(used_, 0);
  if (end == 0) return {};
  auto erased = BeginLife();
  if (erased && end > kBegin) erased = file_.Clear(kBegin, end - kBegin);
  if (erased) erased = file_.Clear(0, kBegin);
  life_ = 0;
  return erased;
}

}  // namespace vigie::server::ingest
