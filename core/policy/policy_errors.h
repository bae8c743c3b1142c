#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/policy_fault.h"
#include "platform/base/clock.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::policy {

// "FILE:LINE: rules[0].when.paths[1]: reason (owner)"
base::Error FaultInText(const Fault& fault, const std::string& file_name, const contract::YamlLines& lines);

// Everything because of which ReadPolicy would refuse a text, each as it would say it alone; empty = it would not
// refuse it. One error if it cannot be parsed; else those of keys and types in the order of the text, then those of
// meaning. Meaning is only looked at where no fault of the first kind could be the reason: not in the same rule or
// threshold, and nowhere if what others may name (groups, tags, detectors) is not whole.
std::vector<base::Error> FindPolicyErrors(std::string_view yaml, const std::string& file_name,
                                          std::optional<base::SystemTime> now = {});

}  // namespace vigie::policy
