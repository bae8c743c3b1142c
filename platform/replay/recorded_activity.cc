#include "platform/replay/recorded_activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "platform/replay/rfc3339.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using nlohmann::json;

constexpr int kMaxNesting = 8;  // the format has three levels

template <typename T, std::size_t N>
using Names = std::array<std::pair<std::string_view, T>, N>;

constexpr Names<RecordedKind, 6> kKinds{{{"opening", RecordedKind::kOpening},
                                         {"created", RecordedKind::kCreated},
                                         {"closed_after_write", RecordedKind::kClosedAfterWrite},
                                         {"renamed", RecordedKind::kRenamed},
                                         {"medium_attached", RecordedKind::kMediumAttached},
                                         {"medium_detached", RecordedKind::kMediumDetached}}};
constexpr Names<OpenMode, 3> kModes{
    {{"read", OpenMode::kRead}, {"write", OpenMode::kWrite}, {"unknown", OpenMode::kUnknown}}};

template <typename T, std::size_t N>
std::string_view NameOf(const Names<T, N>& names, T value) {
  for (const auto& [name, named] : names) {
    if (named == value) return name;
  }
  return {};
}

// Reads one JSON object key by key. The first thing wrong is kept; what follows it is read for nothing.
class ObjectReader {
 public:
  ObjectReader(const json& object, std::string prefix) : object_(object), prefix_(std::move(prefix)) {
    if (!object.is_object()) Fail("", "must be an object");
  }

  void Read(const char* key, std::string& into) {
    if (const json* value = Find(key)) {
      if (!value->is_string()) return Fail(key, "must be a string");
      into = value->get<std::string>();
      if (into.find('\0') != into.npos) Fail(key, "must not contain a zero byte");
    }
  }

  void Read(const char* key, bool& into) {
    if (const json* value = Find(key)) {
      if (!value->is_boolean()) return Fail(key, "must be true or false");
      into = value->get<bool>();
    }
  }

  template <typename T>
  requires std::is_integral_v<T>
  void Read(const char* key, T& into) {
    if (const json* value = Find(key)) {
      constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
      if (!value->is_number_unsigned() || value->get<std::uint64_t>() > kMax) {
        return Fail(key, fmt::format("must be a whole number from 0 to {}", kMax));
      }
      into = static_cast<T>(value->get<std::uint64_t>());
    }
  }

  void Read(const char* key, std::vector<std::string>& into) {
    if (const json* value = Find(key)) {
      if (!value->is_array() || value->size() > kMaxRecordedList) {
        return Fail(key, fmt::format("must be a list of at most {} strings", kMaxRecordedList));
      }
      for (const json& element : *value) {
        if (!element.is_string()) return Fail(key, "must be a list of strings");
        into.push_back(element.get<std::string>());
      }
    }
  }

  template <typename T, std::size_t N>
  void Read(const char* key, const Names<T, N>& names, T& into) {
    std::string text;
    if (Find(key) == nullptr) return;
    Read(key, text);
    for (const auto& [name, value] : names) {
      if (name == text) {
        into = value;
        return;
      }
    }
    Fail(key, fmt::format("has the unknown value '{}'", text.substr(0, 40)));
  }

  void Read(const char* key, std::optional<base::SystemTime>& into) {
    std::string text;
    if (Find(key) == nullptr) return;
    Read(key, text);
    const auto time = ParseRfc3339(text);
    if (!time) return Fail(key, time.error().message);
    into = *time;
  }

  void Read(const char* key, const std::function<void(ObjectReader&)>& read_object) {
    if (const json* value = Find(key)) {
      ObjectReader reader(*value, prefix_ + key + ".");
      if (!reader.error_) read_object(reader);
      if (auto finished = reader.Finish(); !finished && !error_) error_ = finished.error();
    }
  }

  void Require(const char* key, bool present) {
    if (!present) Fail(key, "is missing");
  }

  Result<void> Finish() {
    if (error_) return *error_;
    for (const auto& [key, value] : object_.items()) {
      if (known_.find(" " + key + " ") == known_.npos) Fail(key, "is not a key that recordings have");
    }
    if (error_) return *error_;
    return {};
  }

