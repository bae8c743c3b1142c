#include "server/http/error_reasons.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace vigie::server::http {
namespace {

// What fits several sentences is the first of them: the general ones stand last.
constexpr auto kReasons = std::to_array<ErrorReason>({
    {"TOKEN_NEEDED", "needs an API token"},
    {"TOKEN_REFUSED", "needs an API token: give --token-file"},
    {"ROLE_REFUSED", "the role of this token, {role}, does not allow it"},
    {"ROLE_REFUSED", "your role, {role}, does not allow it"},
    {"SESSION_ENDED", "the session has ended: sign in again"},
    {"NOBODY_SIGNED_IN", "nobody is signed in here: POST /session"},
    {"OTHER_SITE", "a page of another site asks: only the console's own pages may"},
    {"TOO_MANY_FAILURES", "too many failed attempts from this address: wait a minute"},
    {"AUDIT_FAILS", "the audit cannot be written, so nothing is shown: see the collector's log"},
    {"COLLECTOR_STOPS", "the collector is stopping"},
    {"COLLECTOR_STOPS", "the collector stops: try again in a moment"},
    {"TOO_MANY_REQUESTS", "too many requests are being answered: try again in a moment"},
    {"TOO_MANY_WATCHERS", "too many watchers: close one first"},
    {"WATCHER_TOO_SLOW", "the watcher reads too slowly and was dropped: list and watch again"},

    {"INCIDENT_UNKNOWN", "there is no incident of this id"},
    {"INCIDENT_CLOSED_ALREADY", "incident {incident} is closed already"},
    {"INCIDENT_NOT_CLOSED", "incident {incident} is not closed"},
    {"INCIDENT_GOES_ON", "incident {incident} goes on for the same rule and subject: work on that one"},
    {"TOO_MANY_COMMENTS", "the incident has as many comments as one may have"},
    {"OTHERS_COMPARE", "others are looking for similar incidents: ask again"},
    {"OTHERS_SUM", "other summaries are being worked out: ask again"},
    {"OTHERS_READ_EVIDENCE", "other evidence is being read: ask again"},
    {"EVIDENCE_TOO_LARGE",
     "the incident has more events than the collector verifies: let an analyst or officer export them, and verify the "
     "file (vigie evidence export, vigie evidence verify)"},
    {"EVIDENCE_NOT_SIGNED", "the chain of events could not be signed in time"},
    {"EVIDENCE_CHANGED", "some of its events were removed meanwhile: ask again"},

    {"BLOCK_USER_UNKNOWN", "the incident does not say whose channels to block"},
    {"BLOCK_HOST_UNKNOWN", "the incident does not say on which workstation to block"},
    {"BLOCK_CHANNELS_NEEDED", "channels: at least one must be given"},
    {"BLOCK_CHANNEL_NO_WAY_OUT", "channels: each must be a way out"},
    {"BLOCK_END", "until: must be in the future, at most 90 days away"},
    {"BLOCK_USER_CHANGED", "user: the incident is about another one by now: look at the incident again"},
    {"BLOCK_HOST_CHANGED", "host: the incident is about another one by now: look at the incident again"},
    {"BLOCK_ORDERED_MEANWHILE", "somebody has ordered another block meanwhile: look at the incident again"},
    {"BLOCKS_CHANGED", "other blocks are in force by now: look at the incident again"},
    {"NOTHING_BLOCKED", "nothing is blocked because of incident {incident}"},
    {"AS_SHOWN_NEEDED", "{field}: must be given with this target, as the incident showed it"},
    {"AS_SHOWN_NEEDED", "{field}: must name what is lifted, as it was shown"},

    {"DOSSIER_UNKNOWN", "there is no dossier of this id"},
    {"DOSSIER_CLOSED", "dossier {dossier} is closed"},
    {"DOSSIER_CHANGED", "revision: it is {revision} by now, written by somebody else: read it again"},
    {"DOSSIER_NOT_READY", "these must be given before it is submitted: {fields}"},
    {"DOSSIER_NOT_SUBMITTED", "nothing was submitted: say in not_notified_reason why the authority is not notified"},
    {"DOSSIER_TOO_MANY_SUBMISSIONS", "the dossier has as many submissions as one may have"},
    {"DOSSIER_SUBMISSION_UNKNOWN", "submission: the dossier has {count}"},
    {"DOSSIER_INCIDENT_UNKNOWN", "incident_ids: there is no incident {incident}"},
    {"DOSSIER_INCIDENT_SUBMITTED", "incident_ids: {incident} was submitted and stays"},
    {"DOSSIER_INCIDENT_COUNT", "incident_ids: must be 1 to 100"},
    {"DOSSIER_INCIDENT_TWICE", "incident_ids: one is given twice"},
    {"DOSSIER_NOTIFIED_TOO_EARLY", "notified_at: is before the controller was aware"},
    {"DOSSIER_TOO_LARGE", "content: larger than 32 KiB"},

    {"REQUEST_UNKNOWN", "there is no request of this id"},
    {"REQUEST_DECIDED", "it does not wait for a decision any more"},
    {"REQUEST_OWN", "another person than who asked must decide"},
    {"REQUEST_NEEDLESS", "your role sees them without asking"},
    {"REQUEST_OPEN_ALREADY", "you have asked for this incident already"},
    {"REQUESTS_TOO_MANY", "{count} of your requests wait: have those decided first"},

    {"SEARCH_UNKNOWN", "there is no search of this id"},
    {"SEARCH_NAME_TAKEN", "there is a search of this name"},
    {"SEARCH_NOT_YOURS", "only who saved a search may change it"},
    {"SEARCH_NOT_YOURS", "only who saved a search, or an administrator, may delete it"},
    {"SEARCHES_TOO_MANY", "you have {count} searches: delete one first"},
    {"QUERY_TOO_LONG", "query: a field is longer than {limit} bytes"},
    {"QUERY_TWO_TIMES", "query: since and last exclude each other"},
    {"QUERY_NO_TIME", "{field}: is no time"},
    {"QUERY_NO_CHANNEL", "query.channel: is no channel"},
    {"TIMES_REVERSED", "until: must be later than from"},

    {"UPLOAD_NOT_CONFIGURED", "no index is configured: name indexes in collector.yaml"},
    {"UPLOAD_CANNOT_INSPECT", "leaked files cannot be inspected: {why}"},
    {"UPLOAD_EMPTY", "the file is empty"},
    {"UPLOAD_TOO_LONG", "the file is longer than {limit} bytes"},
    {"UPLOAD_GONE", "there is no such file: give it to POST /attribution"},
    {"UPLOAD_NO_ROOM", "the collector's disk has no room for it"},
    {"OTHERS_UPLOAD", "other files are being received: try again in a moment"},
    {"OTHERS_UPLOAD", "other files are being inspected: try again in a moment"},
    {"OTHERS_ATTRIBUTE", "two attributions are being worked out: ask again later"},

    {"RING_UNKNOWN", "{field}: there is no ring of this name"},
    {"RING_TWICE", "names: each once, and without default, which is always the last"},
    {"RING_NAME", "names: each must be 1 to 32 small letters, digits, '-' and '_'"},
    {"RING_ORDER", "names: those that stay, stay in order"},
    {"RING_HAS_WORKSTATIONS", "ring {ring} has workstations: move them to another ring first"},
    {"RING_RUNS_IT", "ring {ring} runs version {version} already"},
    {"RING_HAS_NO_FORMER", "ring {ring} ran no policy before this one"},
    {"RINGS_CHANGED", "the rings run other versions than were shown: look again"},
    {"RINGS_CHANGED", "no ring runs this version any more: look again"},

    {"POLICY_VERSION", "version: must be greater than {version}, which is in force or was rolled out"},
    {"POLICY_UNKNOWN", "no policy of version {version} was ever rolled out (vigie policy history)"},
    {"POLICY_NONE", "no policy is in force: push one"},
    {"POLICY_TOO_LARGE", "text: larger than 1 MiB"},
    {"POLICY_UNREADABLE", "this collector cannot read policy {version}: {why}"},
    {"OTHERS_BACKTEST", "another backtest runs: ask again when it has ended"},

    {"AGENT_UNKNOWN", "no agent has this id (see vigie agents list)"},
    {"AGENT_UNKNOWN", "agent_ids: no agent has one of them (see vigie agents list)"},
    {"AGENT_COUNT", "agent_ids: must be 1 to 1000"},
    {"AGENT_REVOKED", "this agent is revoked already"},
    {"ENROLMENT_TIME", "valid_for: at most 30 days"},
    {"ENROLMENTS_TOO_MANY", "too many enrolment tokens are open: let some expire first"},

    {"ACCESS_NAME", "name: must be 1 to 64 letters, digits and ._-@"},
    {"ACCESS_NAME_RESERVED", "name: the audit calls others so, choose another"},
    {"ACCESS_NAME_TAKEN", "there is an API token of this name: revoke it first"},
    {"ACCESS_NAME_UNKNOWN", "there is no API token of this name"},
    {"ACCESS_ROLE", "role: must be admin, analyst, auditor or officer"},
    {"ACCESS_ROLE_OF_USER", "role: the user of this name has the role {role}"},
    {"ACCESS_LAST_ADMIN", "no admin would be left: create another one first"},

    {"USER_UNKNOWN", "there is no user of this name"},
    {"USER_NAME_TAKEN", "there is a user of this name"},
    {"USER_CHANGED", "the user was changed meanwhile: begin again"},
    {"SIGN_IN_REFUSED", "name or password is wrong"},
    {"SIGN_IN_BUSY", "too many people sign in at this moment: try again"},
    {"SIGN_IN_WAIT", "too many failed attempts: wait {seconds} s"},
    {"PASSWORD_ONCE", "the password was good for once: choose another one"},
    {"PASSWORD_SAME", "password: must be another one than before"},
    {"PASSWORD_SHORT", "password: must have at least {limit} characters"},
    {"PASSWORD_LONG", "password: must have at most {limit} bytes"},
    {"PASSWORD_ROW", "password: is easily guessed: a few characters again and again, or in a row"},
    {"PASSWORD_NAME", "password: is easily guessed: little more than the name"},
    {"PASSWORD_COMMON", "password: is easily guessed: little more than words that many choose"},

    {"INTEGRATION_UNKNOWN", "there is no integration of this name"},
    {"OTHERS_TEST", "another test goes on: ask again in a minute"},
    {"RETENTION_NONE", "collector.yaml has no retention: everything is kept"},
    {"OTHERS_RETAIN", "another run of retention goes on: ask again later"},
    {"PAGE_UNKNOWN", "page_token: not one that this collector gave"},

    {"FIELD_TOO_LONG", "{field}: longer than {limit} bytes"},
    {"FIELD_TOO_MANY_CHARACTERS", "{field}: longer than {limit} characters"},
    {"FIELD_NEEDED", "{field}: must be given"},
    {"FIELD_LENGTH", "{field}: must be {least} to {limit} bytes"},
    {"FIELD_EACH_LENGTH", "{field}: each must have {least} to {limit} bytes"},
    {"FIELD_TOO_MANY", "{field}: more than {limit}"},
    {"FIELD_AT_MOST", "{field}: must be at most {limit}"},
    {"FIELD_AT_MOST", "{field}: at most {limit}"},
    {"FIELD_NOT_KNOWN", "{field}: is not known to this version"},
    {"FIELD_FUTURE", "{field}: must not be in the future"},
    {"FIELD_NO_TIME", "{field}: is no time of this century"},
});

// Errors may quote what a caller sent.
bool IsUtf8(std::string_view text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace

std::span<const ErrorReason> ErrorReasons() {
  return kReasons;
}

std::optional<v1::ErrorDetail> ReasonOf(std::string_view message) {
  return IsUtf8(message) ? contract::FindReason(kReasons, message) : std::nullopt;
}

}  // namespace vigie::server::http
