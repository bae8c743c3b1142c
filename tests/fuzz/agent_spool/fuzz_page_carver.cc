// Whatever stands in the pages of a database and its write-ahead log, carving ends, reads nothing that is not there,
// and gives rows of the shape that it promises.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/spool/page_carver.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::agent::spool::RawPages;

// A page begins with its header and ends with its cells; what is between does not matter.
std::string PageOf(std::string_view bytes) {
  constexpr std::size_t kHead = 64;
  std::string page(RawPages::kPageBytes, '\0');
  const std::string_view head = bytes.substr(0, kHead);
  const std::string_view tail = bytes.substr(head.size());
  std::ranges::copy(head, page.begin());
  std::ranges::copy(tail.substr(0, page.size() - kHead),
                    page.end() - static_cast<std::ptrdiff_t>(std::min(tail.size(), page.size() - kHead)));
  return page;
}

std::string Log(const std::string& page, char number) {
  std::string log(32, '\1');
  for (int i = 0; i < 2; ++i) log += std::string(3, '\0') + number + std::string(20, '\1') + page;
  return log;
}

const std::string& Path() {
  static const std::string path = [] {
    std::string folder = std::filesystem::temp_directory_path() / "vigie-carver-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(std::filesystem::path(Path()).parent_path()); });
    return folder + "/db";
  }();
  return path;
}

}  // namespace

// The first byte says how many pages the rest makes, and which of them stands in the log.
VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.empty()) return;
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  const auto choice = static_cast<unsigned>(input[0]);
  const std::size_t pages = choice % 3 + 1;
  std::string database;
  for (std::size_t i = 0; i < pages; ++i) {
    database +=
        PageOf(bytes.substr(bytes.size() * i / pages, bytes.size() * (i + 1) / pages - bytes.size() * i / pages));
  }
  std::ofstream(Path(), std::ios::binary) << database;
  std::ofstream(Path() + "-wal", std::ios::binary)
      << Log(PageOf(bytes.substr(0, bytes.size() / 2)), static_cast<char>(choice / 3 % 4));
  RawPages image(Path());
  vigie::agent::spool::CarveRows(image, [](const vigie::agent::spool::CarvedRow& row) {
    if (row.integers.size() > 16 || row.blob.size() > vigie::agent::spool::kLongestBlob) std::abort();
  });
}