 private:
  const json* Find(const char* key) {
    known_.append(" ").append(key).append(" ");
    if (error_) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  void Fail(std::string_view key, std::string_view reason) {
    if (error_) return;
    error_ = Error{ErrorCode::kInvalidArgument, fmt::format("'{}{}' {}", prefix_, key.substr(0, 40), reason)};
  }

  const json& object_;
  const std::string prefix_;
  std::string known_;
  std::optional<Error> error_;
};

void ReadProcess(ObjectReader& reader, ProcessDescription& process) {
  reader.Read("pid", process.id.pid);
  reader.Read("start_time", process.id.start_time);
  reader.Read("exe", process.exe);
  reader.Read("command_line", process.command_line);
  reader.Read("parents", process.parents);
  reader.Read("uid", process.uid);
  reader.Read("user", process.user);
  reader.Read("session", process.session);
}

void ReadMedium(ObjectReader& reader, Medium& medium) {
  reader.Read("mount_point", medium.mount_point);
  reader.Read("device", medium.device);
  reader.Read("file_system", medium.file_system);
  reader.Read("name", medium.name);
  reader.Require("mount_point", !medium.mount_point.empty());
}

bool IsAboutMedium(RecordedKind kind) {
  return kind == RecordedKind::kMediumAttached || kind == RecordedKind::kMediumDetached;
}

void ReadActivity(ObjectReader& reader, RecordedActivity& activity) {
  reader.Read("kind", kKinds, activity.kind);
  reader.Read("at", activity.at);
  if (IsAboutMedium(activity.kind)) {
    reader.Read("medium", [&](ObjectReader& medium) { ReadMedium(medium, activity.medium); });
    reader.Require("medium", !activity.medium.mount_point.empty());
    return;
  }
  reader.Read("path", activity.path);
  reader.Read("previous_path", activity.previous_path);
  reader.Read("mode", kModes, activity.mode);
  reader.Read("on_medium", activity.on_medium);
  reader.Read("process", [&](ObjectReader& process) { ReadProcess(process, activity.process); });
  reader.Read("writable_files", activity.writable_files);
  reader.Require("path", !activity.path.empty());
}

// nlohmann would let the last of two equal keys win without a word, and recurse as deep as the text does.
class Strictness {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > kMaxNesting) refused_ = "is nested too deeply";
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.empty()) NoteKey(parsed.get_ref<const std::string&>());
    return refused_.empty();
  }

  const std::string& refused() const { return refused_; }

 private:
  void NoteKey(const std::string& key) {
    auto& seen = keys_.back();
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      refused_ = fmt::format("has the key '{}' twice", key.substr(0, 40));
    }
    seen.push_back(key);
  }

  std::vector<std::vector<std::string>> keys_;
  std::string refused_;
};

json ToJson(const ProcessDescription& process) {
  return {{"pid", process.id.pid},      {"start_time", process.id.start_time},
          {"exe", process.exe},         {"command_line", process.command_line},
          {"parents", process.parents}, {"uid", process.uid},
          {"user", process.user},       {"session", process.session}};
}

json ToJson(const Medium& medium) {
  return {{"mount_point", medium.mount_point},
          {"device", medium.device},
          {"file_system", medium.file_system},
          {"name", medium.name}};
}

}  // namespace

Result<RecordedActivity> ParseRecordedActivity(std::string_view line) {
  if (line.size() > kMaxRecordedLine) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("is longer than {} bytes", kMaxRecordedLine)};
  }
  Strictness strictness;
  const json parsed = json::parse(line, std::ref(strictness), false);
  if (!strictness.refused().empty()) return Error{ErrorCode::kInvalidArgument, strictness.refused()};
  if (!parsed.is_object()) return Error{ErrorCode::kInvalidArgument, "is not a JSON object"};
  RecordedActivity activity;
  ObjectReader reader(parsed, "");
  reader.Require("kind", parsed.contains("kind"));
  ReadActivity(reader, activity);
  if (auto finished = reader.Finish(); !finished) return finished.error();
  return activity;
}

std::string FormatRecordedActivity(const RecordedActivity& activity) {
  json line{{"kind", NameOf(kKinds, activity.kind)}};
  if (activity.at) line["at"] = FormatRfc3339(*activity.at);
  if (IsAboutMedium(activity.kind)) {
    line["medium"] = ToJson(activity.medium);
  } else {
    line["path"] = activity.path;
    line["on_medium"] = activity.on_medium;
    line["process"] = ToJson(activity.process);
    if (activity.kind == RecordedKind::kRenamed) line["previous_path"] = activity.previous_path;
    if (activity.kind == RecordedKind::kOpening) line["mode"] = NameOf(kModes, activity.mode);
    if (!activity.writable_files.empty()) line["writable_files"] = activity.writable_files;
  }
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace vigie::platform
