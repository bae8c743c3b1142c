#include "platform/linux/cloud_folders.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>

namespace vigie::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFolders = 4096;
constexpr std::uint32_t kFirstPerson = 1000;
constexpr std::uint32_t kNobody = 65534;

std::set<std::string> Homes() {
  std::set<std::string> homes;
  std::ifstream file("/etc/passwd");  // not through NSS, which may wait for a network
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (std::string& home : HomesIn(text)) homes.insert(std::move(home));
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/home", failure)) homes.insert(entry.path().string());
  return homes;
}

void AddName(std::string_view name, std::uint64_t& number) {
  for (const char c : name) number = (number ^ static_cast<unsigned char>(c)) * 0x100000001b3;  // FNV-1a
}

std::uint64_t LookInto(const fs::path& folder, std::size_t& left) {
  std::uint64_t number = 0xcbf29ce484222325;
  std::error_code failure;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(folder, options, failure), end; !failure && entry != end && left > 0;
       entry.increment(failure)) {
    std::error_code unknown;
    if (entry->is_symlink(unknown) || !entry->is_directory(unknown)) continue;
    AddName(entry->path().native(), number);
    --left;
  }
  return number;
}

}  // namespace

std::map<std::string, std::uint64_t> CloudFolders::Look() const {
  std::map<std::string, std::uint64_t> found;
  std::size_t left = kMaxFolders;
  const auto look = [&](const std::string& path) {
    std::error_code failure;
    if (fs::is_directory(path, failure) && !fs::is_symlink(path, failure)) found[path] = LookInto(path, left);
  };
  const std::set<std::string> homes = Homes();
  for (const std::string& folder : folders_) {
    if (!folder.starts_with("~/")) look(folder);
    for (const std::string& home : homes) {
      if (folder.starts_with("~/")) look(home + folder.substr(1));
    }
  }
  return found;
}

std::vector<std::string> HomesIn(const std::string& passwd) {
  std::vector<std::string> homes;
  std::string_view text = passwd;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::vector<std::string_view> fields;
    while (true) {
      const auto end = std::min(line.find(':'), line.size());
      fields.push_back(line.substr(0, end));
      if (end == line.size()) break;
      line.remove_prefix(end + 1);
    }
    std::uint32_t user = 0;
    if (fields.size() < 7 ||
        std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), user).ec != std::errc())
      continue;
    if (user >= kFirstPerson && user != kNobody && fields[5].size() > 1 && fields[5].starts_with('/'))
      homes.emplace_back(fields[5]);
  }
  return homes;
}

}  // namespace vigie::platform
