// Office documents: the input is the parts of a package, which is made around them with everything right: names and
// contents by turns, each ending with a zero byte. The first byte says what kind of package it is.
#include <zlib.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/inspection_answer.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

struct Entry {
  std::string name;
  std::string content;
};

void AppendNumber(std::string& bytes, std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
}

// What an entry's two headers have in common: version, flags, method, time, sum, sizes.
std::string Common(const Entry& entry) {
  std::string bytes;
  AppendNumber(bytes, 20, 2);
  bytes.append(8, '\0');
  AppendNumber(bytes,
               crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()), static_cast<uInt>(entry.content.size())),
               4);
  AppendNumber(bytes, entry.content.size(), 4);
  AppendNumber(bytes, entry.content.size(), 4);
  AppendNumber(bytes, entry.name.size(), 2);
  AppendNumber(bytes, 0, 2);
  return bytes;
}

std::string Package(const std::vector<Entry>& entries) {
  std::string bytes;
  std::string directory;
  for (const auto& entry : entries) {
    directory.append("PK\x01\x02\x14").push_back('\0');
    directory += Common(entry);
    directory.append(10, '\0');
    AppendNumber(directory, bytes.size(), 4);
    directory += entry.name;
    bytes.append("PK\x03\x04").append(Common(entry)).append(entry.name).append(entry.content);
  }
  const auto directory_at = bytes.size();
  bytes.append(directory).append("PK\x05\x06");
  AppendNumber(bytes, 0, 4);
  AppendNumber(bytes, entries.size(), 2);
  AppendNumber(bytes, entries.size(), 2);
  AppendNumber(bytes, directory.size(), 4);
  AppendNumber(bytes, directory_at, 4);
  AppendNumber(bytes, 0, 2);
  return bytes;
}

// What makes a package of its kind.
std::vector<Entry> FirstEntries(unsigned char kind) {
  constexpr std::array<const char*, 3> kOpenDocument = {"text", "spreadsheet", "presentation"};
  constexpr std::array<const char*, 3> kOpenXml = {"word/settings.xml", "xl/styles.xml", "ppt/presProps.xml"};
  if (kind % 6 >= 3) return {{"[Content_Types].xml", "<Types/>"}, {kOpenXml[kind % 3], "<x/>"}};
  return {{"mimetype", std::string("application/vnd.oasis.opendocument.") + kOpenDocument[kind % 3]},
          {"META-INF/manifest.xml", "<manifest/>"}};
}

std::string TakeUntilZero(std::string_view& rest) {
  const auto end = rest.find('\0');
  std::string taken(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.empty()) return;
  std::string_view rest(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  auto entries = FirstEntries(std::to_integer<unsigned char>(input[0]));
  constexpr std::size_t kMostEntries = 16;
  constexpr std::size_t kLongestName = 60'000;
  while (!rest.empty() && entries.size() < kMostEntries) {
    auto name = TakeUntilZero(rest).substr(0, kLongestName);
    entries.push_back({std::move(name), TakeUntilZero(rest)});
  }
  vigie::content::InspectAndCheck(Package(entries));
}
