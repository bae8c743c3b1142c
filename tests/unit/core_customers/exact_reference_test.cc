// The index against the plainest thing that could do its work: every normalised cell in a std::map.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/customers/normalise.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::customers {
namespace {

using invented::Customer;

class ExactReference {
 public:
  explicit ExactReference(const std::vector<Customer>& people) {
    for (std::size_t i = 0; i < people.size(); ++i) Add(people[i], static_cast<RecordId>(i + 1));
  }

  void FindStrong(CellKind kind, const std::string& cell, std::set<RecordId>& found) const {
    const auto known = strong_.find({kind, *Normalise(kind, cell, plan_)});
    if (known != strong_.end()) found.insert(known->second.begin(), known->second.end());
  }
  // Only what one record alone has together.
  void FindPair(const std::string& name, const std::string& text, std::set<RecordId>& found) const {
    const auto known = pairs_.find({*NormaliseWords(name), *NormaliseWords(text)});
    if (known != pairs_.end() && known->second.size() == 1) found.insert(*known->second.begin());
  }

 private:
  void Add(const Customer& person, RecordId record) {
    strong_[{CellKind::kEmail, *NormaliseEmail(person.email)}].insert(record);
    strong_[{CellKind::kPhone, *NormalisePhone(person.phone, plan_)}].insert(record);
    strong_[{CellKind::kKey, *NormaliseKey(person.id)}].insert(record);
    for (const std::string& text : {person.company, person.function, person.service}) {
      pairs_[{*NormaliseWords(person.name()), *NormaliseWords(text)}].insert(record);
    }
  }

