#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/customer_index.h"
#include "core/customers/index_builder.h"
#include "core/customers/ledger.h"

// Invented customers: mails under example.com and example.org (RFC 2606), phone numbers of the ranges that the French
// regulator keeps for fiction (01 99 00 …, 06 39 98 …).
namespace vigie::invented {

struct Customer {
  std::string id;
  std::string first_name;
  std::string last_name;
  std::string email;
  std::string phone;  // ten digits
  std::string function;
  std::string company;
  std::string service;

  std::string name() const { return first_name + " " + last_name; }
};

// The same for the same arguments; all mails, phones and ids differ. Another `seed` gives other customers, none in
// common.
std::vector<Customer> MakeCustomers(std::size_t count, std::uint32_t seed = 0);

// id,name,email,phone,function,company,service
std::string ToCsv(const std::vector<Customer>& customers);

customers::BuildOptions DirectoryOptions();  // for ToCsv

// What a test does that cares about the search only; aborts the test if it fails.
struct TestIndex {
  customers::Ledger ledger;
  customers::BuiltIndex built;
  std::unique_ptr<customers::CustomerIndex> index;

  customers::RecordSet Find(std::string_view text) const;
};
customers::IndexKey TestKey(unsigned char fill = 7);
TestIndex BuildTestIndex(const std::string& csv, const customers::BuildOptions& options);
TestIndex BuildTestIndex(const std::string& csv);

// Opens an index that is in memory.
base::Result<std::unique_ptr<customers::CustomerIndex>> OpenIndex(std::string_view bytes,
                                                                  const customers::IndexKey& key);

}  // namespace vigie::invented
