// Word and PowerPoint documents of 1997 to 2003 by their own structure, and the streams of compound files.
#include <random>

#include "core/content/extract/compound_file.h"
#include "core/content/extract/old_document_text.h"
#include "tests/unit/core_content/compound_writing.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

std::string Wide(std::u16string_view text) {
  std::string bytes;
  for (const char16_t c : text) bytes += LittleEndian(c, 2);
  return bytes;
}

struct Piece {
  std::string bytes;
  bool narrow = false;
  std::size_t characters() const { return narrow ? bytes.size() : bytes.size() / 2; }
};

// A document whose text lies in pieces, the last one first in the file, and behind properties in the table.
struct WordFile {
  std::string document;
  std::string table;
};

WordFile MakeWord(const std::vector<Piece>& pieces) {
  constexpr std::size_t kTextAt = 0x200;
  constexpr std::uint64_t kNarrow = 0x40000000;
  WordFile made;
  std::string bounds = LittleEndian(0, 4);
  std::string places;
  std::string text;
  std::size_t end = 0;
  std::vector<std::size_t> offsets(pieces.size());
  for (std::size_t i = pieces.size(); i-- > 0;) {
    offsets[i] = kTextAt + text.size();
    text += pieces[i].bytes;
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    bounds += LittleEndian(end += pieces[i].characters(), 4);
    places += LittleEndian(0, 2) + LittleEndian(pieces[i].narrow ? offsets[i] * 2 | kNarrow : offsets[i], 4) +
              LittleEndian(0, 2);
  }
  const auto properties = "\1" + LittleEndian(3, 2) + "abc";
  const auto clx = properties + properties + "\2" + LittleEndian(bounds.size() + places.size(), 4) + bounds + places;
  made.table = std::string(10, 'x') + clx;
  made.document = LittleEndian(0xa5ec, 2) + LittleEndian(0xc1, 2) + std::string(6, '\0') + LittleEndian(0x200, 2);
  made.document.resize(0x1a2, '\0');
  made.document += LittleEndian(10, 4) + LittleEndian(clx.size(), 4);
  made.document.resize(kTextAt, '\0');
  made.document += text;
  return made;
}

struct Read {
  OldDocumentEnd end = OldDocumentEnd::kNotUnderstood;
  std::string text;
};

Read ReadWord(const WordFile& file) {
  MemorySource document(file.document);
  MemorySource table(file.table);
  Read read;
  read.end = ReadWordText(document, table, [&](std::string_view text) {
    read.text.append(text);
    return true;
  });
  return read;
}

std::string Record(int version, std::uint64_t type, const std::string& data) {
  return LittleEndian(static_cast<std::uint64_t>(version), 2) + LittleEndian(type, 2) + LittleEndian(data.size(), 4) +
         data;
}

Read ReadSlides(const std::string& bytes) {
  MemorySource document(bytes);
  Read read;
  read.end = ReadSlideText(document, [&](std::string_view text) {
    read.text.append(text);
    return true;
  });
  return read;
}

TEST(OldWordText, PutsPiecesOfBothWidthsInTheirOrder) {
  const auto read = ReadWord(MakeWord(
      {{"Jean Dupont, jean.du", true}, {Wide(u"pont@example.com\rŁukasz "), false}, {"c\x9cur\x92s\r", true}}));
  EXPECT_EQ(read.end, OldDocumentEnd::kWhole);
  EXPECT_EQ(read.text, "Jean Dupont, jean.dupont@example.com\nŁukasz cœur’s\n");
}

TEST(OldWordText, RowsOfTablesAreLinesOfCells) {
  const auto read = ReadWord(MakeWord({{"Dupont\7Acme\7\7Martin\7Beta\7\7end\r", true}}));
  EXPECT_EQ(read.text, "Dupont\tAcme\t\nMartin\tBeta\t\nend\n");
}

TEST(OldWordText, FieldsHyphensAndPairsOfSurrogatesAreText) {
  const auto read = ReadWord(MakeWord({{Wide(u"\x13link\x14\x61\x15 b\x1e c\x1f d \xd83d\xde00"), false}}));
  EXPECT_EQ(read.text, " link a  b- c d 😀");
}

