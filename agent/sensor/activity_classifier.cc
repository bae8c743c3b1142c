#include "agent/sensor/activity_classifier.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/sensor/command_line.h"
#include "agent/sensor/printable_text.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::sensor {
namespace {

using platform::FileEventKind;
using platform::OpenMode;

std::string_view LastName(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

bool IsInterpreter(std::string_view name) {
  constexpr std::array<std::string_view, 9> kInterpreters = {"python", "perl", "ruby", "node", "bash",
                                                             "dash",   "sh",   "php",  "java"};
  while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9'))) name.remove_suffix(1);
  return std::ranges::find(kInterpreters, name) != kInterpreters.end();
}

bool Lists(const std::vector<std::string>& programs, std::string_view name) {
  return std::ranges::find(programs, name) != programs.end();
}

void SetMeaning(v1::Activity& activity, v1::ActivityKind kind, v1::Channel channel) {
  activity.set_kind(kind);
  activity.set_channel(channel);
}

void SetMedium(v1::Activity& activity, const platform::Medium& medium) {
  activity.mutable_destination()->set_kind("medium");
  activity.mutable_destination()->set_name(ToPrintable(medium.name, 1024));
  activity.mutable_destination()->set_address(ToPrintable(medium.device, 253));
}

void SetProcess(v1::Activity& activity, const platform::ProcessDescription& process) {
  constexpr int kMaxParents = 16;
  activity.set_user(ToPrintable(process.user, 256));
  activity.set_uid(process.uid);
  activity.set_session(process.session);
  v1::Process& described = *activity.mutable_process();
  described.set_pid(process.id.pid);
  described.set_start_time(process.id.start_time);
  described.set_exe(ToPrintable(process.exe));
  described.set_command_line(ToPrintable(RedactCommandLine(process.command_line)));
  for (const std::string& parent : process.parents) {
    if (described.parents_size() < kMaxParents) described.add_parents(ToPrintable(parent));
  }
}

void SetFile(v1::Activity& activity, const platform::FileEvent& event) {
  v1::File& file = *activity.mutable_file();
  file.set_path(ToPrintable(event.path));
  file.set_previous_path(ToPrintable(event.previous_path));
  file.set_bytes(event.file.bytes);
  file.set_device(event.file.device);
  file.set_inode(event.file.inode);
}

// The copy is the file, what was read is where it came from.
void SetCopyThroughHeldFile(v1::Activity& activity, const MediaTable::HeldFile& held) {
  v1::File& file = *activity.mutable_file();
  file.set_previous_path(file.path());
  file.set_path(ToPrintable(held.file.path));
  file.set_device(held.file.device);
  file.set_inode(held.file.inode);
  SetMedium(activity, held.medium);
}

}  // namespace

ProgramLists ProgramLists::BuiltIn() {
  return {{"curl",           "wget",      "wget2",  "scp",   "sftp",   "rsync",  "nc",      "nc.openbsd",
           "nc.traditional", "ncat",      "netcat", "socat", "ftp",    "tnftp",  "lftp",    "ncftp",
           "tftp",           "rclone",    "ssh",    "aws",   "gsutil", "gcloud", "azcopy",  "s3cmd",
           "s5cmd",          "smbclient", "aria2c", "http",  "https",  "croc",   "wormhole"},
          {"zip",    "tar", "bsdtar", "7z",   "7za",   "7zr", "7zz",  "gzip", "pigz", "bzip2", "pbzip2",
           "lbzip2", "xz",  "pixz",   "zstd", "pzstd", "lz4", "lzip", "rar",  "ar",   "cpio",  "zpaq"}};
}

ActivityClassifier::ActivityClassifier(ProgramLists programs, std::string host)
    : programs_(std::move(programs)), host_(std::move(host)) {
}

v1::Activity ActivityClassifier::Classify(const Sighting& sighting) const {
  v1::Activity activity;
  activity.set_host(host_);
  SetProcess(activity, sighting.process);
  SetFile(activity, sighting.event);
  *activity.mutable_at() = contract::ToProto(sighting.event.at);
  activity.set_monotonic_ns(static_cast<std::uint64_t>(sighting.event.steady_at.time_since_epoch().count()));
  Interpret(sighting, activity);
  return activity;
}

void ActivityClassifier::Interpret(const Sighting& sighting, v1::Activity& activity) const {
  switch (sighting.event.kind) {
    case FileEventKind::kOpening:
      InterpretOpening(sighting, activity);
      return;
    case FileEventKind::kRenamed:
      SetMeaning(activity, v1::ACTIVITY_KIND_RENAME, v1::CHANNEL_LOCAL);
      return;
    case FileEventKind::kCreated:
    case FileEventKind::kClosedAfterWrite:
      break;
  }
  if (!sighting.medium) return SetMeaning(activity, v1::ACTIVITY_KIND_WRITE, v1::CHANNEL_LOCAL);
  SetMeaning(activity, v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA);
  SetMedium(activity, *sighting.medium);
}

void ActivityClassifier::InterpretOpening(const Sighting& sighting, v1::Activity& activity) const {
  if (sighting.medium && sighting.mode != OpenMode::kRead) {
    SetMeaning(activity, v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA);
    activity.mutable_file()->set_previous_path(ToPrintable(sighting.copied_from));
    return SetMedium(activity, *sighting.medium);
  }
  if (sighting.held_on_medium) {
    SetMeaning(activity, v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA);
    return SetCopyThroughHeldFile(activity, *sighting.held_on_medium);
  }
  const std::string program = ProgramName(sighting.process);
  const bool reads = sighting.mode != OpenMode::kWrite;
  if (reads && Lists(programs_.transfer, program)) {
    SetMeaning(activity, v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_NETWORK_TRANSFER);
    auto destination = ParseDestination(program, ToPrintable(sighting.process.command_line));
    if (destination) *activity.mutable_destination() = *std::move(destination);
    return;
  }
  if (reads && Lists(programs_.archive, program)) {
    return SetMeaning(activity, v1::ACTIVITY_KIND_ARCHIVE, v1::CHANNEL_ARCHIVE);
  }
  SetMeaning(activity, v1::ACTIVITY_KIND_OPEN, v1::CHANNEL_LOCAL);
}

std::string ProgramName(const platform::ProcessDescription& process) {
  const std::string_view program = LastName(process.exe);
  if (!IsInterpreter(program)) return std::string(program);
  const auto arguments = SplitArguments(process.command_line);
  if (arguments.size() < 2 || arguments[1].starts_with('-')) return std::string(program);
  return std::string(LastName(arguments[1]));
}

}  // namespace vigie::agent::sensor
