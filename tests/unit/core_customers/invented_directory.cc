#include "tests/unit/core_customers/invented_directory.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sstream>

#include "platform/memory_file.h"

namespace vigie::invented {
namespace {

constexpr std::array<const char*, 16> kFirstNames = {"Élodie", "Marie",    "Jean-Pierre", "Łukasz", "Anaïs", "François",
                                                     "Zoë",    "Karim",    "Ingrid",      "Søren",  "Paul",  "Chloé",
                                                     "Miguel", "Apolline", "Gaël",        "Noémie"};
constexpr std::array<const char*, 16> kSyllables = {"bar", "dou", "lec", "mor", "vil", "gau", "ren", "tho",
                                                    "fal", "per", "sau", "nid", "cor", "bel", "lan", "rou"};
constexpr std::array<const char*, 6> kFunctions = {"RSSI", "Directrice des achats", "Chef de projet",
                                                   "DSI",  "Responsable sûreté",    "Gérant"};
constexpr std::array<const char*, 4> kServices = {"Télésurveillance", "Gardiennage", "Contrôle d'accès", "Audit"};

std::string Word(std::mt19937& random, int syllables) {
  std::string word;
  for (int i = 0; i < syllables; ++i) word += kSyllables[random() % kSyllables.size()];
  word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

std::string Numbered(const char* format, unsigned long long number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

void Require(bool holds, const std::string& why) {
  if (holds) return;
  std::fprintf(stderr, "the test's own preparation failed: %s\n", why.c_str());
  std::abort();
}

class FixedClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return base::SystemTime(std::chrono::seconds(1'790'000'000)); }
  base::SteadyTime SteadyNow() const override { return base::SteadyTime(); }
};

}  // namespace

std::vector<Customer> MakeCustomers(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed + 1);
  std::vector<std::string> companies;
  for (std::size_t i = 0; i < count / 8 + 1; ++i) {
    companies.push_back(Word(random, 3) + (i % 3 == 0 ? " Sécurité" : " " + Word(random, 2)) +
                        Numbered(" %llu", i + seed * 100'000ULL));
  }
  std::vector<Customer> made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<unsigned long long>(i) + seed * 1'000'000ULL;
    Customer customer;
    customer.id = Numbered("CUST-%07llu", number + 1);
    customer.first_name = kFirstNames[random() % kFirstNames.size()];
    customer.last_name = Word(random, 4);
    customer.email = customer.last_name + Numbered(".%llu@", number) + (i % 2 == 0 ? "example.com" : "example.org");
    customer.phone = Numbered(i % 2 == 0 ? "019900%04llu" : "063998%04llu", (number / 2) % 10'000);
    customer.function = kFunctions[random() % kFunctions.size()];
    customer.company = companies[random() % companies.size()];
    customer.service = kServices[random() % kServices.size()];
    made.push_back(std::move(customer));
  }
  return made;
}

std::string ToCsv(const std::vector<Customer>& customers) {
  std::string csv = "id,name,email,phone,function,company,service\r\n";
  for (const Customer& c : customers) {
    csv += c.id + "," + c.name() + "," + c.email + "," + c.phone + "," + c.function + ",\"" + c.company + "\"," +
           c.service + "\r\n";
  }
  return csv;
}

customers::BuildOptions DirectoryOptions() {
  customers::BuildOptions options;
  auto columns =
      customers::ParseColumns("key=id,name=name,email=email,phone=phone,text=function,text=company,text=service");
  Require(static_cast<bool>(columns), "columns");
  options.columns = *std::move(columns);
  options.region = "FR";
  return options;
}

customers::IndexKey TestKey(unsigned char fill) {
  customers::IndexKey key{};
  key.fill(static_cast<std::byte>(fill));
  return key;
}

base::Result<std::unique_ptr<customers::CustomerIndex>> OpenIndex(std::string_view bytes,
                                                                  const customers::IndexKey& key) {
  const auto file = platform::MakeMemoryFile(bytes);
  if (!file) return file.error();
  return customers::CustomerIndex::Open(*file, key);
}

TestIndex BuildTestIndex(const std::string& csv, const customers::BuildOptions& options) {
  TestIndex made;
  std::istringstream input(csv);
  auto built = customers::BuildIndex(input, options, {TestKey(), made.ledger, FixedClock()});
  Require(static_cast<bool>(built), built ? "" : built.error().message);
  made.built = *std::move(built);
  auto index = OpenIndex(made.built.bytes, TestKey());
  Require(static_cast<bool>(index), index ? "" : index.error().message);
  made.index = *std::move(index);
  return made;
}

TestIndex BuildTestIndex(const std::string& csv) {
  return BuildTestIndex(csv, DirectoryOptions());
}

customers::RecordSet TestIndex::Find(std::string_view text) const {
  customers::RecordSet found;
  index->Match(text, found);
  return found;
}

}  // namespace vigie::invented
