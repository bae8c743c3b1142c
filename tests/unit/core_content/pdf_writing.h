#pragma once

#include <zlib.h>

#include <string>
#include <vector>

namespace vigie::content {

// A PDF of one page for each text, composed by hand: lines of a page are separated by line ends.
// `catalog` is added to the catalogue's dictionary, `objects` before the cross-reference table, which does not know
// them.
inline std::string MakePdf(const std::vector<std::string>& pages, const std::string& catalog = "",
                           const std::string& objects = "") {
  std::string body = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  const auto add = [&](const std::string& object) {
    auto offset = std::to_string(body.size());
    offset.insert(0, 10 - offset.size(), '0');
    body += std::to_string(table.size() / 20) + " 0 obj" + object + "endobj\n";
    table += offset + " 00000 n \n";
  };
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += std::to_string(4 + 2 * i) + " 0 R ";
  add("<</Type/Catalog/Pages 2 0 R" + catalog + ">>");
  add("<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages.size()) + ">>");
  add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string text = "BT /F1 12 Tf 14 TL 72 700 Td (";
    for (const char c : pages[i]) text += c == '\n' ? ") Tj T* (" : std::string(1, c);
    text += ") Tj ET";
    add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents " + std::to_string(5 + 2 * i) +
        " 0 R/Resources<</Font<</F1 3 0 R>>>>>>");
    add("<</Length " + std::to_string(text.size()) + ">>stream\n" + text + "\nendstream\n");
  }
  body += objects;
  const auto count = std::to_string(table.size() / 20);
  return body + "xref\n0 " + count + "\n" + table + "trailer<</Size " + count + "/Root 1 0 R>>\nstartxref\n" +
         std::to_string(body.size()) + "\n%%EOF\n";
}

// An object that is a deflated stream.
inline std::string PdfStream(const std::string& dictionary, const std::string& content) {
  auto size = ::compressBound(content.size());
  std::string packed(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
             content.size());
  packed.resize(size);
  return "7 0 obj<<" + dictionary + "/Filter/FlateDecode/Length " + std::to_string(size) + ">>stream\n" + packed +
         "\nendstream endobj\n";
}

}  // namespace vigie::content
