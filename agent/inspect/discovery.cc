#include "agent/inspect/discovery.h"

#include <algorithm>
#include <utility>

namespace vigie::agent::inspect {
namespace {

std::string Join(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

}  // namespace

Discovery::Discovery(platform::FileSystem& files, DiscoveryOptions options)
    : files_(files), options_(std::move(options)) {
  Restart();
}

void Discovery::Restart() {
  entries_.clear();
  directories_.clear();
  for (auto root = options_.roots.rbegin(); root != options_.roots.rend(); ++root) {
    const auto status = files_.StatusOf(*root, true);
    if (status) AddDirectory({*root, 0, status->identity.device});
    if (!status) ++counts_.skipped;
  }
}

std::optional<DiscoveredFile> Discovery::Next() {
  while (!done()) {
    if (entries_.empty()) {
      ListNextDirectory();
      continue;
    }
    std::string path = Join(current_.path, entries_.back());
    entries_.pop_back();
    const auto status = files_.StatusOf(path, false);
    if (!status || status->identity.device != current_.device || IsExcluded(path)) continue;
    if (status->kind == platform::FileKind::kDirectory) AddDirectory({path, current_.depth + 1, current_.device});
    if (status->kind != platform::FileKind::kRegular || status->identity.bytes == 0) continue;
    ++counts_.files;
    return DiscoveredFile{std::move(path), *status};
  }
  return std::nullopt;
}

void Discovery::ListNextDirectory() {
  current_ = std::move(directories_.back());
  directories_.pop_back();
  auto names = files_.List(current_.path);
  if (!names) {
    ++counts_.skipped;
    return;
  }
  ++counts_.directories;
  entries_ = *std::move(names);
  std::ranges::reverse(entries_);
}

void Discovery::AddDirectory(Directory directory) {
  if (directory.depth > options_.max_depth || directories_.size() >= options_.max_directories) {
    ++counts_.skipped;
    return;
  }
  directories_.push_back(std::move(directory));
}

bool Discovery::IsExcluded(const std::string& path) const {
  return std::ranges::any_of(options_.excluded, [&](const std::string& excluded) {
    return path == excluded || path.starts_with(Join(excluded, ""));
  });
}

}  // namespace vigie::agent::inspect
