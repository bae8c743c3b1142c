#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <string>

#include "core/customers/customer_index.h"
#include "core/customers/index_builder.h"

// Invented people by the million, and text about nobody, for benchmarks: the same on every machine.
namespace vigie::bench {

struct Person {
  std::string id, name, email, phone, company;
};
Person PersonAt(std::uint64_t number);

// id,name,email,phone,company, made as it is read: a directory of ten million takes no memory.
std::unique_ptr<std::istream> DirectoryOf(std::uint64_t people);

struct Directory {
  std::string columns;
  bool search_keys = true;
};
customers::IndexKey BenchKey();
// Aborts if the build fails.
customers::BuiltIndex BuildBenchIndex(std::uint64_t people, const Directory& directory);
std::unique_ptr<customers::CustomerIndex> OpenBenchIndex(const customers::BuiltIndex& built);

// French and English sentences with names, dates and figures here and there, then lines of logs and JSON in between.
std::string ProseOf(std::size_t bytes, std::uint32_t seed);
// An export of the people from `first` on: every row a hit.
std::string ExportOf(std::uint64_t first, std::size_t bytes);

}  // namespace vigie::bench