TEST(OldWordText, WhatIsDamagedIsNotUnderstoodAndNeverReadOutside) {
  const auto whole = MakeWord({{"Jean Dupont\r", true}, {Wide(u"Łukasz\r"), false}});
  for (std::size_t size = 0; size < whole.document.size(); size += 7) {
    EXPECT_EQ(ReadWord({whole.document.substr(0, size), whole.table}).end, OldDocumentEnd::kNotUnderstood) << size;
  }
  constexpr std::size_t kPropertiesOfPiece = 2;
  for (std::size_t size = 0; size + kPropertiesOfPiece < whole.table.size(); ++size) {
    EXPECT_EQ(ReadWord({whole.document, whole.table.substr(0, size)}).end, OldDocumentEnd::kNotUnderstood) << size;
  }
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    auto damaged = whole;
    damaged.table[random() % damaged.table.size()] = static_cast<char>(random());
    (void)ReadWord(damaged);
  }
}

TEST(OldSlideText, FindsTextWhereverItIsDrawn) {
  const auto box = Record(0xf, 0xf004, Record(0xf, 0xf00d, Record(0, 0xfa0, Wide(u"Łukasz\rbox@example.com"))));
  const auto slide = Record(0xf, 0x3ee, Record(0, 0x3ef, "skipped@example.com") + Record(0xf, 0x40c, box));
  const auto outline = Record(0xf, 0xff0, Record(0, 0xf9f, "\0\0\0\0") + Record(0, 0xfa8, "caf\xe9\vnarrow"));
  const auto read = ReadSlides(Record(0xf, 0x3e8, slide + outline + Record(0x10, 0xfba, Wide(u"link"))));
  EXPECT_EQ(read.end, OldDocumentEnd::kWhole);
  EXPECT_EQ(read.text, "Łukasz\nbox@example.com\ncafé\nnarrow\nlink\n");
}

TEST(OldSlideText, WhatIsDamagedIsNotUnderstood) {
  EXPECT_EQ(ReadSlides("").end, OldDocumentEnd::kNotUnderstood);
  EXPECT_EQ(ReadSlides(std::string(600, 'x')).end, OldDocumentEnd::kNotUnderstood);
  const auto whole = Record(0, 0xfa0, Wide(u"text"));
  EXPECT_EQ(ReadSlides(whole + whole.substr(0, 12)).end, OldDocumentEnd::kNotUnderstood);
  EXPECT_EQ(ReadSlides(whole + std::string(500, '\0')).end, OldDocumentEnd::kWhole) << "filled up to a sector";
}

TEST(CompoundStream, IsReadAcrossSectorsAndEndsWithTheFile) {
  std::string content;
  for (int i = 0; content.size() < 20'000; ++i) content += std::to_string(i) + ",";
  content.resize(20'480);
  const auto bytes = MakeCompoundFile("Stream", content);
  MemorySource source(bytes);
  const auto file = CompoundFile::Open(source);
  ASSERT_TRUE(file);
  CompoundStream stream(*file, *file->Find("Stream"));
  ASSERT_EQ(stream.size(), content.size());
  for (const std::size_t at : {0, 1, 511, 512, 700, 20'479, 20'480}) {
    std::string read(1300, '\0');
    const auto count = stream.ReadAt(at, read);
    ASSERT_TRUE(count);
    EXPECT_EQ(read.substr(0, *count), content.substr(at, 1300)) << at;
  }
}

TEST(CompoundStream, AChainThatIsARingEnds) {
  auto bytes = MakeCompoundFile("Stream", std::string(8192, 'x'));
  bytes.replace(512 + 8 + 4 * 5, 4, LittleEndian(2, 4));  // the sixth sector leads back to the first
  MemorySource source(bytes);
  const auto file = CompoundFile::Open(source);
  ASSERT_TRUE(file);
  EXPECT_LE(CompoundStream(*file, *file->Find("Stream")).size(), 8192U);
}

}  // namespace
}  // namespace vigie::content
