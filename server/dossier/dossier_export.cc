#include "server/dossier/dossier_export.h"

#include <google/protobuf/util/json_util.h>

#include "proto/contract/time_conversion.h"
#include "server/dossier/controller_notice.h"
#include "server/dossier/dossier_checks.h"
#include "server/dossier/dossier_page.h"

namespace vigie::server::dossier {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostNameBytes = 256;

Result<std::string> WriteJson(const v1::Dossier& dossier) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(dossier, &json, options);
  if (!written.ok()) return Error{ErrorCode::kInternal, "the dossier cannot be written as JSON"};
  return json;
}

Result<void> CheckParties(const v1::ExportDossierRequest& request) {
  const auto good = [](const std::string& name) { return !name.empty() && name.size() <= kMostNameBytes; };
  if (!good(request.controller())) return Error{ErrorCode::kInvalidArgument, "controller: must be 1 to 256 bytes"};
  if (!good(request.processor())) return Error{ErrorCode::kInvalidArgument, "processor: must be 1 to 256 bytes"};
  return {};
}

}  // namespace

Result<void> TakeSubmission(std::uint32_t number, v1::Dossier& dossier) {
  // Numbers are 1, 2, … without holes.
  if (number > static_cast<std::uint32_t>(dossier.submissions_size()))
    return Error{ErrorCode::kNotFound, "submission: the dossier has " + std::to_string(dossier.submissions_size())};
  const int kept = static_cast<int>(number);
  dossier.mutable_submissions()->DeleteSubrange(kept, dossier.submissions_size() - kept);
  const v1::DossierSubmission& submission = dossier.submissions(kept - 1);
  *dossier.mutable_content() = submission.content();
  *dossier.mutable_facts() = submission.facts();
  *dossier.mutable_updated_at() = submission.at();
  dossier.set_updated_by(submission.by());
  dossier.set_state(v1::DOSSIER_STATE_SUBMITTED);
  dossier.set_changed_since_submission(false);
  *dossier.mutable_deadline() = contract::ToProto(DeadlineOf(submission.content()));
  dossier.clear_closed_at();
  dossier.clear_closed_by();
  dossier.clear_closed_reason();
  return {};
}

Result<v1::ExportDossierResponse> WriteExport(const v1::Dossier& dossier, const v1::ExportDossierRequest& request) {
  v1::ExportDossierResponse response;
  response.set_revision(dossier.revision());
  const std::string name =
      dossier.id() + (request.submission() > 0 ? "-submission-" + std::to_string(request.submission()) : "");
  switch (request.format()) {
    case v1::DOSSIER_FORMAT_UNSPECIFIED:
    case v1::DOSSIER_FORMAT_JSON: {
      auto json = WriteJson(dossier);
      if (!json) return json.error();
      response.set_media_type("application/json");
      response.set_file_name(name + ".json");
      response.set_content(*std::move(json));
      return response;
    }
    case v1::DOSSIER_FORMAT_HTML:
      response.set_media_type("text/html; charset=utf-8");
      response.set_file_name(name + ".html");
      response.set_content(WritePage(dossier));
      return response;
    case v1::DOSSIER_FORMAT_CONTROLLER_NOTICE:
      if (auto named = CheckParties(request); !named) return named.error();
      response.set_media_type("text/html; charset=utf-8");
      response.set_file_name(name + "-notice-to-controller.html");
      response.set_content(WriteControllerNotice(dossier, request));
      return response;
    default:
      return Error{ErrorCode::kInvalidArgument, "format: is not known to this version"};
  }
}

}  // namespace vigie::server::dossier
