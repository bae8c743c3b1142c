#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  std::string copied_from{};                             // sensitive file that the process has read; empty = none
};

// Which programs send and which ones pack, by the last name of their executable.
struct ProgramLists {
  std::vector<std::string> transfer;
  std::vector<std::string> archive;
  static ProgramLists BuiltIn();
};

// Says what a file event means: kind of activity, way out, destination. Pure and thread-safe.
//   opening   for writing on a medium, or while a file there is held open   copy / removable_media
//             by a transfer program                                         upload / network_transfer
//             by an archive program                                         archive / archive
//             else                                                          open / local
//   closed after writing   on a medium   copy / removable_media;   elsewhere   write / local
//   renamed                                                                    rename / local
class ActivityClassifier {
 public:
  ActivityClassifier(ProgramLists programs, std::string host);

  v1::Activity Classify(const Sighting& sighting) const;

 private:
  void Interpret(const Sighting& sighting, v1::Activity& activity) const;
  void InterpretOpening(const Sighting& sighting, v1::Activity& activity) const;

  ProgramLists programs_;
  std::string host_;
};

// "curl" for /usr/bin/curl; for an interpreter the script it runs: "aws" for `python3 /usr/bin/aws s3 cp …`.
std::string ProgramName(const platform::ProcessDescription& process);

}  // namespace vigie::agent::sensor
