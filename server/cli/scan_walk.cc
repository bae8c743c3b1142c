#include "server/cli/scan_walk.h"

#include <vector>

namespace vigie::cli {
namespace {

using Kind = ScanItem::Kind;

std::string Below(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

// Paths still to look at; the next one last.
class Walk {
 public:
  Walk(platform::FileSystem& files, const std::function<void(ScanItem)>& visit) : files_(files), visit_(visit) {}

  void Take(const std::string& path, const base::Result<platform::FileStatus>& status) {
    if (!status) return visit_({path, Kind::kUnreadable, status.error().message});
    switch (status->kind) {
      case platform::FileKind::kRegular:
        return visit_({path, Kind::kFile, ""});
      case platform::FileKind::kDirectory:
        return Open(path);
      case platform::FileKind::kSymlink:
        ++links_;
        return;
      case platform::FileKind::kOther:
        return visit_({path, Kind::kUnsupported, "a FIFO, socket or device has no content of its own"});
    }
  }

  // How many links there were.
  std::uint64_t Finish() {
    while (!waiting_.empty()) {
      const std::string path = std::move(waiting_.back());
      waiting_.pop_back();
      Take(path, files_.StatusOf(path, false));
    }
    return links_;
  }

 private:
  void Open(const std::string& directory) {
    const auto names = files_.List(directory);
    if (!names) return visit_({directory, Kind::kUnreadable, names.error().message});
    for (auto name = names->rbegin(); name != names->rend(); ++name) waiting_.push_back(Below(directory, *name));
  }

  platform::FileSystem& files_;
  std::uint64_t links_ = 0;
  const std::function<void(ScanItem)>& visit_;
  std::vector<std::string> waiting_;
};

}  // namespace

base::Result<std::uint64_t> WalkFiles(const std::string& path, platform::FileSystem& files,
                                      const std::function<void(ScanItem)>& visit) {
  if (path == kStandardInputPath) {
    visit({path, Kind::kStandardInput, ""});
    return std::uint64_t{0};
  }
  const auto status = files.StatusOf(path);
  if (!status) return status.error();
  Walk walk(files, visit);
  walk.Take(path, status);
  return walk.Finish();
}

}  // namespace vigie::cli
