#include "core/customers/directory_columns.h"

#include <algorithm>
#include <optional>

#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

base::Error Refused(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

base::Result<DirectoryColumn> ParseColumn(std::string_view item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos || equals + 1 == item.size()) {
    return Refused("columns: \"" + std::string(item) + "\" is not kind=column, for example email=mail_address");
  }
  const auto kind = ParseCellKind(item.substr(0, equals));
  if (!kind) {
    return Refused("columns: \"" + std::string(item.substr(0, equals)) +
                   "\" is no kind; the kinds are key, email, phone, name, iban and text");
  }
  return DirectoryColumn{*kind, std::string(TrimSpace(item.substr(equals + 1)))};
}

template <typename Same>
std::vector<std::size_t> PositionsOf(const std::vector<std::string>& header, Same same) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (same(TrimSpace(header[i]))) positions.push_back(i);
  }
  return positions;
}

std::optional<std::string> FoldedName(std::string_view name) {
  return FoldCase(name);
}

base::Result<std::size_t> Locate(const std::string& name, const std::vector<std::string>& header) {
  auto positions = PositionsOf(header, [&](std::string_view cell) { return cell == name; });
  if (positions.empty()) {
    const auto folded = FoldedName(name);
    positions = PositionsOf(header, [&](std::string_view cell) { return folded && FoldedName(cell) == folded; });
  }
  if (positions.size() == 1) return positions.front();
  const std::string reason = positions.empty() ? "is not in" : "is more than once in";
  return Refused("column \"" + name + "\" " + reason + " the directory's first row, which has " +
                 std::to_string(header.size()) + " columns; check its name and the separator");
}

}  // namespace

base::Result<std::vector<DirectoryColumn>> ParseColumns(std::string_view text) {
  std::vector<DirectoryColumn> columns;
  while (true) {
    const std::size_t comma = text.find(',');
    auto column = ParseColumn(TrimSpace(text.substr(0, comma)));
    if (!column) return column.error();
    const auto same = [&](const DirectoryColumn& c) { return c.name == column->name && c.kind == column->kind; };
    if (std::any_of(columns.begin(), columns.end(), same))
      return Refused("columns: \"" + column->name + "\" is given twice");
    columns.push_back(*std::move(column));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  const auto is_key = [](const DirectoryColumn& column) { return column.kind == CellKind::kKey; };
  if (std::none_of(columns.begin(), columns.end(), is_key)) {
    return Refused("columns: no key column; key=COLUMN names the one by which the directory knows a customer");
  }
  if (columns.size() == 1)
    return Refused("columns: only a key column; add email=, phone=, name=, iban= or text= columns");
  return columns;
}

base::Result<std::vector<std::size_t>> LocateColumns(const std::vector<std::string>& names,
                                                     const std::vector<std::string>& header) {
  std::vector<std::size_t> positions;
  for (const std::string& name : names) {
    const auto position = Locate(name, header);
    if (!position) return position.error();
    positions.push_back(*position);
  }
  return positions;
}

}  // namespace vigie::customers