  PhonePlan plan_ = *FindPhonePlan("FR");
  std::map<std::pair<CellKind, std::string>, std::set<RecordId>> strong_;
  std::map<std::pair<std::string, std::string>, std::set<RecordId>> pairs_;
};

std::string Recased(std::string text, std::mt19937& random) {
  for (char& c : text) {
    if (random() % 2 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string WithoutAccents(std::string text) {
  const std::map<std::string, std::string> plain = {{"É", "E"}, {"é", "e"}, {"è", "e"}, {"ï", "i"}, {"ç", "c"},
                                                    {"ô", "o"}, {"ë", "e"}, {"ø", "o"}, {"Ł", "L"}, {"û", "u"}};
  for (const auto& [accented, letter] : plain) {
    for (std::size_t at = text.find(accented); at != std::string::npos; at = text.find(accented)) {
      text.replace(at, accented.size(), letter);
    }
  }
  return text;
}

std::string PhoneAs(const std::string& phone, std::mt19937& random) {
  std::string pairs;
  for (std::size_t i = 2; i < phone.size(); i += 2) pairs += (random() % 2 == 0 ? " " : ".") + phone.substr(i, 2);
  switch (random() % 5) {
    case 0:
      return phone.substr(0, 2) + pairs;
    case 1:
      return "+33 " + phone.substr(1, 1) + pairs;
    case 2:
      return "0033" + phone.substr(1);
    case 3:
      return "+33 (0)" + phone.substr(1);
    default:
      return phone;
  }
}

std::string NameAs(const Customer& person, std::mt19937& random) {
  std::string name = random() % 2 == 0 ? person.name() : person.last_name + ", " + person.first_name;
  if (random() % 2 == 0) name = WithoutAccents(name);
  return Recased(name, random);
}

// Further from each other than any window reaches.
std::string Filler() {
  std::string filler = "\n";
  while (filler.size() < 300) filler += "lorem ipsum dolor ";
  return filler + "\n";
}

// One row about a customer, or about nobody: a name of one and the company of another.
std::string Row(const std::vector<Customer>& people, const ExactReference& reference, std::mt19937& random,
                std::set<RecordId>& expected) {
  const Customer& one = people[random() % people.size()];
  const Customer& other = people[random() % people.size()];
  switch (random() % 5) {
    case 0: {
      const std::string email = Recased(one.email, random);
      reference.FindStrong(CellKind::kEmail, email, expected);
      return "<" + (random() % 2 == 0 ? email : std::string(email).insert(email.find('@'), "+promo")) + ">";
    }
    case 1: {
      reference.FindStrong(CellKind::kPhone, one.phone, expected);
      return "tel: " + PhoneAs(one.phone, random) + ";";
    }
    case 2: {
      reference.FindStrong(CellKind::kKey, one.id, expected);
      return "ref " + Recased(one.id, random) + ".";
    }
    case 3: {
      reference.FindPair(one.name(), one.company, expected);
      return NameAs(one, random) + " | " + Recased(WithoutAccents(one.company), random);
    }
    default: {
      reference.FindPair(one.name(), other.company, expected);
      return other.company + "\t" + NameAs(one, random);
    }
  }
}

TEST(ExactReference, AgreesWithTheIndexOnRandomDirectoriesAndText) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    const auto people = invented::MakeCustomers(200 + random() % 2000, seed);
    const auto strangers = invented::MakeCustomers(500, seed + 100);
    const auto index = invented::BuildTestIndex(invented::ToCsv(people));
    const ExactReference reference(people);
    std::set<RecordId> expected;
    std::string text;
    for (int row = 0; row < 400; ++row) {
      text += Row(random() % 3 == 0 ? strangers : people, reference, random, expected) + Filler();
      if (row % 40 != 39) continue;
      const auto found = index.Find(text).Ids();
      ASSERT_EQ(std::vector<RecordId>(expected.begin(), expected.end()), found) << "seed " << seed << ", row " << row;
      text.clear();
      expected.clear();
    }
  }
}

// A name and a company a line, some of them of two people: every name that its own line does not explain is paired
// with the companies around. Lines enough that they are looked up in many batches.
struct Line {
  const Customer& name;
  const Customer& company;
  std::size_t begin = 0;  // of the name
  std::size_t name_end = 0;
  std::size_t company_begin = 0;
  std::size_t end = 0;
};

// Bytes between the name of one and the company of another.
std::size_t Between(const Line& name, const Line& company) {
  const bool is_above = name.begin < company.begin;
  return is_above ? company.company_begin - name.name_end : name.begin - company.end;
}

std::set<RecordId> CustomersOf(const std::vector<Line>& lines, const ExactReference& reference, std::size_t reach) {
  std::set<RecordId> found;
  for (const Line& line : lines) {
    std::set<RecordId> here;
    reference.FindPair(line.name.name(), line.company.company, here);
    found.insert(here.begin(), here.end());
    if (!here.empty()) continue;
    for (const Line& other : lines) {
      if (&other == &line || Between(line, other) > reach) continue;
      reference.FindPair(line.name.name(), other.company.company, found);
    }
  }
  return found;
}

TEST(ExactReference, AgreesOnNamesThatTheirOwnRowsExplainOrNot) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    auto people = invented::MakeCustomers(1500, seed);
    const auto index = invented::BuildTestIndex(invented::ToCsv(people));
    const ExactReference reference(people);
    std::ranges::shuffle(people, random);
    std::string text;
    std::vector<Line> lines;
    const auto strangeness = 1 + seed % 4 * 10;  // none to many lines of two people
    for (std::size_t i = 0; i + 8 < people.size(); ++i) {
      const bool is_strange = random() % 40 + 1 < strangeness;
      Line line{people[i], people[i + (is_strange ? random() % 8 : 0)], text.size()};
      text += line.name.name();
      line.name_end = text.size();
      text += ";0;";
      line.company_begin = text.size();
      text += line.company.company;
      line.end = text.size();
      text += "\n";
      lines.push_back(line);
    }
    const auto expected = CustomersOf(lines, reference, 256);
    if (strangeness > 1) {
      ASSERT_GT(expected.size(), CustomersOf(lines, reference, 0).size()) << "seed " << seed;
    }
    ASSERT_EQ(std::vector<RecordId>(expected.begin(), expected.end()), index.Find(text).Ids()) << "seed " << seed;
  }
}

// In no encoding, folded or not: whoever steals the index reads nothing.
TEST(ExactReference, IsNotToBeReadInTheIndex) {
  const auto people = invented::MakeCustomers(400, 9);
  const auto made = invented::BuildTestIndex(invented::ToCsv(people));
  const auto utf16 = [](const std::string& ascii) {
    std::string wide;
    for (const char c : ascii) wide.append({c, '\0'});
    return wide;
  };
  for (const Customer& one : people) {
    const std::string folded_email = *NormaliseEmail(one.email);
    for (const std::string& value : {one.email, folded_email, utf16(one.email), utf16(folded_email), one.phone,
                                     one.phone.substr(1), utf16(one.phone), one.id, *NormaliseKey(one.id),
                                     one.last_name, utf16(one.last_name), one.company, *NormaliseWords(one.company)}) {
      ASSERT_EQ(std::string::npos, made.built.bytes.find(value));
    }
  }
}

}  // namespace
}  // namespace vigie::customers
