#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>

#include "server/dossier/wording.h"

// Pages of HTML for reading and printing: no script, nothing from outside, and all that is put in is escaped.
namespace vigie::server::dossier {

class HtmlPage {
 public:
  // `words` outlive it.
  HtmlPage(const Wording& words, std::string_view title);

  void Paragraph(std::string_view text);
  // A table under a heading, with rows, to its End.
  void Begin(std::string_view heading);
  // "not stated" where the value is empty: that is an answer that a reader can see.
  void Row(std::string_view label, const std::string& value, const std::string& source = "");
  void Time(std::string_view label, bool given, const google::protobuf::Timestamp& time,
            const std::string& source = "");
  void Number(std::string_view label, bool given, std::uint64_t number);
  void End();
  std::string Finish();

 private:
  const Wording& words_;
  std::string text_;
};

}  // namespace vigie::server::dossier
