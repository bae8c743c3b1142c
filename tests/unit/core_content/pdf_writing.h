#pragma once

#include <zlib.h>

#include <string>
#include <vector>

namespace vigie::content {

// A PDF of one page for each text, composed by hand: lines of a page are separated by line ends.
// `catalog` is added to the catalogue's dictionary, `objects` before the cross-reference table.
inline std::string MakePdf(const std::vector<std::string>& pages, const std::string& catalog = "",
                           const std::string& objects = "") {
  std::string kids;
  std::string body;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const auto page = std::to_string(10 + 2 * i);
    const auto content = std::to_string(11 + 2 * i);
    std::string text = "BT /F1 12 Tf 14 TL 72 700 Td (";
    for (const char c : pages[i]) text += c == '\n' ? ") Tj T* (" : std::string(1, c);
    text += ") Tj ET";
    kids += page + " 0 R ";
    body += page + " 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents " + content +
            " 0 R/Resources<</Font<</F1 3 0 R>>>>>>endobj\n";
    body += content + " 0 obj<</Length " + std::to_string(text.size()) + ">>stream\n" + text + "\nendstream endobj\n";
  }
  return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + catalog + ">>endobj\n2 0 obj<</Type/Pages/Kids[" + kids +
         "]/Count " + std::to_string(pages.size()) +
         ">>endobj\n3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n" + body + objects +
         "trailer<</Root 1 0 R>>\n%%EOF\n";
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
