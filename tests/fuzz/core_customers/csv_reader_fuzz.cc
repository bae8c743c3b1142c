// A directory from anywhere: rows within their bounds, or an error.
#include <cstdlib>
#include <sstream>
#include <string>

#include "core/customers/csv_reader.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  std::istringstream stream(std::string(reinterpret_cast<const char*>(input.data()), input.size()));
  vigie::customers::CsvReader reader(stream);
  vigie::customers::CsvReader::Row row;
  std::size_t bytes = 0;
  for (std::uint64_t number = 1;; ++number) {
    const auto more = reader.Next(row);
    if (!more || !*more) break;
    if (row.number != number || row.fields.empty() || row.fields.size() > 4097) std::abort();
    for (const std::string& field : row.fields) bytes += field.size();
  }
  // What is taken for Windows-1252 becomes up to three bytes a character.
  constexpr std::size_t kMostGrowth = 3;
  if (bytes > kMostGrowth * input.size()) std::abort();
}
