#include "server/cli/index_build_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/cli/printable.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using customers::BuildReport;

constexpr std::size_t kShownProblems = 100;
constexpr std::uint32_t kReportMode = 0600;

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
                                       {"changed_records", report.changed_records},
                                       {"removed_records", report.removed_records},
                                       {"encoding", report.encoding},
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
       {"changed", Noted(report.changed_records, "records have other cells than before")},
       {"removed", Noted(report.removed_records, "records are not in the directory any more")},
       {"encoding", report.encoding},
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
  const std::size_t shown = std::min(report.problems.size(), kShownProblems);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& problem = report.problems[i];
    table.AddRow(
        {std::to_string(problem.row), problem.column.empty() ? "(whole row)" : problem.column, problem.reason});
  }
  out << "\n";
  table.Write(out);
  const std::uint64_t all = report.skipped_rows + report.skipped_cells;
  if (all > shown) out << "… and " << all - shown << " more; --report FILE lists them all\n";
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace

void PrintBuildReport(const BuildReport& report, Context& context) {
  if (context.json()) {
    PrintJson(report, context.out);
  } else {
    PrintTable(report, context.out);
  }
}

base::Result<void> WriteProblems(const BuildReport& report, platform::FileSystem& files, const std::string& path) {
  std::string csv = "row,column,reason\r\n";
  for (const auto& problem : report.problems) {
    csv.append(std::to_string(problem.row)).append(",").append(Quoted(problem.column));
    csv.append(",").append(Quoted(problem.reason)).append("\r\n");
  }
  auto written = files.WriteFileDurably(path, csv, kReportMode);
  if (!written) return written.error().Wrap("report");
  return {};
}

}  // namespace vigie::cli
