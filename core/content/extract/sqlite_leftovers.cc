#include "core/content/extract/sqlite_leftovers.h"

#include <algorithm>
#include <string>
#include <vector>

namespace vigie::content {
namespace {

constexpr std::size_t kHeaderBytes = 100;

std::uint32_t Number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + size && i < bytes.size(); ++i)
    number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  return number;
}

class LeftoverWalk {
 public:
  LeftoverWalk(ByteSource& source, const std::function<bool(std::string_view)>& take) : source_(source), take_(take) {}

  bool Run() {
    const auto header = ReadPage(0, kHeaderBytes);
    if (header.size() < kHeaderBytes) return false;
    page_bytes_ = Number(header, 16, 2) == 1 ? 65536 : Number(header, 16, 2);
    if (page_bytes_ < 512) return false;
    pages_ = (source_.size() + page_bytes_ - 1) / page_bytes_;
    free_.resize(pages_ + 1);
    const auto counted = Number(header, 28, 4);
    const bool counts = Number(header, 24, 4) == Number(header, 92, 4);  // else the count is stale
    const bool is_cut = counts ? counted > source_.size() / page_bytes_ : source_.size() % page_bytes_ != 0;
    const bool whole = MarkFreePages(Number(header, 32, 4)) && !is_cut;
    for (std::uint64_t page = 1; page <= pages_; ++page) {
      const auto bytes = ReadPage(page_bytes_ * (page - 1), page_bytes_);
      const bool unused = free_[page] || (counts && page > counted);
      if (!(unused ? take_(bytes) : TakeUnused(bytes, page == 1))) break;
    }
    return whole;
  }

 private:
  std::string ReadPage(std::uint64_t offset, std::size_t size) {
    std::string page(size, '\0');
    const auto count = source_.ReadAt(offset, page);
    page.resize(count ? *count : 0);
    return page;
  }

  // The trunk pages of the free list, each with the numbers of its leaves.
  bool MarkFreePages(std::uint64_t trunk) {
    while (trunk != 0) {
      if (trunk > pages_ || free_[trunk]) return false;
      free_[trunk] = true;
      const auto page = ReadPage(page_bytes_ * (trunk - 1), page_bytes_);
      const auto leaves = std::min<std::size_t>(Number(page, 4, 4), page_bytes_ / 4);
      for (std::size_t i = 0; i < leaves; ++i) {
        const auto leaf = Number(page, 8 + 4 * i, 4);
        if (leaf > pages_) return false;
        free_[leaf] = true;
      }
      trunk = Number(page, 0, 4);
    }
    return true;
  }

  // Of a b-tree page: the gap before its cells, and the blocks of deleted cells among them.
  bool TakeUnused(std::string_view page, bool is_first) {
    const std::size_t begin = is_first ? kHeaderBytes : 0;
    if (page.size() < begin + 12) return page.empty() || take_(page);
    const auto kind = page[begin];
    if (kind != 2 && kind != 5 && kind != 10 && kind != 13) return true;  // overflow: the rows' own
    const std::size_t gap = begin + (kind < 8 ? 12 : 8) + 2 * std::size_t{Number(page, begin + 3, 2)};
    const auto declared = Number(page, begin + 5, 2);
    const std::size_t cells = std::min<std::size_t>(declared == 0 ? 65536 : declared, page.size());
    if (gap < cells && !TakeText(page.substr(gap, cells - gap))) return false;
    std::size_t block = Number(page, begin + 1, 2);
    while (block != 0 && block + 4 <= page.size()) {
      if (!TakeText(page.substr(block + 4,
                                Number(page, block + 2, 2) - std::min<std::uint32_t>(4, Number(page, block + 2, 2)))))
        return false;
      const std::size_t next = Number(page, block, 2);
      if (next <= block) break;  // they ascend
      block = next;
    }
    return true;
  }

  bool TakeText(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos || take_(bytes);
  }

  ByteSource& source_;
  const std::function<bool(std::string_view)>& take_;
  std::size_t page_bytes_ = 0;
  std::uint64_t pages_ = 0;
  std::vector<bool> free_;
};

}  // namespace

bool ForEachLeftover(ByteSource& source, const std::function<bool(std::string_view)>& take) {
  return LeftoverWalk(source, take).Run();
}

}  // namespace vigie::content
