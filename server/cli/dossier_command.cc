#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/json_array.h"
#include "server/cli/paging.h"
#include "server/cli/printable.h"
#include "server/cli/since_option.h"
#include "server/cli/table.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;

constexpr unsigned kPageSize = 500;

struct DossierOptions {
  std::string id;
  std::vector<std::string> incidents;
  std::string aware;
  std::string title;
  std::string language;
  std::string state;
  std::string format = "html";
  std::string out_file;
  unsigned submission = 0;
  std::string controller;
  std::string processor;
};

base::Result<std::string> JsonOf(const v1::Dossier& dossier) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(dossier, &json, options).ok())
    return base::Error{base::ErrorCode::kInternal, "the dossier cannot be written as JSON"};
  return json;
}

std::string IncidentIds(const v1::Dossier& dossier) {
  const auto& ids = dossier.content().incident_ids();
  return Join({ids.begin(), ids.end()});
}

std::string SubmittedText(const v1::Dossier& dossier) {
  if (dossier.submissions().empty()) return "";
  const v1::DossierSubmission& first = dossier.submissions(0);
  return FormatTime(first.notified_at()) + (first.late() ? " (late)" : "");
}

int Report(Context& context, const v1::Dossier& dossier) {
  if (context.json()) {
    const auto json = JsonOf(dossier);
    if (!json) return ReportError(context, json.error());
    context.out << *json << "\n";
    return kFine;
  }
  const v1::DossierContent& content = dossier.content();
  const auto number = [](bool given, std::uint64_t value) { return given ? std::to_string(value) : ""; };
  WriteFields({{"id", dossier.id()},
               {"title", content.title()},
               {"language", content.language().empty() ? "en" : content.language()},
               {"state", NameOf(dossier.state())},
               {"revision", std::to_string(dossier.revision())},
               {"incidents", IncidentIds(dossier)},
               {"aware since", FormatTime(content.aware_at())},
               {"72 hours end", FormatTime(dossier.deadline())},
               {"nature", content.nature()},
               {"data subjects", number(content.has_approximate_subjects(), content.approximate_subjects())},
               {"records", number(content.has_approximate_records(), content.approximate_records())},
               {"distinct customers", std::to_string(dossier.facts().customers().value())},
               {"consequences", content.consequences()},
               {"measures", content.measures()},
               {"authority", content.authority()},
               {"submissions", std::to_string(dossier.submissions_size())},
               {"first submitted", SubmittedText(dossier)},
               {"closed because", dossier.closed_reason()}},
              context.out);
  return kFine;
}

base::Error NoTime() {
  return {base::ErrorCode::kInvalidArgument,
          "--aware: neither a time like 2026-11-22T10:00:00Z nor how long ago, such as 3h"};
}

int CreateDossier(Context& context, const DossierOptions& options) {
  v1::CreateDossierRequest request;
  v1::DossierContent& content = *request.mutable_content();
  content.set_title(options.title);
  content.set_language(options.language);
  for (const std::string& incident : options.incidents) content.add_incident_ids(incident);
  if (!options.aware.empty()) {
    const auto aware = ParseSince(options.aware);
    if (!aware) return ReportError(context, NoTime());
    *content.mutable_aware_at() = *aware;
  }
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto dossier = (*collector)->CreateDossier(request);
  return dossier ? Report(context, *dossier) : ReportError(context, dossier.error());
}

int ShowDossier(Context& context, const DossierOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::GetDossierRequest request;
  request.set_id(options.id);
  const auto dossier = (*collector)->GetDossier(request);
  return dossier ? Report(context, *dossier) : ReportError(context, dossier.error());
}

// On the revision that was read: who saves in between is not overwritten.
int ChangeContent(Context& context, const DossierOptions& options,
                  const std::function<base::Result<void>(v1::DossierContent&)>& change) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::GetDossierRequest get;
  get.set_id(options.id);
  const auto read = (*collector)->GetDossier(get);
  if (!read) return ReportError(context, read.error());
  v1::UpdateDossierRequest update;
  update.set_id(options.id);
  update.set_revision(read->revision());
  *update.mutable_content() = read->content();
  if (auto changed = change(*update.mutable_content()); !changed) return ReportError(context, changed.error());
  const auto dossier = (*collector)->UpdateDossier(update);
  return dossier ? Report(context, *dossier) : ReportError(context, dossier.error());
}

int AddIncidents(Context& context, const DossierOptions& options) {
  return ChangeContent(context, options, [&](v1::DossierContent& content) -> base::Result<void> {
    for (const std::string& incident : options.incidents) content.add_incident_ids(incident);
    return {};
  });
}

int RemoveIncidents(Context& context, const DossierOptions& options) {
  return ChangeContent(context, options, [&](v1::DossierContent& content) -> base::Result<void> {
    auto& ids = *content.mutable_incident_ids();
    for (const std::string& incident : options.incidents) {
      const auto found = std::ranges::find(ids, incident);
      if (found == ids.end()) return base::Error{base::ErrorCode::kNotFound, "the dossier has no incident " + incident};
      ids.erase(found);
    }
    return {};
  });
}

int SetLanguage(Context& context, const DossierOptions& options) {
  return ChangeContent(context, options, [&](v1::DossierContent& content) -> base::Result<void> {
    content.set_language(options.language);
    return {};
  });
}

std::vector<std::string> DossierRow(const v1::Dossier& dossier) {
  return {dossier.id(),
          NameOf(dossier.state()),
          FormatTime(dossier.content().aware_at()),
          FormatTime(dossier.deadline()),
          SubmittedText(dossier),
          std::to_string(dossier.facts().customers().value()),
          IncidentIds(dossier),
          dossier.content().title()};
}

