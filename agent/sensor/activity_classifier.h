#pragma once

#include <optional>
#include <string>

#include "agent/sensor/channel_table.h"
#include "agent/sensor/media_table.h"
#include "platform/file_events.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"
#include "vigie/v1/activity.pb.h"

namespace vigie::agent::sensor {

// Everything that is known of one file event when its meaning is decided.
struct Sighting {
  const platform::FileEvent& event;
  const platform::ProcessDescription& process;
  platform::OpenMode mode = platform::OpenMode::kRead;
  std::optional<MediaTable::HeldFile> held_on_medium{};  // the process writes to it while it opens `event`'s file
  std::optional<platform::Medium> medium{};              // that holds `event`'s file
  bool screenshot = false;                               // `event` is the start of a program that takes one
  std::string copied_from{};                             // sensitive file that the process has read; empty = none
};

// Says what a file event means: kind of activity, way out, destination. Pure and thread-safe.
//   opening   a program that takes a picture of the screen                  copy / screenshot
//             for writing on a medium, or while a file there is held open   copy / removable_media, network_share,
//   cloud_sync
//             by a program that is a way out (ChannelTable)                 upload, archive or print / that way
//             else                                                          open / local
//   closed after writing   on a medium   copy / as above;   elsewhere   write / local
//   renamed                on a medium   rename / as above; elsewhere   rename / local
// Of a write or rename that stays here the destination is the file's folder: the place where data is gathered.
// A medium is any outgoing place: a removable one, a share, a cloud folder.
class ActivityClassifier {
 public:
  ActivityClassifier(ChannelTable channels, std::string host);

  v1::Activity Classify(const Sighting& sighting) const;
  // Whether it is a cloud's client: what that writes into its folder has come from the cloud.
  bool IsCloudClient(const platform::ProcessDescription& process) const;

 private:
  void Interpret(const Sighting& sighting, v1::Activity& activity) const;
  void InterpretOpening(const Sighting& sighting, v1::Activity& activity) const;

  ChannelTable channels_;
  std::string host_;
};

}  // namespace vigie::agent::sensor
