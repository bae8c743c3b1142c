#include "core/identifiers/detector_classes.h"

#include <algorithm>
#include <iterator>

namespace vigie::identifiers {
namespace {

constexpr std::string_view kClasses[] = {
    // everywhere
    "email_address", "phone_number", "payment_card", "iban", "ip_address", "date_of_birth", "secret_key", "lei",
    "swift_bic", "imei",
    // by country
    "fr_nir", "fr_siren", "fr_siret", "fr_vat", "fr_passport", "uk_nhs", "uk_nino", "us_ssn", "us_itin", "de_tax_id",
    "de_id_card", "es_nif", "es_nie", "it_fiscal_code", "it_vat", "be_national", "be_vat", "nl_bsn", "pt_nif",
    "pl_pesel", "se_personnummer", "fi_hetu", "dk_cpr", "no_fodselsnummer", "ch_avs", "at_vat", "ie_pps",
    "cz_rodne_cislo", "ro_cnp", "bg_egn", "hr_oib", "gr_amka", "tr_identity", "au_tfn", "au_medicare", "au_abn",
    "in_aadhaar", "in_pan", "sg_nric", "br_cpf", "br_cnpj", "ca_sin", "za_id", "kr_rrn"};

// As core/content/validate/named_check.cc knows them.
constexpr std::string_view kChecks[] = {"luhn", "mod97", "mod11_10", "mod11_2", "verhoeff", "iban"};

}  // namespace

std::span<const std::string_view> DetectorClasses() {
  return kClasses;
}

bool IsDetectorClass(std::string_view name) {
  return std::ranges::find(kClasses, name) != std::end(kClasses);
}

std::span<const std::string_view> NamedChecks() {
  return kChecks;
}

bool IsNamedCheck(std::string_view name) {
  return std::ranges::find(kChecks, name) != std::end(kChecks);
}

}  // namespace vigie::identifiers
