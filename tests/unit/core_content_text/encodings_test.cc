// Names with accents and other scripts, in every encoding that offices have written: each must be found.
#include "core/content/extract/charset.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"

namespace vigie::content {
namespace {

class EncodingsTest : public ContentTest {
 protected:
  // How many of the words are seen in `text` written in `encoding`, and that nothing is missing.
  std::uint64_t Found(const std::string& text, const std::string& encoding) {
    const auto inspection = Inspect(Encode(text, encoding));
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << encoding;
    return inspection.customers().distinct();
  }
};

const std::string kFrench =
    "nom;ville;remarque\nRenée Lefèvre;Besançon;client fidèle\nJérôme Crépin;Nîmes;à rappeler\n";
const std::string kGerman = "Name;Ort\nJürgen Köhler;Münster\nBärbel Weiß;Düsseldorf\n";

TEST_F(EncodingsTest, FrenchAndGermanNamesAreFoundInEveryWesternEncoding) {
  const WordIndex index({{"Renée Lefèvre", 1}, {"Jérôme Crépin", 2}, {"Jürgen Köhler", 3}, {"Bärbel Weiß", 4}});
  indexes_ = {&index};
  for (const auto* encoding : {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE",
                               "WINDOWS-1252", "ISO-8859-1", "ISO-8859-15", "MACINTOSH", "IBM850"}) {
    EXPECT_EQ(Found(kFrench, encoding), 2U) << encoding;
    EXPECT_EQ(Found(kGerman, encoding), 2U) << encoding;
  }
}

TEST_F(EncodingsTest, OneAccentIsEnoughToTellMacRomanFromWindows) {
  const WordIndex index({{"Renée", 1}, {"Müller", 2}, {"Élodie", 3}, {"François", 4}, {"LEFÈVRE", 5}});
  indexes_ = {&index};
  for (const auto* word : {"Renée", "Müller", "Élodie", "François", "LEFÈVRE"}) {
    for (const auto* encoding : {"WINDOWS-1252", "MACINTOSH"}) {
      EXPECT_EQ(Found(std::string("contact: ") + word + " Durand\n", encoding), 1U) << word << " in " << encoding;
    }
  }
}

struct Foreign {
  const char* encoding;
  const char* text;
  const char* name;
};

constexpr const char* kRussian =
    "имя;город\nИванов Сергей;Новосибирск\nПетрова Анна;Санкт-Петербург\nКузнецов Олег;Екатеринбург\n";
constexpr const char* kJapanese = "氏名,住所\n山田太郎,東京都港区のマンション\n佐藤花子,大阪府に住んでいます\n";
constexpr const char* kKorean = "이름,주소\n김철수,서울특별시 강남구에 살고 있습니다\n이영희,부산광역시 해운대구\n";
constexpr const char* kChinese = "姓名,地址\n张伟,北京市朝阳区的一个公司\n王芳,上海市浦东新区中国人民\n";
constexpr const char* kTaiwanese = "姓名,地址\n陳建宏,台北市中正區的一家公司\n林淑芬,高雄市我們是客戶\n";
constexpr const char* kGreek = "όνομα;πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΜαρία Νικολάου;Θεσσαλονίκη\n";
constexpr const char* kPolish =
    "imię;miasto\nŁukasz Wiśniewski;Gdańsk\nBożena Dąbrowska;Łódź\nStanisław Wójcik;Częstochowa\nŻaneta Zając;Toruń\n";

class ForeignEncoding : public EncodingsTest, public ::testing::WithParamInterface<Foreign> {};

TEST_P(ForeignEncoding, ShowsTheName) {
  const WordIndex index({{GetParam().name, 1}});
  indexes_ = {&index};
  EXPECT_EQ(Found(GetParam().text, GetParam().encoding), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, ForeignEncoding,
    ::testing::Values(Foreign{"WINDOWS-1251", kRussian, "Иванов Сергей"}, Foreign{"KOI8-R", kRussian, "Иванов Сергей"},
                      Foreign{"IBM866", kRussian, "Иванов Сергей"}, Foreign{"ISO-8859-5", kRussian, "Иванов Сергей"},
                      Foreign{"MAC-CYRILLIC", kRussian, "Иванов Сергей"},
                      Foreign{"UTF-16LE", kRussian, "Иванов Сергей"}, Foreign{"UTF-16BE", kRussian, "Иванов Сергей"},
                      Foreign{"UTF-32LE", kRussian, "Иванов Сергей"}, Foreign{"SHIFT_JIS", kJapanese, "山田太郎"},
                      Foreign{"EUC-JP", kJapanese, "山田太郎"}, Foreign{"ISO-2022-JP", kJapanese, "山田太郎"},
                      Foreign{"UTF-16LE", kJapanese, "山田太郎"}, Foreign{"EUC-KR", kKorean, "김철수"},
                      Foreign{"GB18030", kChinese, "张伟"}, Foreign{"GB2312", kChinese, "张伟"},
                      Foreign{"BIG5", kTaiwanese, "陳建宏"}, Foreign{"WINDOWS-1253", kGreek, "Μαρία Νικολάου"},
                      Foreign{"ISO-8859-7", kGreek, "Μαρία Νικολάου"},
                      Foreign{"WINDOWS-1250", kPolish, "Bożena Dąbrowska"},
                      Foreign{"ISO-8859-2", kPolish, "Bożena Dąbrowska"}),
    [](const auto& test) {
      std::string name = std::string(test.param.encoding) + "_" + std::to_string(test.index);
      std::ranges::replace(name, '-', '_');
      return name;
    });

TEST_F(EncodingsTest, ADeclaredCharsetIsBelieved) {
  const WordIndex index({{"Зоя", 1}});
  indexes_ = {&index};
  const std::string page = "<html><head><meta charset=\"koi8-r\"></head><body><p>Зоя</p></body></html>";
  EXPECT_EQ(Inspect(Encode(page, "KOI8-R")).customers().distinct(), 1U);
}

TEST_F(EncodingsTest, UsAsciiWithAStrayZeroIsNoUtf16) {
  std::string text = CustomerCsv(20);
  text[5] = '\0';
  const auto inspection = Inspect(text);
  EXPECT_EQ(Matches(inspection, "email_address"), 20U);
  EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST(CharsetTable, KnowsTheNamesThatMailUses) {
  const auto table = CharsetTable::Load();
  ASSERT_TRUE(table);
  for (const auto* name : {"iso-8859-1", "ISO_8859-15", "latin1", "Windows-1252", "cp1251", "x-cp1250", "macintosh",
                           "x-mac-cyrillic", "KOI8-R", "gb2312", "GBK", "Big5", "shift_jis", "x-sjis", "EUC-KR",
                           "ks_c_5601-1987", "iso-2022-jp", "cp850", "tis-620"}) {
    EXPECT_NE((*table)->Find(name), nullptr) << name;
  }
  EXPECT_EQ((*table)->Find("utf-8"), nullptr);
  EXPECT_EQ((*table)->Find(""), nullptr);
  EXPECT_EQ((*table)->Find("no-such-charset"), nullptr);
}

}  // namespace
}  // namespace vigie::content
