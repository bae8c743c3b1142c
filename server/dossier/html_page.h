#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>

#include "vigie/v1/dossier.pb.h"

// Pages of HTML for reading and printing: no script, nothing from outside, and all that is put in is escaped.
namespace vigie::server::dossier {

class HtmlPage {
 public:
  explicit HtmlPage(const std::string& title);

  void Paragraph(const std::string& text);
  // A table under a heading, with rows, to its End.
  void Begin(std::string_view heading);
  // "not stated" where the value is empty: that is an answer that a reader can see.
  void Row(std::string_view label, const std::string& value, const std::string& source = "");
  void End();
  std::string Finish();

 private:
  std::string text_;
};

template <typename List>
std::string Join(const List& items) {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ", ") + item;
  return joined;
}

// Empty for what is not given.
std::string TimeText(bool given, const google::protobuf::Timestamp& time);
std::string NumberText(bool given, std::uint64_t number);
std::string KindNames(const v1::DossierContent& content);

}  // namespace vigie::server::dossier
