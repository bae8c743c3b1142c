#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "core/evidence/bundle_verifier.h"
#include "platform/base/clock.h"
#include "platform/base/durable_file.h"
#include "platform/base/private_file.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/evidence_report.h"
#include "server/cli/printable.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr std::size_t kMostAuthorityBytes = 65536;

struct EvidenceOptions {
  std::string incident;
  std::string file;
};

// A file that gets its name when all of it is there, mode 0600: it says who did what, and maybe to which customers.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    std::error_code ignored;
    if (begun_ && !named_) std::filesystem::remove(part_, ignored);
  }

  // Before anything is asked for it.
  base::Result<void> Begin() {
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored)) {
      return base::Error{base::ErrorCode::kInvalidArgument, path_ + " is a directory"};
    }
    std::filesystem::remove(part_, ignored);  // of one that was killed
    if (auto made = base::EnsurePrivateFile(part_); !made) return made;
    begun_ = true;
    errno = 0;
    stream_.open(part_, std::ios::binary | std::ios::trunc);
    return stream_ ? base::Result<void>() : base::ErrnoError(errno, "write " + part_);
  }

  bool Write(const std::string& bytes) {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return stream_.good();
  }
  base::Result<void> Finish() {
    stream_.close();
    if (!stream_) {
      return base::Error{base::ErrorCode::kInternal, "cannot write all of " + part_ + ": is the disk full?"};
    }
    auto renamed = base::RenameDurably(part_, path_);
    named_ = static_cast<bool>(renamed);
    return renamed;
  }

 private:
  const std::string path_;
  const std::string part_;
  std::ofstream stream_;
  bool begun_ = false;
  bool named_ = false;
};

int ExportEvidence(Context& context, const EvidenceOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ExportEvidenceRequest request;
  request.set_incident_id(options.incident);
  NewFile file(options.file);
  if (auto begun = file.Begin(); !begun) return ReportError(context, begun.error());
  const auto exported =
      (*collector)->ExportEvidence(request, [&](const std::string& piece) { return file.Write(piece); });
  if (!exported) return ReportError(context, exported.error());
  if (auto named = file.Finish(); !named) return ReportError(context, named.error());
  context.out << Printable(options.file) << "\n";
  return kFine;
}

int CheckEvidence(Context& context, const EvidenceOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::VerifyEvidenceRequest request;
  request.set_incident_id(options.incident);
  const auto report = (*collector)->VerifyEvidence(request);
  return report ? TellEvidence(*report, context) : ReportError(context, report.error());
}

int VerifyFile(Context& context, const EvidenceOptions& options) {
  std::string authority;
  if (!context.ca_file.empty()) {
    auto read = ReadTextFile(context.ca_file, kMostAuthorityBytes);
    if (!read) return ReportError(context, read.error());
    authority = *std::move(read);
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(options.file, ignored)) {
    return ReportError(context, {base::ErrorCode::kInvalidArgument, options.file + " is a directory"});
  }
  errno = 0;
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return ReportError(context, base::ErrnoError(errno, "open " + options.file));
  return TellEvidence(evidence::VerifyBundle(file, authority, base::SystemClock().Now()), context);
}

using Options = std::shared_ptr<EvidenceOptions>;
using Run = int (*)(Context&, const EvidenceOptions&);

void SetAction(CLI::App* command, Context& context, const Options& options, Run run) {
  command->callback(
      [&context, options, run] { context.run = [&context, options, run] { return run(context, *options); }; });
}

}  // namespace

void AddEvidenceCommand(CLI::App& app, Context& context) {
  CLI::App* evidence = app.add_subcommand("evidence", "What shows that an incident's events are as they were told");
  evidence->require_subcommand(1);
  const auto options = std::make_shared<EvidenceOptions>();
  CLI::App* exported =
      evidence->add_subcommand("export", "Write it to a file that anybody can verify, without the collector");
  exported->add_option("INCIDENT", options->incident, "inc-1, …")->required();
  exported->add_option("--out", options->file, "Where to write it")->type_name("FILE")->required();
  exported->footer(
      "FILE is replaced if it is there; only you may read it (mode 0600). Who may not see which customers the\n"
      "incident is about gets a file that says it neither, and is verified in the same way.");
  SetAction(exported, context, options, ExportEvidence);
  CLI::App* check = evidence->add_subcommand(
      "check", "Let the collector verify what it has of an incident: exit code 1 unless it shows all of its events");
  check->footer("Of more than 100,000 events the collector checks none: export them, and verify the file.");
  check->add_option("INCIDENT", options->incident, "inc-1, …")->required();
  SetAction(check, context, options, CheckEvidence);
  CLI::App* verify = evidence->add_subcommand(
      "verify", "Verify a file, offline: exit code 1 unless it shows all of its events to be as they were");
  verify->add_option("FILE", options->file, "What export has written")->required();
  verify->footer(
      "With --ca FILE, the authority that has issued the workstations' certificates and the collector's own for\n"
      "evidence, it is also checked whose signatures these are. Without it a file is only held against itself: who\n"
      "makes one up can sign it with keys of his own.");
  SetAction(verify, context, options, VerifyFile);
}

}  // namespace vigie::cli
