#include "core/policy/problem_reasons.h"

#include <algorithm>
#include <array>
#include <string>

namespace vigie::policy {
namespace {

using contract::ErrorReason;

// What fits several sentences is the first of them: the general ones stand last.
constexpr auto kReasons = std::to_array<ErrorReason>({
    {"YAML_EMPTY", "the document is empty"},
    {"YAML_TWO_DOCUMENTS", "more than one document in the file"},
    {"YAML_NOT_UTF8", "not UTF-8 text"},
    {"YAML_TOO_LARGE", "larger than 1 MiB"},
    {"YAML_ANCHORS", "anchors are not supported"},
    {"YAML_ANCHORS", "aliases are not supported"},
    {"YAML_TAGS", "tags are not supported"},
    {"YAML_TOO_MANY", "too many values"},
    {"YAML_TOO_DEEP", "nested too deeply"},
    {"KEY_NO_NAME", "a key must be a name"},
    {"GIVEN_TWICE", "given twice"},
    {"EXCLUDED", "excludes a key given before"},
    {"NO_VALUE", "has no value"},
    {"MUST_BE_LIST", "must be a list"},
    {"MUST_BE_MAP", "must be a map of keys and values"},
    {"MUST_BE_SINGLE", "must be a single value"},
    {"NOT_IN_YAML", "cannot be written in YAML"},
    {"MUST_BE_NUMBER", "must be a number"},
    {"MUST_BE_BOOLEAN", "must be true or false"},
    {"ZERO_BYTE", "must not contain a NUL character"},
    {"ZERO_BYTE", "must not contain a zero byte"},
    {"NO_DURATION", "not a duration: write a whole number and ms, s, m, h or d, such as 24h"},
    {"NEEDED", "must be given"},
    {"NEEDED_DAY", "must be given: the day on which it ends, such as 2026-12-31"},
    {"NEEDED_THRESHOLD", "must be given: the id of a threshold, or canary"},
    {"NEEDED_OWNER", "must be given: who answers for it"},
    {"EMPTY", "must not be empty"},
    {"NOT_KNOWN", "is not known to this version"},
    {"ID_FORM", "must be 1 to 64 of letters, digits, '.', '_' and '-'"},
    {"DETECTOR_ID_FORM", "must be 1 to 64 small letters, digits and '_', the first a letter"},
    {"NAME_TAKEN", "is already the name of another group"},
    {"NAME_TAKEN", "is already the name of another tag"},
    {"NAME_TAKEN", "is already the name of another step"},
    {"TAG_OF_TAGS", "a tag cannot stand for tags"},
    {"VERDICTS_OF_TAG", "belongs to thresholds: rules may name the tag"},
    {"VERDICTS_OF_RULE", "belongs to thresholds: a rule is what decides the verdict"},
    {"RESERVED_DESTINATION", "is the product's name for what allowed_destinations allow"},
    {"RESERVED_CANARY", "is the product's name for what sightings of canaries raise"},
    {"ACTION_NOT_YET", "this version cannot warn or quarantine: it can allow, audit and block"},
    {"MEASURE_NOT_YET",
     "this version cannot measure distinct_identifiers: events tell how many a file holds, not which; it can events, "
     "bytes, distinct_files and distinct_customers"},
    {"NEEDS_KEY", "must name at least one key, such as user"},
    {"WINDOW_RANGE", "must be from 1m to 90d"},
    {"BLOCK_NEEDS_USER", "block_channels needs user among per: it blocks the channels of a user"},
    {"BLOCK_NEEDS_CHANNELS", "block_channels needs when.channels: those are blocked"},
    {"BLOCK_NEEDS_LAST_CHANNELS", "block_channels needs when.channels in the last step: those are blocked"},
    {"STEPS", "must have 2 to 8 steps"},
    {"LINK_ALONE", "belongs to a sequence"},
    {"SHARE", "must be above 0 and at most 1"},
    {"GROUP_ALONE", "group needs per: [user] alone: a user is compared with the others of the group"},
    {"HISTORY_RANGE", "must be whole days, from 7d to 90d"},
    {"BASELINE_DAYS", "must be days with activity before it says anything: from 5 to those of history"},
    {"DEVIATION", "must be from 1 to 1000000"},
    {"BASELINE_WINDOW", "needs a window of 24h or less: it compares days"},
    {"BASELINE_SEQUENCE", "does not go with a sequence"},
    {"REARM", "must not be greater than over: what is still over would open again at once"},
    {"NO_CLASS", "is not the name of a detector class"},
    {"NO_GROUP", "is not the name of a group of this policy"},
    {"NO_TAG", "is not the name of a tag of this policy"},
    {"NO_THRESHOLD", "is not the id of a threshold of this policy, nor canary"},
    {"NO_DAY", "must be a day such as 2026-12-31, or a time"},
    {"DAY_TOO_FAR", "must be at most a year from now"},
    {"PATTERN_PREFIX", "must not begin with (*: (*UTF8) and (*UCP) are not for bytes"},
    {"CONTEXT_NEEDED", "needs words in context: without any nothing would ever count"},
    {"CLASS_OF_PRODUCT", "is the name of a class of the product"},
    {"DESTINATION_FORM",
     "must be a network such as 10.0.0.0/8, an address or host name with or without a port, *.example.com or loopback"},
    {"PREFIX_BITS", "must have a prefix of 0 to 32 bits, or 128 for IPv6"},
    {"PREFIX_FIRST", "must be the first address of its network: the bits after the prefix are not 0"},
    {"PORT", "must have a port of 1 to 65535, or none"},
    {"UNKNOWN_KEY", "unknown key; the keys here are {keys}"},
    {"MUST_BE_WHOLE", "must be a whole number from {least} to {most}"},
    {"MUST_BE_ONE_OF", "must be one of {values}"},
    {"NEEDED_EXAMPLE", "must be given, such as {example}"},
    {"BYTES_AT_MOST", "must be at most {limit} bytes"},
    {"ELEMENTS_AT_MOST", "must have at most {limit} elements"},
    {"WORDS_AT_MOST", "must have at most {limit} words"},
    {"AT_LEAST", "must be at least {least}"},
    {"LENGTH", "must be {least} to {limit} bytes"},
    {"ID_TAKEN", "is already the id of {other}"},
    {"USER_IN_GROUP", "is already in group {group}: a user is in one at most"},
    {"NEEDS_GROUPS", "needs groups in the policy: groups: [{example}]"},
    {"NEEDS_GROUPS", "group needs groups in the policy: groups: [{example}]"},
    {"NOT_COUNTED_PER", "is not what the threshold counts per, which is {keys}"},
    {"PATTERN_BAD", "is not understood: {why}"},
    {"PATTERN_SHORT", "must match at least {least} bytes"},
    {"PATTERN_LONG", "must match at most {limit} bytes: * and + have no bound, {example} has"},
});

constexpr std::string_view kOwners[] = {"rule ", "threshold ", "tag ", "detector "};
constexpr std::size_t kOwnerSigns = std::string_view(" ()").size();

// "rule r" of "must be given (rule r)"; empty if nobody is named. Ids have neither spaces nor parentheses.
std::string_view OwnerOf(std::string_view message) {
  const std::size_t open = message.rfind(" (");
  if (open == std::string_view::npos || !message.ends_with(')')) return {};
  const std::string_view owner = message.substr(open + 2, message.size() - open - kOwnerSigns);
  const bool is_one = std::ranges::any_of(kOwners, [&](std::string_view kind) {
    return owner.starts_with(kind) && owner.find(' ', kind.size()) == std::string_view::npos;
  });
  return is_one ? owner : std::string_view();
}

}  // namespace

std::span<const ErrorReason> ProblemReasons() {
  return kReasons;
}

std::optional<v1::ErrorDetail> ReasonOfProblem(std::string_view message) {
  // First without its owner: a parameter at the end of a sentence would take it in.
  const std::string_view owner = OwnerOf(message);
  if (owner.empty()) return contract::FindReason(kReasons, message);
  auto detail = contract::FindReason(kReasons, message.substr(0, message.size() - owner.size() - kOwnerSigns));
  if (!detail) return contract::FindReason(kReasons, message);
  (*detail->mutable_parameters())["owner"] = std::string(owner);
  return detail;
}

}  // namespace vigie::policy
