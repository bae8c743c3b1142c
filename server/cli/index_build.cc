#include "server/cli/index_build.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/customers/index_builder.h"
#include "server/cli/printable.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using customers::BuildOptions;
using customers::BuildReport;

constexpr const char* kEraseLine = "\r\x1B[K";
constexpr std::uint32_t kIndexMode = 0644;  // useless without the key

base::Result<std::optional<char>> ParseSeparator(const std::string& text) {
  if (text.empty()) return std::optional<char>();
  if (text == "tab" || text == "\\t") return std::optional<char>('\t');
  const bool usable =
      text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '"' && text[0] != '\n';
  if (usable) return std::optional<char>(text[0]);
  return base::Error{base::ErrorCode::kInvalidArgument, "separator: give one character, such as ; or the word tab"};
}

base::Result<BuildOptions> OptionsOf(const IndexBuildRequest& request, Context& context) {
  auto columns = customers::ParseColumns(request.columns);
  if (!columns) return columns.error();
  const auto separator = ParseSeparator(request.separator);
  if (!separator) return separator.error();
  BuildOptions options;
  options.columns = *std::move(columns);
  options.region = request.region;
  options.canary_column = request.canary_column;
  options.separator = *separator;
  if (request.show_progress) {
    options.progress = [&context](std::uint64_t rows) { context.err << kEraseLine << rows << " rows" << std::flush; };
  }
  return options;
}

base::Result<std::ifstream> OpenDirectory(const std::string& path, platform::FileSystem& files) {
  const auto status = files.StatusOf(path);
  if (!status) return status.error().Wrap("directory");
  if (status->kind != platform::FileKind::kRegular) {
    return base::Error{base::ErrorCode::kInvalidArgument, "directory: " + path + " is not a file; give the CSV file"};
  }
  std::ifstream input(path, std::ios::binary);
  if (!input) return base::Error{base::ErrorCode::kPermissionDenied, "directory: " + path + " cannot be read"};
  return input;
}

base::Result<BuildReport> Build(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                                Context& context) {
  const auto options = OptionsOf(request, context);
  if (!options) return options.error();
  const auto key = customers::ReadIndexKey(files, request.key_file);
  if (!key) return key.error();
  auto ledger = customers::Ledger::Open(files, request.ledger);
  if (!ledger) return ledger.error();
  auto input = OpenDirectory(request.directory, files);
  if (!input) return input.error();
  auto built = customers::BuildIndex(*input, *options, {*key, *ledger, clock});
  if (request.show_progress) context.err << kEraseLine;
  if (!built) return built.error();
  if (auto saved = ledger->Save(files, request.ledger); !saved) return saved.error();
  if (auto written = files.WriteFileDurably(request.out, built->bytes, kIndexMode); !written) {
    return written.error().Wrap("index");
  }
  return std::move(built->report);
}

nlohmann::ordered_json ProblemsOf(const BuildReport& report) {
  auto problems = nlohmann::ordered_json::array();
  for (const auto& problem : report.problems) {
    problems.push_back({{"row", problem.row}, {"column", problem.column}, {"reason", problem.reason}});
  }
  return problems;
}

void PrintJson(const BuildReport& report, std::ostream& out) {
  const nlohmann::ordered_json json = {{"id", report.index_id},
                                       {"rows", report.rows},
                                       {"records", report.records},
                                       {"new_records", report.new_records},
                                       {"canaries", report.canaries},
                                       {"strong_cells", report.cells.strong_cells},
                                       {"weak_cells", report.cells.weak_cells},
                                       {"pairs", report.cells.pairs},
                                       {"bytes", report.bytes},
                                       {"skipped_rows", report.skipped_rows},
                                       {"skipped_cells", report.skipped_cells},
                                       {"merged_rows", report.merged_rows},
                                       {"weak_keys", report.weak_keys},
                                       {"shared_strong_left_out", report.cells.shared_strong_left_out},
                                       {"shared_weak_left_out", report.cells.shared_weak_left_out},
                                       {"ambiguous_pairs", report.cells.ambiguous_pairs},
                                       {"problems", ProblemsOf(report)}};
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

// "" for none, so that the line is left out.
std::string Noted(std::uint64_t count, const std::string& meaning) {
  return count == 0 ? "" : std::to_string(count) + " " + meaning;
}

void PrintTable(const BuildReport& report, std::ostream& out) {
  const auto limit_strong = std::to_string(report.limits.max_strong_records);
  const auto limit_weak = std::to_string(report.limits.max_weak_records);
  WriteFields(
      {{"index", report.index_id},
       {"rows", std::to_string(report.rows)},
       {"records",
        std::to_string(report.records) + ", " + std::to_string(report.new_records) + " of them new in the ledger"},
       {"canaries", Noted(report.canaries, "records")},
       {"strong cells", std::to_string(report.cells.strong_cells)},
       {"weak cells", std::to_string(report.cells.weak_cells)},
       {"pairs", std::to_string(report.cells.pairs) + " of a name and a text that identify together"},
       {"bytes", std::to_string(report.bytes)},
       {"skipped rows", Noted(report.skipped_rows, "rows are not in the index")},
       {"skipped cells", Noted(report.skipped_cells, "cells could not be understood")},
       {"merged rows", Noted(report.merged_rows, "rows have the key of an earlier one")},
       {"weak keys", Noted(report.weak_keys, "keys are too plain to identify alone; they count together with a name")},
       {"shared",
        Noted(report.cells.shared_strong_left_out, "strong cells of more than " + limit_strong + " records left out")},
       {"frequent",
        Noted(report.cells.shared_weak_left_out, "weak cells of more than " + limit_weak + " records left out")},
       {"ambiguous", Noted(report.cells.ambiguous_pairs, "pairs that several records have identify nobody")}},
      out);
  if (report.problems.empty()) return;
  Table table({"ROW", "COLUMN", "LEFT OUT BECAUSE"});
  for (const auto& problem : report.problems) {
    table.AddRow(
        {std::to_string(problem.row), problem.column.empty() ? "(whole row)" : problem.column, problem.reason});
  }
  out << "\n";
  table.Write(out);
  const std::uint64_t all = report.skipped_rows + report.skipped_cells;
  if (all > report.problems.size()) out << "… and " << all - report.problems.size() << " more\n";
}

}  // namespace

int RunIndexBuild(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context) {
  const auto report = Build(request, files, clock, context);
  if (!report) {
    (void)ReportError(context, report.error());
    return kUsage;
  }
  if (context.json()) {
    PrintJson(*report, context.out);
  } else {
    PrintTable(*report, context.out);
  }
  return report->skipped_rows == 0 ? kFine : kFound;
}

}  // namespace vigie::cli
