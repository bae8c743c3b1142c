#include "server/cli/table.h"

#include <algorithm>
#include <ostream>

#include "server/cli/printable.h"

namespace vigie::cli {
namespace {

std::string Padding(std::size_t width, std::string_view cell) {
  const std::size_t used = DisplayWidth(cell);
  return std::string(width > used ? width - used : 0, ' ');
}

}  // namespace

Table::Table(std::vector<std::string> header) : widths_(header.size(), 0) {
  AddRow(std::move(header));
}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(widths_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cells[i].empty() ? "-" : Printable(cells[i]);
    widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Table::Write(std::ostream& out) {
  for (const auto& row : rows_) WriteRow(row, out);
  rows_.clear();
}

void Table::WriteRow(const std::vector<std::string>& cells, std::ostream& out) const {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    out << cells[i] << (last ? "\n" : Padding(widths_[i] + 2, cells[i]));
  }
}

void WriteFields(const std::vector<std::pair<std::string, std::string>>& fields, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& [name, value] : fields) width = std::max(width, value.empty() ? 0 : name.size());
  for (const auto& [name, value] : fields) {
    if (!value.empty()) out << name << ":" << Padding(width + 1, name) << Printable(value) << "\n";
  }
}

std::string Join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace vigie::cli
