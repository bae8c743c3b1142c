#include "server/cli/output_paths.h"

#include <filesystem>

namespace vigie::cli {
namespace {

base::Error Refused(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

// Links, hard ones too, name the same file; what is not there yet has nothing but its name.
bool IsSameFile(const std::string& a, const std::string& b, platform::FileSystem& files) {
  const auto first = files.StatusOf(a);
  const auto second = files.StatusOf(b);
  if (first && second) {
    return first->identity.device == second->identity.device && first->identity.inode == second->identity.inode;
  }
  std::error_code ignored;
  const auto normal = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return normal(a) == normal(b);
}

base::Result<void> CheckPair(const NamedPath& output, const NamedPath& other, platform::FileSystem& files) {
  if (other.path.empty() || !IsSameFile(output.path, other.path, files)) return {};
  return Refused(output.option + " and " + other.option + " are the same file, " + output.path +
                 ", which would be overwritten; nothing was written. Give another " + output.option);
}

base::Result<void> CheckPlace(const NamedPath& output, platform::FileSystem& files) {
  const auto existing = files.StatusOf(output.path);
  if (existing && existing->kind == platform::FileKind::kDirectory) {
    return Refused(output.option + ": " + output.path + " is a directory; name a file in it");
  }
  auto parent = std::filesystem::path(output.path).parent_path().string();
  if (parent.empty()) parent = ".";
  const auto status = files.StatusOf(parent);
  if (!status) return Refused(output.option + ": " + output.path + ": there is no directory " + parent);
  return {};
}

}  // namespace

base::Result<void> CheckOutputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs,
                                platform::FileSystem& files) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->path.empty()) continue;
    if (auto place = CheckPlace(*output, files); !place) return place;
    for (const NamedPath& input : inputs) {
      if (auto safe = CheckPair(*output, input, files); !safe) return safe;
    }
    for (auto other = outputs.begin(); other != output; ++other) {
      if (auto safe = CheckPair(*output, *other, files); !safe) return safe;
    }
  }
  return {};
}

}  // namespace vigie::cli
