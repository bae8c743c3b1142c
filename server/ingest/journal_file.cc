#include "server/ingest/journal_file.h"

#include <zlib.h>

#include <cstring>
#include <optional>
#include <random>
#include <string_view>

namespace vigie::server::ingest {
namespace {

using base::Result;

// As it stands in the file, in this machine's byte order; the checksum covers what follows it.
struct Frame {
  std::uint32_t checksum = 0;
  std::uint32_t bytes = 0;
  std::uint64_t life = 0;
  std::uint64_t number = 0;
};
static_assert(sizeof(Frame) == 24);

std::uint32_t ChecksumOf(std::string_view framed) {
  const std::string_view covered = framed.substr(sizeof(Frame::checksum));
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(covered.data()), covered.size()));
}

void AddFramed(std::uint64_t life, std::uint64_t number, std::string_view record, std::string& bytes) {
  Frame frame{0, static_cast<std::uint32_t>(record.size()), life, number};
  const std::size_t begin = bytes.size();
  bytes.append(reinterpret_cast<const char*>(&frame), sizeof(frame)).append(record);
  frame.checksum = ChecksumOf(std::string_view(bytes).substr(begin));
  std::memcpy(bytes.data() + begin, &frame.checksum, sizeof(frame.checksum));
}

// The record at the beginning of `bytes`, if it is whole.
std::optional<std::pair<Frame, std::string_view>> FirstOf(std::string_view bytes) {
  Frame frame;
  if (bytes.size() < sizeof(frame)) return std::nullopt;
  std::memcpy(&frame, bytes.data(), sizeof(frame));
  if (frame.bytes == 0 || frame.bytes > bytes.size() - sizeof(frame)) return std::nullopt;
  if (ChecksumOf(bytes.substr(0, sizeof(frame) + frame.bytes)) != frame.checksum) return std::nullopt;
  return std::pair(frame, bytes.substr(sizeof(frame), frame.bytes));
}

std::vector<std::string> RecordsIn(std::string_view bytes) {
  std::vector<std::string> records;
  std::uint64_t life = 0;
  while (const auto next = FirstOf(bytes)) {
    const auto& [frame, record] = *next;
    if (records.empty()) life = frame.life;
    if (frame.life != life || frame.number != records.size()) break;
    records.emplace_back(record);
    bytes.remove_prefix(sizeof(frame) + record.size());
  }
  return records;
}

}  // namespace

JournalFile::JournalFile(base::OverwrittenFile file) : file_(std::move(file)) {
  StartOver();
}

Result<JournalFile> JournalFile::Open(const std::string& path, std::uint64_t size) {
  auto file = base::OverwrittenFile::Open(path, size);
  if (!file) return file.error();
  const auto bytes = file->Read();
  if (!bytes) return bytes.error();
  JournalFile journal(*std::move(file));
  journal.former_ = RecordsIn(*bytes);
  return journal;
}

std::uint64_t JournalFile::Footprint(std::size_t record_bytes) {
  return sizeof(Frame) + record_bytes;
}

Result<void> JournalFile::Append(const std::vector<std::string>& records) {
  std::string bytes;
  std::uint64_t number = next_number_;
  for (const std::string& record : records) AddFramed(life_, number++, record, bytes);
  if (auto written = file_.WriteDurably(end_, bytes); !written) return written;
  next_number_ = number;
  end_ += bytes.size();
  return {};
}

Result<void> JournalFile::Erase() {
  if (auto erased = file_.WriteDurably(0, std::string(file_.size(), '\0')); !erased) return erased;
  StartOver();
  return {};
}

void JournalFile::StartOver() {
  std::random_device random;
  life_ = (std::uint64_t{random()} << 32U) | random();
  next_number_ = 0;
  end_ = 0;
}

}  // namespace vigie::server::ingest
