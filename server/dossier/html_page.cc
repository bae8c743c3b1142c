#include "server/dossier/html_page.h"

namespace vigie::server::dossier {
namespace {

constexpr std::string_view kHead = R"(<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
)";
constexpr std::string_view kStyle = R"(<style>
body { font: 11pt/1.45 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin: 1.6em 0 .4em; border-bottom: 1px solid #888; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3em .6em .3em 0; }
th { width: 15em; font-weight: 600; } td { white-space: pre-wrap; overflow-wrap: anywhere; }
.source { color: #555; font-size: .9em; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
</style>
)";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        // Control characters have no meaning in HTML but that of a line's end and a tab.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') escaped += c;
    }
  }
  return escaped;
}

}  // namespace

HtmlPage::HtmlPage(const Wording& words, std::string_view title) : words_(words) {
  text_ = "<!DOCTYPE html>\n<html lang=\"" + std::string(words.labels().language) + "\">\n" + std::string(kHead) +
          "<title>" + Escaped(title) + "</title>\n" + std::string(kStyle) + "</head>\n<body>\n<h1>" + Escaped(title) +
          "</h1>\n";
}

void HtmlPage::Paragraph(std::string_view text) {
  text_ += "<p>" + Escaped(text) + "</p>\n";
}

void HtmlPage::Begin(std::string_view heading) {
  text_ += "<h2>" + Escaped(heading) + "</h2>\n<table>\n";
}

void HtmlPage::Row(std::string_view label, const std::string& value, const std::string& source) {
  text_ += "<tr><th>" + Escaped(label) + "</th><td>" + Escaped(value.empty() ? words_.labels().not_stated : value);
  if (!source.empty()) text_ += " <span class=\"source\">" + Escaped(source) + "</span>";
  text_ += "</td></tr>\n";
}

void HtmlPage::Time(std::string_view label, bool given, const google::protobuf::Timestamp& time,
                    const std::string& source) {
  Row(label, given ? words_.Time(time) : "", source);
}

void HtmlPage::Number(std::string_view label, bool given, std::uint64_t number) {
  Row(label, given ? words_.Number(number) : "");
}

void HtmlPage::End() {
  text_ += "</table>\n";
}

std::string HtmlPage::Finish() {
  return text_ + "</body>\n</html>\n";
}

}  // namespace vigie::server::dossier
