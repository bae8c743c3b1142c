#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace vigie::cli {

// Rows in aligned columns, for people. Cells are made printable.
class Table {
 public:
  explicit Table(std::vector<std::string> header);

  // As many cells as the header has.
  void AddRow(std::vector<std::string> cells);

  // Writes what was added since the last time, the header first; columns never become narrower, so that pages stay
  // aligned.
  void Write(std::ostream& out);

 private:
  void WriteRow(const std::vector<std::string>& cells, std::ostream& out) const;

  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

// "name:  value" lines in two aligned columns, without those that have no value. Made printable.
void WriteFields(const std::vector<std::pair<std::string, std::string>>& fields, std::ostream& out);

// "a, b"
std::string Join(const std::vector<std::string>& parts);

}  // namespace vigie::cli
