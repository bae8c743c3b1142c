#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/customers/text_transcoder.h"
#include "platform/base/result.h"

namespace vigie::customers {

struct CsvOptions {
  // Without one, what a line sep=; before the header says, or the one of , ; tab and | that is most frequent outside of
  // quotes in the first row.
  std::optional<char> separator;
  // A name that iconv knows: WINDOWS-1252, UTF-16LE… Without one: what a byte order mark says, UTF-16 where every other
  // byte is mostly zero, UTF-8 if the first mebibyte mostly is, or else WINDOWS-1252.
  std::string encoding;
};

// Reads rows of RFC 4180 as they come, as UTF-8: quotes, doubled quotes, separators and line ends inside quotes, \n,
// \r or \r\n, a byte order mark. Bytes that are none of the encoding become U+FFFD. Empty lines are no rows. Bounded: a
// row of more than a mebibyte or 4096 fields is refused. Not thread-safe.
class CsvReader {
 public:
  // `input` outlives it.
  explicit CsvReader(std::istream& input, CsvOptions options = {});

  struct Row {
    std::uint64_t number = 0;  // from 1, as a spreadsheet counts; the header is row 1
    std::vector<std::string> fields;
  };

  // False at the end. An error says the row, never its content: what follows cannot be read (an unclosed quote, no
  // text).
  base::Result<bool> Next(Row& row);

  // Both are known once a row has been read.
  char separator() const { return separator_; }
  const std::string& encoding() const { return options_.encoding; }

 private:
  base::Result<void> Start();
  void TakeSeparatorLine();
  base::Result<bool> ReadRow(Row& row);
  base::Result<void> ReadQuoted(std::string& field);
  bool EndField(int character, Row& row, std::string& field);
  int Take();
  int Peek();
  bool Refill();
  std::string ReadRaw(std::size_t bytes);
  base::Error Wrong(const std::string& what) const;

  std::istream& input_;
  std::string buffer_;
  std::size_t position_ = 0;
  char separator_ = ',';
  CsvOptions options_;
  std::unique_ptr<TextTranscoder> transcoder_;  // none for UTF-8
  bool started_ = false;
  bool separator_is_told_ = false;
  std::uint64_t rows_ = 0;
  std::size_t row_bytes_ = 0;
};

}  // namespace vigie::customers
