#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/extract/xml_handler.h"

namespace vigie::content {

// Which of a workbook's cell styles show a number as a date (ECMA-376, part 1, 18.8.30 and 18.8.45): a date of birth is
// stored as 31234 and means nothing without its style. Bounded.
class SheetStyles final : public XmlHandler {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override;
  void OnEnd(std::string_view name) override;
  void OnText(std::string_view) override {}

  // `style`: the attribute s of a cell; "" is style 0.
  bool IsDate(std::string_view style) const;

 private:
  std::set<unsigned> date_formats_;  // custom ones
  std::vector<bool> styles_;
  bool in_cell_styles_ = false;
};

// Whether a number under this format code is shown with a day or a year: "d/m/yy;@", not "0.00" or "[Red]#,##0".
bool IsDateFormat(std::string_view code);

// 31234.5 is 1985-07-06, which is appended; false if it is no day that a workbook can show. `from_1904`: days count
// from 1904, as they did on the Macintosh, and not from 1900 with a 29 February that never was.
bool AppendDate(std::string_view number, bool from_1904, std::string& line);

}  // namespace vigie::content
