#include "platform/replay/recording.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace vigie::platform {
namespace {

void MakeAbsolute(const std::string& folder, std::string& path) {
  if (!path.empty() && path.front() != '/') path = folder + "/" + path;
}

}  // namespace

base::Result<Recording> Recording::Load(FileSystem& files, const std::string& path) {
  auto content = files.ReadFile(path, kMaxRecordingBytes);
  if (!content) return content.error().Wrap("replay");
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(path, failure);
  if (failure) return base::Error{base::ErrorCode::kInvalidArgument, "replay " + path + ": " + failure.message()};
  Recording recording(absolute.parent_path().lexically_normal(), *std::move(content));
  if (auto checked = recording.Check(path); !checked) return checked.error();
  return recording;
}

Recording::Recording(std::string folder, std::string content)
    : folder_(std::move(folder)), content_(content.begin(), content.end()) {
  std::string_view rest(content_.data(), content_.size());
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    if (text.find_first_not_of(" \t\r") != text.npos) lines_.push_back({number, text});
  }
}

base::Result<void> Recording::Check(const std::string& path) {
  for (const Line& line : lines_) {
    const auto parsed = ParseRecordedActivity(line.text);
    if (!parsed) return parsed.error().Wrap(path + ":" + std::to_string(line.number));
  }
  return {};
}

RecordedActivity Recording::Read(const Line& line) const {
  auto parsed = ParseRecordedActivity(line.text);
  if (!parsed) return {};  // never: Load has checked it
  RecordedActivity activity = *std::move(parsed);
  MakeAbsolute(folder_, activity.path);
  MakeAbsolute(folder_, activity.previous_path);
  for (auto& file : activity.writable_files) MakeAbsolute(folder_, file);
  return activity;
}

}  // namespace vigie::platform
