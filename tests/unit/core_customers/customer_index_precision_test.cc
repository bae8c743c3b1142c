#include <gtest/gtest.h>

#include <string>

#include "core/customers/customer_index.h"
#include "tests/unit/core_customers/invented_directory.h"

// Who must not be found, and who counts with whom.
namespace vigie::customers {
namespace {

BuildOptions OptionsFor(const std::string& columns) {
  BuildOptions options;
  options.columns = *ParseColumns(columns);
  options.region = "FR";
  return options;
}

const invented::TestIndex& People() {
  static const auto index = invented::BuildTestIndex(
      "id,name,phone,company,function\n"
      "K-0001,Marie Durand,0199000001,Acme,RSSI\n"
      "K-0002,Paul Petit,0199000001,Acme,DSI\n"
      "K-0003,Anaïs Morel,0199000003,Dupont SARL,DSI\n"
      "K-0004,Jean-Pierre Bel,0199000004,Jean-Pierre Bel Conseil,Gérant\n"
      "K-0005,Luc Roux,0199000005,Beta,DSI\n"
      "K-0006,Luc Roux,0199000006,Beta,Gérant\n",
      OptionsFor("key=id,name=name,phone=phone,text=company,text=function"));
  return index;
}

using Ids = std::vector<RecordId>;

TEST(CustomerIndexPrecision, CountsNobodyForANameAlone) {
  EXPECT_TRUE(People().Find("Marie Durand a téléphoné.").empty());
  EXPECT_TRUE(People().Find("Acme, RSSI").empty());
}

TEST(CustomerIndexPrecision, CountsANameWithTheCompanyOfTheSameRecord) {
  EXPECT_EQ((Ids{1}), People().Find("Madame DURAND Marie, de la société ACME").Ids());
  EXPECT_TRUE(People().Find("Marie Durand, Beta").empty());
  EXPECT_TRUE(People().Find("Anaïs Morel (Acme)").empty());
}

TEST(CustomerIndexPrecision, IdentifiesNobodyByFirstNameAndCompany) {
  EXPECT_TRUE(People().Find("Marie;Acme").empty());
  EXPECT_TRUE(People().Find("Durand;Acme").empty());
  EXPECT_TRUE(People().Find("Jean-Pierre;Jean-Pierre Bel Conseil").empty());
}

TEST(CustomerIndexPrecision, KeepsFirstNamesInTheirOwnColumnFromIdentifying) {
  const auto made = invented::BuildTestIndex(
      "id,first,last,company\nK-0001,Anna Maria,Rossi,Acme\nK-0002,Wilhelmina,Bergé,Acme\nK-0003,Zoë,Le Gall,Beta\n",
      OptionsFor("key=id,name=first,name=last,text=company"));
  EXPECT_TRUE(made.Find("Anna Maria, Acme").empty());
  EXPECT_TRUE(made.Find("Wilhelmina, Acme").empty());
  EXPECT_EQ((Ids{1}), made.Find("Rossi;Anna Maria;Acme").Ids());
  EXPECT_EQ((Ids{3}), made.Find("Le Gall Zoé (Beta)").Ids());
}

TEST(CustomerIndexPrecision, IdentifiesNobodyByAPairThatSeveralHave) {
  EXPECT_TRUE(People().Find("Luc Roux, Beta").empty());
  EXPECT_EQ((Ids{5}), People().Find("Luc Roux, DSI, Beta").Ids());
}

TEST(CustomerIndexPrecision, WantsTwoPiecesOfEvidenceNotOneTwice) {
  EXPECT_TRUE(People().Find("Jean-Pierre Bel Conseil").empty());
  EXPECT_EQ((Ids{4}), People().Find("Jean-Pierre Bel; Jean-Pierre Bel Conseil").Ids());
}

TEST(CustomerIndexPrecision, CountsEveryoneWhoSharesAStrongCell) {
  EXPECT_EQ((Ids{1, 2}), People().Find("01 99 00 00 01").Ids());
}

TEST(CustomerIndexPrecision, PairsCellsOfOneRowOrNear) {
  const std::string filler(300, '.');
  EXPECT_TRUE(People().Find("Marie Durand\n" + filler + "\nAcme").empty());
  EXPECT_EQ((Ids{1}), People().Find("Marie Durand" + filler + "Acme").Ids());
  EXPECT_EQ((Ids{1}), People().Find("Acme" + filler + "Marie Durand").Ids());
  EXPECT_EQ((Ids{1}), People().Find("Marie Durand\n" + filler.substr(0, 250) + "\nAcme").Ids());
  EXPECT_TRUE(People().Find("Marie Durand" + std::string(5000, '.') + "Acme").empty());
}

// One of two people of that name; the function of the other stands in the next row.
TEST(CustomerIndexPrecision, TakesANameThatItsRowExplainsForOnePerson) {
  const std::string paul = "Paul Petit;DSI\n";
  const std::string luc = "Luc Roux;Gérant\n";
  EXPECT_EQ((Ids{2, 6}), People().Find(luc + paul).Ids());
  EXPECT_EQ((Ids{2, 6}), People().Find(paul + luc).Ids());
  EXPECT_EQ((Ids{2, 5, 6}), People().Find("Luc Roux:\n" + luc + paul).Ids());
  std::string many;
  for (int i = 0; i < 2000; ++i) many.append(luc).append(paul);
  EXPECT_EQ((Ids{2, 6}), People().Find(many).Ids());
}

TEST(CustomerIndexPrecision, DoesNotMakeNamesAcrossRows) {
  EXPECT_TRUE(People().Find("Acme;Jacques;Durand\nMarie;Curie;Acme").empty());
}

TEST(CustomerIndexPrecision, CountsAPlainKeyOnlyTogetherWithTheName) {
  const auto made =
      invented::BuildTestIndex("id,name\n42,Marie Durand\n43,Paul Petit\n", OptionsFor("key=id,name=name"));
  EXPECT_EQ(2U, made.built.report.weak_keys);
  EXPECT_TRUE(made.Find("42 and 43").empty());
  EXPECT_EQ((Ids{1}), made.Find("42;Marie Durand").Ids());
}

TEST(CustomerIndexPrecision, FindsNobodyInHundredThousandForeignStrongCells) {
  const auto made = invented::BuildTestIndex(invented::ToCsv(invented::MakeCustomers(1584)));
  std::string text;
  for (const auto& other : invented::MakeCustomers(50'000, 9)) text += other.email + ";" + other.id + "\n";
  for (int i = 0; i < 50'000; ++i) text += "08 36 " + std::to_string(100'000 + i) + "\n";
  EXPECT_TRUE(made.Find(text).empty());
}

TEST(CustomerIndexPrecision, FindsNobodyInForeignNamesAndCompanies) {
  const auto made = invented::BuildTestIndex(invented::ToCsv(invented::MakeCustomers(1584)));
  std::string text;
  for (const auto& other : invented::MakeCustomers(50'000, 9)) {
    text += "O" + other.name() + ";O" + other.company + ";" + other.function + ";" + other.service + "\n";
  }
  EXPECT_TRUE(made.Find(text).empty());
}

// Bounded work: many names and texts that the index knows, close together.
TEST(CustomerIndexPrecision, StaysCorrectWhenNeighboursCrowd) {
  const auto customers = invented::MakeCustomers(400);
  const auto made = invented::BuildTestIndex(invented::ToCsv(customers));
  std::string text;
  for (const auto& customer : customers) text += customer.name() + "|";
  text += "\n";
  for (const auto& customer : customers) text += customer.company + "|";
  EXPECT_LT(made.Find(text).size(), 10U);  // only where the two lists meet
}

}  // namespace
}  // namespace vigie::customers
