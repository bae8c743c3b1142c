#include "agent/spool/raw_pages.h"

#include <algorithm>
#include <filesystem>
#include <span>

namespace vigie::agent::spool {
namespace {

constexpr std::size_t kLogHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kFrameBytes = kFrameHeaderBytes + RawPages::kPageBytes;
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums over big-endian words

std::uint32_t BigEndian(std::span<const unsigned char> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

std::uint32_t LittleEndian(std::span<const unsigned char> bytes) {
  return std::uint32_t{bytes[3]} << 24 | std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[0];
}

// The running checksum of a write-ahead log.
struct Checksum {
  bool big_endian = false;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void Add(std::span<const unsigned char> bytes) {
    const auto word = big_endian ? BigEndian : LittleEndian;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes.subspan(at)) + second;
      second += word(bytes.subspan(at + 4)) + first;
    }
  }
  bool Is(std::span<const unsigned char> stored) const {
    return BigEndian(stored) == first && BigEndian(stored.subspan(4)) == second;
  }
};

std::uint64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

bool ReadAt(std::ifstream& file, std::uint64_t offset, std::span<unsigned char> into) {
  file.clear();
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  return file.gcount() == static_cast<std::streamsize>(into.size());
}

using FrameHeader = std::array<unsigned char, kFrameHeaderBytes>;
using Salts = std::array<unsigned char, 8>;

Salts SaltsOf(std::span<const unsigned char> header, std::size_t at) {
  Salts salts{};
  for (std::size_t i = 0; i < salts.size(); ++i) salts[i] = header[at + i];
  return salts;
}

using LogHeader = std::array<unsigned char, kLogHeaderBytes>;

// What the checksum of the log's frames begins with; nothing if the header is not what its own checksum says.
std::optional<Checksum> ReadHeader(std::ifstream& log, LogHeader& header) {
  if (!ReadAt(log, 0, header) || (BigEndian(header) & ~1U) != kMagic) return std::nullopt;
  Checksum sum{.big_endian = (BigEndian(header) & 1U) != 0};
  sum.Add(std::span(header).first(24));
  return sum.Is(std::span(header).subspan(24)) ? std::optional(sum) : std::nullopt;
}

// After SQLite has begun the log anew, most of its first frames may be of the generation before: only the header knows.
// Where it is damaged, those that two of the first three frames agree on, else those of the first.
Salts Generation(std::ifstream& log, std::uint64_t frames) {
  LogHeader log_header{};
  if (ReadHeader(log, log_header)) return SaltsOf(log_header, 16);
  std::vector<Salts> seen;
  FrameHeader header{};
  for (std::uint64_t i = 0; i < frames && i < 3; ++i) {
    if (ReadAt(log, kLogHeaderBytes + i * kFrameBytes, header)) seen.push_back(SaltsOf(header, 8));
  }
  if (seen.empty()) return {};
  return seen.size() == 3 && seen[1] == seen[2] ? seen[1] : seen[0];
}

}  // namespace

RawPages::RawPages(const std::string& path)
    : file_(path, std::ios::binary),
      log_(path + "-wal", std::ios::binary),
      log_bytes_(SizeOf(path + "-wal")),
      file_pages_((SizeOf(path) + kPageBytes - 1) / kPageBytes) {
  ReadLog();
  // The frame itself may be the end of a transaction that was never finished; one behind it was begun later.
  const std::uint64_t end = kLogHeaderBytes + (ReadableFrames() + 1) * kFrameBytes;
  log_is_broken_ =
      std::ranges::any_of(frames_, [&](const Frame& frame) { return frame.commits && frame.offset > end; });
}

void RawPages::ReadLog() {
  if (log_bytes_ < kLogHeaderBytes + kFrameBytes) return;
  const std::uint64_t count = (log_bytes_ - kLogHeaderBytes) / kFrameBytes;
  const Salts generation = Generation(log_, count);
  FrameHeader header{};
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t offset = kLogHeaderBytes + i * kFrameBytes;
    if (!ReadAt(log_, offset, header) || SaltsOf(header, 8) != generation) continue;
    newest_frame_[BigEndian(header)] = file_pages_ + frames_.size();
    const bool commits = BigEndian(std::span(header).subspan(4)) != 0;
    frames_.push_back({BigEndian(header), offset + kFrameHeaderBytes, commits});
  }
}

std::size_t RawPages::ReadableFrames() {
  LogHeader log_header{};
  auto sum = ReadHeader(log_, log_header);
  if (!sum) return 0;
  FrameHeader header{};
  Page page{};
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const std::uint64_t offset = kLogHeaderBytes + i * kFrameBytes;
    if (frames_[i].offset != offset + kFrameHeaderBytes) return i;  // one between has salts of its own
    if (!ReadAt(log_, offset, header) || !ReadAt(log_, frames_[i].offset, page)) return i;
    if (SaltsOf(header, 8) != SaltsOf(log_header, 16)) return i;
    sum->Add(std::span(header).first(8));
    sum->Add(page);
    if (!sum->Is(std::span(header).subspan(16))) return i;
  }
  return frames_.size();
}

bool RawPages::Read(std::size_t image, Page& page) {
  if (image >= file_pages_) {
    if (image >= count()) return false;
    return ReadAt(log_, frames_[image - file_pages_].offset, page);
  }
  page.fill(0);  // the last page of a torn file is what there is of it
  const bool whole = ReadAt(file_, image * kPageBytes, page);
  return whole || image + 1 == file_pages_;
}

std::uint32_t RawPages::NumberOf(std::size_t image) const {
  if (image < file_pages_) return static_cast<std::uint32_t>(image + 1);
  return frames_[image - file_pages_].page;
}

std::optional<std::size_t> RawPages::Newest(std::uint32_t number) const {
  if (const auto frame = newest_frame_.find(number); frame != newest_frame_.end()) return frame->second;
  if (number >= 1 && number <= file_pages_) return number - 1;
  return std::nullopt;
}

}  // namespace vigie::agent::spool
