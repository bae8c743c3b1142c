#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agent/sensor/channel_table.h"
#include "vigie/v1/activity.pb.h"

namespace vigie::agent::sensor {

// Where a program sends data, as far as its arguments (its own name is the first) say so. Foreign text: pure, linear,
// never failing.
//   {kind "url",  name "https://files.example.com/in", address "files.example.com", port 443}    without user and query
//   {kind "host", name "backup.example.com", address "backup.example.com", port 22}
//   {kind "share", name "//server/share"}  {kind "folder", name "/srv/repo.git"}  {kind "printer", name "office"}
//   {kind "mail", name "example.com", address "example.com"}: recipients are people, so only their domain is told
// The address is left empty where an option or a second name (a proxy, a jump host, two URLs) may lead elsewhere: what
// is not certain must not be taken for an allowed destination.
std::optional<v1::Destination> ParseDestination(DestinationForm form, const std::vector<std::string_view>& arguments);

}  // namespace vigie::agent::sensor
