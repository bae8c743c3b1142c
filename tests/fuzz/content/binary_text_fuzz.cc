// Text within bytes: records of SQLite's pages, comments of GIFs, the headers of rar 5.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/content/extract/hidden_text.h"
#include "core/content/extract/rar5_headers.h"
#include "core/content/extract/sqlite_records.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

// In pieces of any size the same as at once.
std::string GifComments(std::string_view bytes, std::size_t piece) {
  const auto filter = vigie::content::MakeGifText();
  std::string text;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    filter->Append(bytes.substr(0, piece), text);
  filter->Finish(text);
  return text;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  // A number of at most six bytes becomes twenty digits, a value gets a tab.
  if (vigie::content::LinesOfRecords(bytes).size() > 22 * bytes.size() + 2) std::abort();
  const auto comments = GifComments(bytes, 7);
  if (comments != GifComments(bytes, 4096) || comments.size() > bytes.size()) std::abort();
  vigie::content::MemorySource source(bytes);
  if (vigie::content::EncryptedFilesOfRar5(source).size() > bytes.size()) std::abort();
}
