#include "tests/bench/bench_directory.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <streambuf>

#include "platform/memory_file.h"

namespace vigie::bench {
namespace {

constexpr std::array<const char*, 40> kFirstNames = {
    "Marie", "Jean",   "Élodie", "Pierre", "Chloé",  "Karim",  "Anaïs",  "François", "Zoë",   "Paul",
    "Luc",   "Sophie", "Hugo",   "Inès",   "Noémie", "Gaël",   "Louise", "Nathan",   "Emma",  "Léa",
    "Adam",  "Sarah",  "Mehdi",  "Julie",  "Thomas", "Claire", "Victor", "Rose",     "Simon", "Agathe",
    "Ahmed", "Olga",   "Ingrid", "Søren",  "Łukasz", "Miguel", "Ana",    "Ivan",     "Yann",  "Maud"};
constexpr std::array<const char*, 32> kSyllables = {
    "bar", "dou", "lec", "mor", "vil", "gau", "ren", "tho", "fal", "per", "sau", "nid", "cor", "bel", "lan", "rou",
    "chi", "mar", "tin", "ber", "nar", "gir", "ard", "pon", "mie", "ter", "val", "cha", "rin", "del", "mas", "son"};
constexpr std::array<const char*, 16> kTrades = {
    "Services", "Transport", "Conseil", "Sécurité", "Bâtiment", "Énergie", "Santé",   "Finance",
    "Logiciel", "Industrie", "Études",  "Group",    "Agence",   "Maison",  "Atelier", "Réseau"};
constexpr std::array<const char*, 96> kWords = {
    "de",       "la",       "le",      "et",        "les",       "des",     "en",      "un",      "une",
    "du",       "que",      "est",     "pour",      "dans",      "qui",     "par",     "sur",     "au",
    "plus",     "pas",      "the",     "of",        "and",       "to",      "in",      "is",      "that",
    "for",      "it",       "as",      "with",      "was",       "on",      "are",     "this",    "be",
    "at",       "have",     "from",    "or",        "réunion",   "projet",  "client",  "contrat", "livraison",
    "facture",  "équipe",   "semaine", "question",  "réponse",   "service", "données", "système", "sécurité",
    "budget",   "document", "rapport", "accord",    "délai",     "travail", "meeting", "project", "report",
    "customer", "delivery", "invoice", "team",      "week",      "answer",  "system",  "between", "however",
    "because",  "through",  "without", "toujours",  "jamais",    "souvent", "pendant", "depuis",  "avant",
    "après",    "entre",    "chaque",  "quelques",  "plusieurs", "nouveau", "grande",  "petit",   "prochain",
    "maison",   "conseil",  "énergie", "transport", "finance",   "santé"};

std::uint64_t Mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// About 200,000 different ones.
std::string SurnameOf(std::uint64_t random) {
  std::string name;
  const int syllables = random % 8 == 0 ? 2 : 3;
  for (int i = 0; i < syllables; ++i) name += kSyllables[(random >> (8 + 5 * i)) % kSyllables.size()];
  if (random % 5 == 0) name += kSyllables[(random >> 40) % 6];
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string Numbered(const char* format, std::uint64_t number) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned long long>(number));
  return text.data();
}

std::string CompanyOf(std::uint64_t random) {
  return SurnameOf(Mix(random % 60'000)) + " " + kTrades[random % kTrades.size()];
}

std::string RowOf(const Person& person) {
  return person.id + "," + person.name + "," + person.email + "," + person.phone + "," + person.company + "\n";
}

class PeopleBuffer final : public std::streambuf {
 public:
  explicit PeopleBuffer(std::uint64_t people) : people_(people), text_("id,name,email,phone,company\n") { Offer(); }

 private:
  int_type underflow() override {
    text_.clear();
    while (next_ < people_ && text_.size() < 60'000) text_ += RowOf(PersonAt(next_++));
    if (text_.empty()) return traits_type::eof();
    Offer();
    return traits_type::to_int_type(text_[0]);
  }
  void Offer() { setg(text_.data(), text_.data(), text_.data() + text_.size()); }

  std::uint64_t people_;
  std::uint64_t next_ = 0;
  std::string text_;
};

class PeopleStream final : public std::istream {
 public:
  explicit PeopleStream(std::uint64_t people) : std::istream(nullptr), buffer_(people) { rdbuf(&buffer_); }

 private:
  PeopleBuffer buffer_;
};

class FixedClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return base::SystemTime(std::chrono::seconds(1'790'000'000)); }
  base::SteadyTime SteadyNow() const override { return base::SteadyTime(); }
};

void Require(bool holds, const std::string& why) {
  if (holds) return;
  std::fprintf(stderr, "the benchmark's preparation failed: %s\n", why.c_str());
  std::abort();
}

void AppendSentence(std::string& text, std::mt19937& random) {
  const auto words = static_cast<unsigned>(6 + random() % 14);
  for (unsigned i = 0; i < words; ++i) {
    const auto kind = static_cast<unsigned>(random() % 100);
    // The product of two draws: frequent words are frequent.
    if (kind < 80) {
      text += kWords[(random() % kWords.size()) * (random() % kWords.size()) / kWords.size()];
    } else if (kind < 94) {
      std::string word = SurnameOf(Mix(random() + 77'000'000ULL));
      word[0] = static_cast<char>(word[0] - 'A' + 'a');
      text += word + (kind % 2 == 0 ? "er" : "ent");
    } else if (kind < 96) {
      text += kFirstNames[random() % kFirstNames.size()];
    } else if (kind < 98) {
      text += std::to_string(random() % 3000);
    } else if (kind < 99) {
      text += SurnameOf(Mix(random()));
    } else {
      text += Numbered("%02llu/11/2026", 1 + random() % 28);
    }
    text += i + 1 == words ? ". " : i % 7 == 6 ? ", " : " ";
  }
}

void AppendMachineLines(std::string& text, std::mt19937& random) {
  for (int i = 0; i < 4; ++i) {
    text += Numbered("2026-11-22T03:%02llu:07Z INFO ", random() % 60) + Numbered("worker-%llu ", random() % 16) +
            Numbered("request took %llu ms from ", random() % 900) + Numbered("10.0.%llu.7\n", random() % 255);
  }
  text += Numbered("{\"order\": %llu, ", random() % 100'000) + Numbered("\"amount\": %llu.90, ", random() % 1000) +
          "\"state\": \"" + kWords[random() % kWords.size()] + "\", \"done\": true}\n";
}

}  // namespace

Person PersonAt(std::uint64_t number) {
  const std::uint64_t random = Mix(number + 1);
  Person person;
  const std::string surname = SurnameOf(random);
  person.id = Numbered("C%08llu", number);
  person.name = std::string(kFirstNames[(random >> 50) % kFirstNames.size()]) + " " + surname;
  person.email = surname + Numbered(".%llu@", number) + (number % 3 == 0 ? "example.org" : "example.com");
  // Every number once: ten million are a bijection on eight digits.
  person.phone = Numbered(number % 2 == 0 ? "06%08llu" : "07%08llu", number * 7'654'321ULL % 100'000'000ULL);
  person.company = CompanyOf(Mix(random));
  return person;
}

std::unique_ptr<std::istream> DirectoryOf(std::uint64_t people) {
  return std::make_unique<PeopleStream>(people);
}

customers::IndexKey BenchKey() {
  customers::IndexKey key{};
  key.fill(std::byte{9});
  return key;
}

customers::BuiltIndex BuildBenchIndex(std::uint64_t people, const Directory& directory) {
  customers::BuildOptions options;
  auto columns = customers::ParseColumns(directory.columns);
  Require(static_cast<bool>(columns), "columns");
  options.columns = *std::move(columns);
  options.region = "FR";
  options.search_keys = directory.search_keys;
  customers::Ledger ledger;
  const auto input = DirectoryOf(people);
  auto built = customers::BuildIndex(*input, options, {BenchKey(), ledger, FixedClock()});
  Require(static_cast<bool>(built), built ? "" : built.error().message);
  return *std::move(built);
}

std::unique_ptr<customers::CustomerIndex> OpenBenchIndex(const customers::BuiltIndex& built) {
  const auto file = platform::MakeMemoryFile(built.bytes);
  Require(static_cast<bool>(file), "memory file");
  auto index = customers::CustomerIndex::Open(*file, BenchKey());
  Require(static_cast<bool>(index), index ? "" : index.error().message);
  return *std::move(index);
}

std::string ProseOf(std::size_t bytes, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) {
    for (int i = 0; i < 6; ++i) AppendSentence(text, random);
    text += "\n";
    if (random() % 8 == 0) AppendMachineLines(text, random);
  }
  text.resize(bytes);
  return text;
}

std::string ExportOf(std::uint64_t first, std::size_t bytes) {
  std::string text = "id,name,email,phone,company\n";
  while (text.size() < bytes) text += RowOf(PersonAt(first++));
  return text;
}

}  // namespace vigie::bench
