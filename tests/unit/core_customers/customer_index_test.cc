#include "core/customers/customer_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/customers/sip_lanes.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::customers {
namespace {

using invented::Customer;

constexpr std::size_t kCustomers = 1584;

const std::vector<Customer>& Customers() {
  static const auto customers = invented::MakeCustomers(kCustomers);
  return customers;
}

const invented::TestIndex& Index() {
  static const auto index = invented::BuildTestIndex(invented::ToCsv(Customers()));
  return index;
}

std::string ForAll(const std::function<std::string(const Customer&)>& row) {
  std::string text;
  for (const Customer& customer : Customers()) text += row(customer);
  return text;
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string Dotted(const std::string& phone) {
  std::string text = "+33." + phone.substr(1, 1);
  for (std::size_t i = 2; i < phone.size(); i += 2) text += "." + phone.substr(i, 2);
  return text;
}

std::string WithoutAccents(std::string text) {
  const std::pair<const char*, const char*> plain[] = {{"É", "E"}, {"é", "e"}, {"Ł", "L"}, {"ï", "i"},
                                                       {"ç", "c"}, {"ë", "e"}, {"ø", "o"}, {"ô", "o"}};
  for (const auto& [accented, letter] : plain) {
    for (std::size_t at = text.find(accented); at != std::string::npos; at = text.find(accented)) {
      text.replace(at, std::string_view(accented).size(), letter);
    }
  }
  return text;
}

TEST(CustomerIndex, FindsAllInTheDirectoryItself) {
  EXPECT_EQ(kCustomers, Index().Find(invented::ToCsv(Customers())).size());
}

TEST(CustomerIndex, FindsAllInAReorderedExportWithOtherSeparators) {
  const std::string text = "Service;Société;Téléphone;Nom\n" + ForAll([](const Customer& c) {
                             return c.service + ";" + c.company + ";" + Dotted(c.phone) + ";" + Upper(c.name()) + "\n";
                           });
  EXPECT_EQ(kCustomers, Index().Find(text).size());
}

TEST(CustomerIndex, FindsAllByEmailInOtherCase) {
  EXPECT_EQ(kCustomers, Index().Find(ForAll([](const Customer& c) { return Upper(c.email) + "\t"; })).size());
}

TEST(CustomerIndex, FindsAllInJson) {
  const std::string text =
      "[" +
      ForAll([](const Customer& c) { return "{\"mail\":\"" + c.email + "\",\"tel\":\"" + Dotted(c.phone) + "\"},"; }) +
      "]";
  EXPECT_EQ(kCustomers, Index().Find(text).size());
}

TEST(CustomerIndex, FindsAllInSql) {
  const std::string text = "INSERT INTO t VALUES " +
                           ForAll([](const Customer& c) { return "('" + c.first_name + "','" + c.email + "',NULL),"; });
  EXPECT_EQ(kCustomers, Index().Find(text).size());
}

TEST(CustomerIndex, FindsAllByKeyAlone) {
  EXPECT_EQ(kCustomers, Index().Find(ForAll([](const Customer& c) { return c.id + "\n"; })).size());
}

TEST(CustomerIndex, FindsAllByPhoneThatASpreadsheetMadeANumber) {
  EXPECT_EQ(kCustomers,
            Index().Find(ForAll([](const Customer& c) { return "x," + c.phone.substr(1) + ",\n"; })).size());
}

// Only those may be missing whose name and company somebody else has too.
TEST(CustomerIndex, FindsByNameAndCompanyWithoutAccents) {
  const std::string text = ForAll([](const Customer& c) {
    return WithoutAccents(c.company) + ";" + Upper(WithoutAccents(c.last_name)) + ", " + WithoutAccents(c.first_name) +
           "\n";
  });
  const RecordSet found = Index().Find(text);
  EXPECT_GE(found.size() + 2 * Index().built.report.cells.ambiguous_pairs, kCustomers);
  EXPECT_GT(found.size(), kCustomers * 99 / 100);
}

TEST(CustomerIndex, FindsTheRightRecords) {
  for (std::size_t i = 0; i < kCustomers; i += 97) {
    const RecordSet found = Index().Find("Dear " + Customers()[i].email + ", thank you.");
    ASSERT_EQ(1U, found.size());
    EXPECT_EQ(Customers()[i].id, *Index().ledger.KeyOf(found.Ids().front()));
  }
}

TEST(CustomerIndex, FindsAllWhoShareTheirCells) {
  std::string csv = "id,email\n";
  std::string mails;
  for (int mail = 0; mail < 300; ++mail) {
    const auto address = "box" + std::to_string(mail) + "@example.com";
    mails += address + "\n";
    for (int person = 0; person < 12; ++person) csv += std::to_string(12 * mail + person) + "," + address + "\n";
  }
  auto options = invented::DirectoryOptions();
  options.columns = *ParseColumns("key=id,email=email");
  EXPECT_EQ(3600U, invented::BuildTestIndex(csv, options).Find(mails).size());
}

// Strong cells are hashed four at once, but those longer than SipLanes::kLongest alone.
class CellsByLength : public ::testing::TestWithParam<std::size_t> {
 protected:
  // Customers 1 to 5, each with a key and an e-mail of that length.
  static std::string KeyOf(char customer) { return std::string(GetParam() - 1, 'k') + customer; }
  static std::string EmailOf(char customer) {
    const std::string domain = "@example.com";
    return std::string(GetParam() - domain.size() - 1, 'a') + customer + domain;
  }
  static invented::TestIndex IndexOf(const std::string& columns) {
    std::string csv = "key,email,id\n";
    for (const char customer : {'1', '2', '3', '4', '5'})
      csv += KeyOf(customer) + "," + EmailOf(customer) + "," + customer + "\n";
    auto options = invented::DirectoryOptions();
    options.columns = *ParseColumns(columns);
    return invented::BuildTestIndex(csv, options);
  }
};

INSTANTIATE_TEST_SUITE_P(AroundTheLimit, CellsByLength,
                         ::testing::Values(SipLanes::kLongest, SipLanes::kLongest + 1, SipLanes::kLongest + 2));

TEST_P(CellsByLength, FindsEmailsAndCountsARepeatedOneOnce) {
  const auto index = IndexOf("key=id,email=email");
  std::string batch;
  for (const char customer : {'1', '2', '3', '4', '1'}) batch += EmailOf(customer) + "\n";
  EXPECT_EQ(4U, index.Find(batch).size());
  for (const char customer : {'1', '2', '3', '4', '5'}) EXPECT_EQ(1U, index.Find(EmailOf(customer)).size());
  EXPECT_EQ(5U, index.Find(batch + EmailOf('5')).size());
}

// A longer key is not looked for.
TEST_P(CellsByLength, FindsKeysAndCountsARepeatedOneOnce) {
  const bool is_searched = GetParam() <= kMaxKeyBytes;
  const auto index = IndexOf("key=id,key=key,email=email");
  std::string batch;
  for (const char customer : {'1', '2', '3', '4', '1'}) batch += KeyOf(customer) + "\n";
  EXPECT_EQ(is_searched ? 4U : 0U, index.Find(batch).size());
  for (const char customer : {'1', '2', '3', '4', '5'})
    EXPECT_EQ(is_searched ? 1U : 0U, index.Find(KeyOf(customer)).size());
}

TEST(CustomerIndex, AddsToWhatWasFoundBefore) {
  RecordSet found(std::vector<RecordId>{4'000'000});
  Index().index->Match(Customers()[0].email, found);
  EXPECT_EQ(2U, found.size());
}

TEST(CustomerIndex, FindsNothingInNothing) {
  EXPECT_TRUE(Index().Find("").empty());
  EXPECT_TRUE(Index().Find(std::string(5000, '\xFF')).empty());
  EXPECT_TRUE(Index().Find(std::string(5000, '@')).empty());
  EXPECT_TRUE(Index().Find(std::string(5000, '0')).empty());
}

TEST(CustomerIndex, SurvivesNoiseAroundAndInsideOfCells) {
  const Customer& customer = Customers()[5];
  EXPECT_EQ(1U, Index().Find(std::string("\xFF\xFE\0\0", 4) + customer.email + "\xC3").size());
  EXPECT_EQ(1U, Index().Find("<td>" + customer.email + "</td>").size());
  EXPECT_EQ(1U, Index().Find("+33 (0) " + customer.phone.substr(1)).size());
}

}  // namespace
}  // namespace vigie::customers
