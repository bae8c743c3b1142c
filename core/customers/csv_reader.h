#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::customers {

// Reads rows of RFC 4180 as they come: quotes, doubled quotes, separators and line ends inside quotes, \n or \r\n, a
// byte order mark. Empty lines are no rows. Bounded: a row of more than a mebibyte or 4096 fields is refused. Not
// thread-safe.
class CsvReader {
 public:
  // Without a separator, the one of , ; tab and | that is most frequent outside of quotes in the first row. `input`
  // outlives it.
  explicit CsvReader(std::istream& input, std::optional<char> separator = std::nullopt);

  struct Row {
    std::uint64_t number = 0;  // from 1, as a spreadsheet counts; the header is row 1
    std::vector<std::string> fields;
  };

  // False at the end. An error says the row, never its content: what follows cannot be read (an unclosed quote, no
  // text).
  base::Result<bool> Next(Row& row);

  char separator() const { return separator_; }

 private:
  base::Result<void> Start();
  base::Result<bool> ReadRow(Row& row);
  base::Result<void> ReadQuoted(std::string& field);
  bool EndField(int character, Row& row, std::string& field);
  int Take();
  int Peek();
  bool Refill();
  base::Error Wrong(const std::string& what) const;

  std::istream& input_;
  std::string buffer_;
  std::size_t position_ = 0;
  char separator_ = ',';
  bool detect_ = true;
  bool started_ = false;
  std::uint64_t rows_ = 0;
  std::size_t row_bytes_ = 0;
};

}  // namespace vigie::customers
