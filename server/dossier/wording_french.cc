#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "proto/contract/enum_names.h"
#include "server/dossier/wording.h"

// The words are those of the French text of the regulation (RGPD) and of the CNIL's form. Before a colon or semicolon
// stands a no-break space, U+00A0, and between thousands a narrow one, U+202F.
namespace vigie::server::dossier {
namespace {

constexpr Labels kLabels{
    .language = "fr",
    .not_stated = "non précisé",
    .contact = "Délégué à la protection des données ou autre point de contact",
    .email = "Courriel",
    .telephone = "Téléphone",
    .first_event = "Premier événement",
    .last_event = "Dernier événement",
    .clock = "La violation et son délai, article 33, paragraphe 1",
    .dossier = "Dossier",
    .incidents = "Incidents",
    .aware_since = "Prise de connaissance",
    .how_known = "Circonstances de la découverte",
    .deadline = "Fin du délai de 72 heures",
    .authority = "Autorité de contrôle",
    .delay_reasons = "Motifs du retard",
    .not_notified_reason = "Motifs de l’absence de notification",
    .notification = "Contenu de la notification, article 33, paragraphe 3",
    .kind = "Type de violation",
    .nature = "Nature de la violation",
    .subject_categories = "Catégories de personnes concernées",
    .subjects = "Nombre approximatif de personnes concernées",
    .record_categories = "Catégories d’enregistrements de données à caractère personnel concernés",
    .records = "Nombre approximatif d’enregistrements",
    .consequences = "Conséquences probables",
    .measures = "Mesures prises ou proposées",
    .data_subjects = "Les personnes concernées, article 34",
    .decision = "Décision",
    .why_or_how = "Motifs ou modalités",
    .told_at = "Date de la communication aux personnes concernées",
    .facts = "Ce que montrent les incidents",
    .distinct_customers = "Clients distincts",
    .fact_records = "Enregistrements",
    .events = "Événements",
    .channel = "Canal",
    .as_of = "État au",
    .history = "Phases, article 33, paragraphe 4, et historique",
    .made = "Création",
    .late = ", au-delà des 72 heures",
    .last_change = "Dernière modification",
    .not_submitted = "Modifications non encore notifiées",
    .changed_since = "le contenu ci-dessus a été modifié depuis la dernière notification",
    .closed = "Clôture",
    .closed_reason = "Motif de clôture",
    .notice_title =
        "Notification d’une violation de données à caractère personnel au responsable du traitement, article 33, "
        "paragraphe 2, du RGPD",
    .notice_text =
        "Le sous-traitant notifie au responsable du traitement une violation de données à caractère personnel qu’il "
        "traite pour son compte. Ce qui n’est pas précisé n’est pas encore connu et sera communiqué par la suite. Il "
        "appartient au responsable du traitement de décider de la notification à l’autorité de contrôle et de la "
        "communication aux personnes concernées (article 33, paragraphe 1, et article 34).",
    .parties = "Du sous-traitant au responsable du traitement",
    .to_controller = "Responsable du traitement",
    .from_processor = "Sous-traitant",
    .reference = "Référence",
    .when = "Chronologie",
    .processor_aware = "Prise de connaissance par le sous-traitant",
    .breach = "La violation",
    .ways_out = "Canaux de sortie",
    .customers_seen = "Clients distincts constatés",
    .measures_proposed = "Mesures prises ou proposées",
};

// By the name in the contract.
using Names = std::pair<std::string_view, std::string_view>;
constexpr std::array<Names, 15> kChannels{{{"local", "accès local"},
                                           {"removable_media", "support amovible"},
                                           {"web_upload", "envoi web"},
                                           {"web_download", "téléchargement web"},
                                           {"network_transfer", "transfert réseau"},
                                           {"network_share", "partage réseau"},
                                           {"cloud_sync", "synchronisation cloud"},
                                           {"email", "courriel"},
                                           {"print", "impression"},
                                           {"clipboard", "presse-papiers"},
                                           {"archive", "archive"},
                                           {"screenshot", "capture d’écran"},
                                           {"bluetooth", "Bluetooth"},
                                           {"remote_desktop", "bureau à distance"},
                                           {"version_control", "gestion de versions"}}};
constexpr std::array<Names, 3> kKinds{{{"confidentiality", "perte de confidentialité"},
                                       {"integrity", "perte d’intégrité"},
                                       {"availability", "perte de disponibilité"}}};
constexpr std::array<Names, 3> kStates{{{"draft", "brouillon"}, {"submitted", "notifié"}, {"closed", "clos"}}};
constexpr std::array<Names, 2> kPhases{
    {{"initial", "notification initiale"}, {"follow_up", "notification complémentaire"}}};

// One that this build does not know is called as in English.
template <typename E, std::size_t kSize>
std::string NameIn(const std::array<Names, kSize>& names, E value) {
  const std::string name = contract::NameOf(value);
  const auto* const found = std::ranges::find(names, std::string_view(name), &Names::first);
  return found == names.end() ? name : std::string(found->second);
}

std::string NoticeName(v1::SubjectNotice notice) {
  switch (notice) {
    case v1::SUBJECT_NOTICE_TOLD:
      return "elles ont été informées";
    case v1::SUBJECT_NOTICE_WILL_BE_TOLD:
      return "elles seront informées";
    case v1::SUBJECT_NOTICE_NO_HIGH_RISK:
      return "non informées\u00a0: pas de risque élevé pour elles, article 34, paragraphe 1";
    case v1::SUBJECT_NOTICE_DATA_PROTECTED:
      return "non informées\u00a0: données incompréhensibles pour toute personne non autorisée à y avoir accès, "
             "article 34, paragraphe 3, point a)";
    case v1::SUBJECT_NOTICE_RISK_AVERTED:
      return "non informées\u00a0: mesures ultérieures garantissant que le risque élevé n’est plus susceptible de se "
             "matérialiser, article 34, paragraphe 3, point b)";
    case v1::SUBJECT_NOTICE_DISPROPORTIONATE:
      return "communication publique\u00a0: informer chacune exigerait des efforts disproportionnés, article 34, "
             "paragraphe 3, point c)";
    default:
      return "pas encore décidé";
  }
}

class French final : public Wording {
 public:
  const Labels& labels() const override { return kLabels; }
  std::string Number(std::uint64_t number) const override {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, "\u202f");
    return text;
  }
  std::string Time(const google::protobuf::Timestamp& time) const override {
    const std::time_t seconds = time.seconds();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%d/%m/%Y à %H:%M:%S UTC", &parts);
    return {text.data(), size};
  }
  std::string Name(v1::Channel channel) const override { return NameIn(kChannels, channel); }
  std::string Name(v1::BreachKind kind) const override { return NameIn(kKinds, kind); }
  std::string Name(v1::DossierState state) const override { return NameIn(kStates, state); }
  std::string Name(v1::DossierPhase phase) const override { return NameIn(kPhases, phase); }
  std::string Name(v1::SubjectNotice notice) const override { return NoticeName(notice); }
  std::string Point(std::string_view letter) const override { return std::string(letter) + ")"; }

