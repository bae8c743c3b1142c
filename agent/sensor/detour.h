#pragma once

#include <string_view>
#include <vector>

#include "agent/sensor/channel_table.h"

namespace vigie::agent::sensor {

// Whether an option (a proxy, a jump host, --resolve, -o ProxyCommand, another remote shell) may lead what is sent to
// another place than the one that the arguments name. Pure.
bool MayLeadElsewhere(DestinationForm form, const std::vector<std::string_view>& arguments);

// `lower` is in small letters; ASCII only.
bool StartsWithAnyCase(std::string_view text, std::string_view lower);

}  // namespace vigie::agent::sensor
