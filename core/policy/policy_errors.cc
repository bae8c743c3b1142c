#include "core/policy/policy_errors.h"

#include <algorithm>
#include <set>

namespace vigie::policy {
namespace {

// A field that is missing has no line of its own: then that of what it is missing from.
int LineOf(std::string path, const contract::YamlLines& lines) {
  while (!path.empty()) {
    if (const auto found = lines.find(path); found != lines.end()) return found->second;
    const std::size_t end = path.find_last_of(".[");
    path.resize(end == std::string::npos ? 0 : end);
  }
  return 1;
}

// "rules[0]" of "rules[0].when.paths[1]"
std::string ElementOf(const std::string& path) {
  return path.substr(0, path.find('.'));
}

// "rules"
std::string ListOf(const std::string& path) {
  return path.substr(0, path.find_first_of(".["));
}

// What could not be read, and what may look wrong only because of it.
class Broken {
 public:
  explicit Broken(const std::vector<contract::YamlFault>& faults) {
    for (const contract::YamlFault& fault : faults) {
      elements_.insert(ElementOf(fault.path));
      lists_.insert(ListOf(fault.path));
    }
  }

  bool Explains(const Fault& fault) const {
    static const std::set<std::string> kNamesNothing = {"rules", "thresholds", "allowed_destinations", "suppressions",
                                                        "version"};
    const bool names = std::ranges::any_of(lists_, [](const auto& list) { return !kNamesNothing.contains(list); });
    if (names) return true;
    const std::string path = fault.path();
    const bool whole_list = elements_.contains(ListOf(path));
    if (whole_list || elements_.contains(ElementOf(path))) return true;
    return ListOf(path) == "suppressions" && lists_.contains("thresholds");
  }

 private:
  std::set<std::string> elements_;
  std::set<std::string> lists_;
};

}  // namespace

base::Error FaultInText(const Fault& fault, const std::string& file_name, const contract::YamlLines& lines) {
  const std::string owner = fault.owner.empty() ? "" : " (" + fault.owner + ")";
  const std::string line = std::to_string(LineOf(fault.path(), lines));
  return {fault.code, file_name + ":" + line + ": " + fault.path() + ": " + fault.reason + owner};
}

std::vector<base::Error> FindPolicyErrors(std::string_view yaml, const std::string& file_name,
                                          std::optional<base::SystemTime> now) {
  v1::Policy source;
  const auto reading = contract::ReadYamlThroughout(yaml, file_name, source);
  if (!reading) return {reading.error()};
  std::vector<base::Error> errors;
  for (const contract::YamlFault& fault : reading->faults) errors.push_back(fault.In(file_name));
  const Broken broken(reading->faults);
  for (const Fault& fault : FindPolicyFaults(source, now)) {
    if (errors.size() < contract::kMaxYamlFaults && !broken.Explains(fault))
      errors.push_back(FaultInText(fault, file_name, reading->lines));
  }
  return errors;
}

}  // namespace vigie::policy