int ListDossiers(Context& context, const DossierOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ListDossiersRequest request;
  request.set_page_size(kPageSize);
  if (const auto state = contract::ParseName<v1::DossierState>(options.state)) request.set_state(*state);
  if (!options.incidents.empty()) request.set_incident_id(options.incidents.front());
  JsonArray array(context.out);
  Table table({"ID", "STATE", "AWARE", "72 HOURS END", "SUBMITTED", "CUSTOMERS", "INCIDENTS", "TITLE"});
  base::Result<void> written = {};
  const auto listed = ForEachPage(
      request, [&](const auto& page) { return (*collector)->ListDossiers(page); },
      [&](const v1::ListDossiersResponse& page) {
        for (const v1::Dossier& dossier : page.dossiers()) {
          if (!context.json()) {
            table.AddRow(DossierRow(dossier));
            continue;
          }
          const auto json = JsonOf(dossier);
          json ? array.Add(*json) : void(written = json.error());
        }
        if (!context.json()) table.Write(context.out);
      });
  if (!listed) return ReportError(context, listed.error());
  if (!written) return ReportError(context, written.error());
  if (context.json()) array.End();
  return kFine;
}

v1::DossierFormat FormatOf(const std::string& name) {
  if (name == "notice") return v1::DOSSIER_FORMAT_CONTROLLER_NOTICE;
  return name == "json" ? v1::DOSSIER_FORMAT_JSON : v1::DOSSIER_FORMAT_HTML;
}

int ExportDossier(Context& context, const DossierOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ExportDossierRequest request;
  request.set_id(options.id);
  request.set_submission(options.submission);
  request.set_format(FormatOf(options.format));
  request.set_controller(options.controller);
  request.set_processor(options.processor);
  const auto exported = (*collector)->ExportDossier(request);
  if (!exported) return ReportError(context, exported.error());
  // A name from elsewhere names no other directory.
  const std::string named = std::filesystem::path(exported->file_name()).filename().string();
  const std::string& file = options.out_file.empty() ? named : options.out_file;
  if (auto written = WriteFile(file, exported->content()); !written) return ReportError(context, written.error());
  context.out << Printable(file) << "\n";
  return kFine;
}

using Options = std::shared_ptr<DossierOptions>;
using Run = int (*)(Context&, const DossierOptions&);

void SetAction(CLI::App* command, Context& context, const Options& options, Run run) {
  command->callback(
      [&context, options, run] { context.run = [&context, options, run] { return run(context, *options); }; });
}

}  // namespace

void AddDossierCommand(CLI::App& app, Context& context) {
  CLI::App* dossier =
      app.add_subcommand("dossier", "Breach files: what is notified to the authority (GDPR article 33)");
  dossier->require_subcommand(1);
  const auto options = std::make_shared<DossierOptions>();

  CLI::App* create = dossier->add_subcommand("create", "Begin one: numbers and nature come from the incidents");
  create->add_option("INCIDENT", options->incidents, "The incidents that it is about")->required();
  create->add_option("--aware", options->aware, "Since when the breach is known, a moment or how long ago; else now")
      ->type_name("TIME");
  create->add_option("--title", options->title, "What it is called")->type_name("TEXT");
  create
      ->add_option("--language", options->language, "Of what is filled in and of the exports: en, unless given, or fr")
      ->check(CLI::IsMember({"en", "fr"}));
  CLI::App* list = dossier->add_subcommand("list", "The register (article 33(5)), newest first");
  list->add_option("--state", options->state, "Only these: draft, submitted or closed")
      ->check(CLI::IsMember({"draft", "submitted", "closed"}));
  list->add_option("--incident", options->incidents, "Only those of this incident")->expected(1)->type_name("ID");
  CLI::App* show = dossier->add_subcommand("show", "One dossier");
  CLI::App* add = dossier->add_subcommand("add", "Take more incidents into one: its figures are worked out again");
  CLI::App* remove =
      dossier->add_subcommand("remove", "Take incidents out of one, unless they were submitted to the authority");
  CLI::App* language = dossier->add_subcommand(
      "language", "Go on in another one: the exports, and what was filled in and not changed since");
  CLI::App* write = dossier->add_subcommand("export", "Write one to a file");
  for (CLI::App* command : {show, add, remove, language, write})
    command->add_option("ID", options->id, "The dossier")->required();
  for (CLI::App* command : {add, remove})
    command->add_option("INCIDENT", options->incidents, "Which incidents")->required();
  language->add_option("LANGUAGE", options->language, "en or fr")->required()->check(CLI::IsMember({"en", "fr"}));
  write
      ->add_option("--format", options->format,
                   "html, for printing, json, or notice: from the processor to the controller "
                   "(article 33(2))")
      ->check(CLI::IsMember({"html", "json", "notice"}))
      ->capture_default_str();
  write->add_option("--out", options->out_file, "Where to; else a file that is called as the dossier is")
      ->type_name("FILE");
  write->add_option("--controller", options->controller, "Of a notice: whom it is addressed to")->type_name("NAME");
  write->add_option("--processor", options->processor, "Of a notice: who sends it")->type_name("NAME");
  write->add_option("--submission", options->submission, "As it was submitted with this number; else as it is now");

  SetAction(create, context, options, CreateDossier);
  SetAction(list, context, options, ListDossiers);
  SetAction(show, context, options, ShowDossier);
  SetAction(add, context, options, AddIncidents);
  SetAction(remove, context, options, RemoveIncidents);
  SetAction(language, context, options, SetLanguage);
  SetAction(write, context, options, ExportDossier);
}

}  // namespace vigie::cli
