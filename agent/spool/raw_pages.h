#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vigie::agent::spool {

// A database file and its write-ahead log as what they are made of, pages of 4096 bytes, whatever is damaged in them
// (https://sqlite.org/fileformat2.html, sections 1.2 and 4.1). Of the log only frames of the generation that its header
// names, or if that is damaged most of its first frames: older ones stand in the file. Not thread-safe.
class RawPages {
 public:
  static constexpr std::size_t kPageBytes = 4096;
  using Page = std::array<unsigned char, kPageBytes>;

  // `path` and `path`-wal; either may be missing.
  explicit RawPages(const std::string& path);

  // Images of pages: a page may have several, in the file and in the log.
  std::size_t count() const { return file_pages_ + frames_.size(); }
  // False past the end of a truncated file.
  bool Read(std::size_t image, Page& page);
  // The page's number, 1 is the first.
  std::uint32_t NumberOf(std::size_t image) const;
  // The newest image of a page.
  std::optional<std::size_t> Newest(std::uint32_t number) const;

  // A frame of the log is not what its checksum says, and SQLite would read neither it nor a transaction that was
  // committed after it. A torn end is no damage: nobody was told that it is kept.
  bool log_is_broken() const { return log_is_broken_; }

 private:
  struct Frame {
    std::uint32_t page = 0;
    std::uint64_t offset = 0;  // of its page in the log
    bool commits = false;      // a transaction ends here
  };
  void ReadLog();
  // How many of the frames SQLite reads.
  std::size_t ReadableFrames();

  std::ifstream file_;
  std::ifstream log_;
  std::uint64_t log_bytes_ = 0;
  std::size_t file_pages_ = 0;
  std::vector<Frame> frames_;
  std::map<std::uint32_t, std::size_t> newest_frame_;  // page → image
  bool log_is_broken_ = false;
};

}  // namespace vigie::agent::spool
