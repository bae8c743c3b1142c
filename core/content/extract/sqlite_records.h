#pragma once

#include <string>
#include <string_view>

namespace vigie::content {

// Bytes of a database's page as text: where a whole record stands in them (https://sqlite.org/fileformat2.html,
// sections 1.6 and 2.1), deleted or not, its values become a line of cells; all else stays as it is. Without that the
// values of a row touch each other and what describes them. Records in UTF-16 and rows whose beginning is overwritten
// stay bytes.
std::string LinesOfRecords(std::string_view bytes);

}  // namespace vigie::content