  std::string Revision(std::uint64_t revision) const override { return "révision " + Number(revision); }
  std::string By(const std::string& who) const override { return "par " + who; }
  std::string Entered(const google::protobuf::Timestamp& at, const std::string& who) const override {
    return "consignée le " + Time(at) + " " + By(who);
  }
  std::string Title(const std::string& incidents) const override { return "Violation de données\u00a0: " + incidents; }
  std::string TitleOfMany(const std::string& first, std::uint64_t others) const override {
    return "Violation de données\u00a0: " + first + " et " + Number(others) +
           (others < 2 ? " autre incident" : " autres incidents");
  }
  std::string Nature(const v1::DossierFacts& facts, const v1::DossierContent& content) const override {
    // As in English: what several incidents count, added, may count an event twice.
    const bool exact = content.incident_ids_size() == 1;
    std::string nature = (exact ? Amount(facts.events().value(), "événement") : "Des événements") +
                         " de sortie de données, effective ou tentée, depuis un ou plusieurs postes de travail";
    if (facts.channels_size() > 0) nature += " (" + Channels(facts) + ")";
    nature += ", du " + Time(facts.first_event().at()) + " au " + Time(facts.last_event().at());
    nature += ", portant sur les données de " + Amount(facts.customers().value(), "client");
    return nature + "\u00a0; " + (exact ? "incident " : "incidents ") + Join(content.incident_ids()) + ".";
  }

 private:
  // Nought is singular; a million is a noun: "2 000 000 d’événements".
  std::string Amount(std::uint64_t number, std::string_view noun) const {
    const bool are_millions = number > 0 && number % 1'000'000 == 0;
    const std::string_view between = !are_millions ? " " : noun.starts_with("é") ? " d’" : " de ";
    return Number(number) + std::string(between) + std::string(noun) + (number < 2 ? "" : "s");
  }
};

}  // namespace

const Wording& FrenchWording() {
  static const French french;
  return french;
}

}  // namespace vigie::server::dossier
