#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::sqlite {

// Where an image's bytes come from. Fewer bytes than asked for = the end.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) = 0;
  virtual std::uint64_t size() const = 0;
};

struct ImageCell {
  enum class Kind { kNull, kNumber, kText, kBlob };
  Kind kind = Kind::kNull;
  std::string_view bytes;  // UTF-8 of numbers and text; valid during the call
};

// A foreign, possibly hostile SQLite database, read in place page by page and never written: no file is opened,
// journals and write-ahead logs are not looked for, the schema is not trusted, memory is bounded by the page cache and
// one row. Not thread-safe.
class DatabaseImage {
 public:
  static constexpr int kLongestCell = 64 << 20;

  // Makes SQLite ready while the process may still ask the system for what it wants: before it is confined.
  static base::Result<void> Prepare();

  // `source` outlives it. `may_continue` is asked now and then while a statement runs: false stops it with kCancelled.
  // kDataLoss if it is no database or damaged.
  static base::Result<std::unique_ptr<DatabaseImage>> Open(ImageSource& source, std::function<bool()> may_continue);
  ~DatabaseImage();

  // All ordinary tables, those of SQLite's own and of full-text search included; first the schema, whose rows are the
  // statements that made the others, comments and defaults in them.
  base::Result<std::vector<std::string>> TableNames();

  // Each row of a table, as it is stored, until `row` returns false: columns that would be computed are left out, as
  // their expressions are the file's. kDataLoss on damage, kCancelled when stopped, kResourceExhausted on
  // a cell above kLongestCell and on what SQLite finds no memory for.
  base::Result<void> ForEachRow(std::string_view table, const std::function<bool(std::span<const ImageCell>)>& row);

 private:
  struct Parts;
  base::Result<std::string> StoredColumns(std::string_view table) const;
  explicit DatabaseImage(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vigie::sqlite
