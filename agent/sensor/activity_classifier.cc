#include "agent/sensor/activity_classifier.h"

#include <utility>

#include "agent/sensor/command_line.h"
#include "agent/sensor/destination.h"
#include "agent/sensor/printable_text.h"
#include "agent/sensor/url.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::sensor {
namespace {

using platform::FileEventKind;
using platform::OpenMode;

void SetMeaning(v1::Activity& activity, v1::ActivityKind kind, v1::Channel channel) {
  activity.set_kind(kind);
  activity.set_channel(channel);
}

v1::Channel ChannelOf(platform::MediumKind kind) {
  switch (kind) {
    case platform::MediumKind::kNetworkShare:
      return v1::CHANNEL_NETWORK_SHARE;
    case platform::MediumKind::kCloudFolder:
      return v1::CHANNEL_CLOUD_SYNC;
    case platform::MediumKind::kRemovable:
      break;
  }
  return v1::CHANNEL_REMOVABLE_MEDIA;
}

// "files.example.com:/export", "user@host:", "//server/share", "https://dav.example.com/"
std::string ServerOf(std::string_view source) {
  if (const auto url = SplitUrl(source)) return std::string(ParseAuthority(url->authority, 0).host);
  if (source.starts_with("//")) return std::string(source.substr(2, source.find('/', 2) - 2));
  const auto colon = source.find(':', source.find(']') == source.npos ? 0 : source.find(']'));
  return colon == source.npos ? "" : std::string(ParseAuthority(source.substr(0, colon), 0).host);
}

void SetMedium(v1::Activity& activity, const platform::Medium& medium) {
  v1::Destination& destination = *activity.mutable_destination();
  destination.set_kind("medium");
  destination.set_name(ToPrintable(medium.name, 1024));
  destination.set_address(ToPrintable(medium.device, 253));
  if (medium.kind == platform::MediumKind::kNetworkShare) {
    destination.set_kind("share");
    destination.set_address(ToPrintable(ServerOf(medium.device), 253));
  } else if (medium.kind == platform::MediumKind::kCloudFolder) {
    destination.set_kind("folder");
    destination.set_name(ToPrintable(medium.mount_point, 1024));
  }
}

void SetCopy(v1::Activity& activity, const platform::Medium& medium) {
  SetMeaning(activity, v1::ACTIVITY_KIND_COPY, ChannelOf(medium.kind));
  SetMedium(activity, medium);
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

// What stays here is gathered somewhere: thresholds may count per place.
void SetFolder(v1::Activity& activity, std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return;
  v1::Destination& destination = *activity.mutable_destination();
  destination.set_kind("folder");
  destination.set_name(ToPrintable(path.substr(0, slash == 0 ? 1 : slash), 1024));
}

// The copy is the file, what was read is where it came from.
void SetCopyThroughHeldFile(v1::Activity& activity, const MediaTable::HeldFile& held) {
  v1::File& file = *activity.mutable_file();
  file.set_previous_path(file.path());
  file.set_path(ToPrintable(held.file.path));
  file.set_device(held.file.device);
  file.set_inode(held.file.inode);
  SetCopy(activity, held.medium);
}

}  // namespace

ActivityClassifier::ActivityClassifier(ChannelTable channels, std::string host)
    : channels_(std::move(channels)), host_(std::move(host)) {
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

bool ActivityClassifier::IsCloudClient(const platform::ProcessDescription& process) const {
  const Invocation call = ParseInvocation(process.exe, process.command_line);
  return channels_.Find(call.program, call.arguments, {}).channel == v1::CHANNEL_CLOUD_SYNC;
}

void ActivityClassifier::Interpret(const Sighting& sighting, v1::Activity& activity) const {
  switch (sighting.event.kind) {
    case FileEventKind::kOpening:
      InterpretOpening(sighting, activity);
      return;
    case FileEventKind::kRenamed:
      SetMeaning(activity, v1::ACTIVITY_KIND_RENAME, v1::CHANNEL_LOCAL);
      if (!sighting.medium) return SetFolder(activity, sighting.event.path);
      activity.set_channel(ChannelOf(sighting.medium->kind));
      return SetMedium(activity, *sighting.medium);
    case FileEventKind::kCreated:
    case FileEventKind::kClosedAfterWrite:
      break;
  }
  if (sighting.medium) return SetCopy(activity, *sighting.medium);
  SetMeaning(activity, v1::ACTIVITY_KIND_WRITE, v1::CHANNEL_LOCAL);
  SetFolder(activity, sighting.event.path);
}

void ActivityClassifier::InterpretOpening(const Sighting& sighting, v1::Activity& activity) const {
  if (sighting.screenshot) {
    activity.mutable_file()->set_previous_path(ToPrintable(sighting.copied_from));
    return SetMeaning(activity, v1::ACTIVITY_KIND_COPY, v1::CHANNEL_SCREENSHOT);
  }
  if (sighting.medium && sighting.mode != OpenMode::kRead) {
    activity.mutable_file()->set_previous_path(ToPrintable(sighting.copied_from));
    return SetCopy(activity, *sighting.medium);
  }
  if (sighting.held_on_medium) return SetCopyThroughHeldFile(activity, *sighting.held_on_medium);
  SetMeaning(activity, v1::ACTIVITY_KIND_OPEN, v1::CHANNEL_LOCAL);
  if (sighting.mode == OpenMode::kWrite) return;
  const std::string line = ToPrintable(sighting.process.command_line);
  const Invocation call = ParseInvocation(sighting.process.exe, line);
  const ChannelProgram program = channels_.Find(call.program, call.arguments, sighting.event.path);
  SetMeaning(activity, KindOf(program.channel), program.channel);
  if (program.channel == v1::CHANNEL_LOCAL) return;
  auto destination = ParseDestination(program.form, call.arguments);
  if (destination) *activity.mutable_destination() = *std::move(destination);
}

}  // namespace vigie::agent::sensor
