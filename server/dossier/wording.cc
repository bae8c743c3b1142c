#include "server/dossier/wording.h"

#include <vector>

namespace vigie::server::dossier {

std::string Wording::Channels(const v1::DossierFacts& facts) const {
  std::vector<std::string> names;
  for (const v1::DossierChannel& channel : facts.channels()) names.push_back(Name(channel.channel()));
  return Join(names);
}

std::string Wording::Kinds(const v1::DossierContent& content) const {
  std::vector<std::string> names;
  for (const int kind : content.kinds()) names.push_back(Name(static_cast<v1::BreachKind>(kind)));
  return Join(names);
}

bool IsLanguage(std::string_view language) {
  return language.empty() || language == "en" || language == "fr";
}

const Wording& WordingOf(std::string_view language) {
  return language == "fr" ? FrenchWording() : EnglishWording();
}

}  // namespace vigie::server::dossier
