#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/card_plan.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

// A range that a network issues, the check digit, and a way in which people group card numbers.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##############", .proof = Proof::kFair, .needs_context = false},
    {.written = "###############", .proof = Proof::kFair, .needs_context = false},
    {.written = "################", .proof = Proof::kFair, .needs_context = false},
    {.written = "#################", .proof = Proof::kFair, .needs_context = false},
    {.written = "##################", .proof = Proof::kFair, .needs_context = false},
    {.written = "###################", .proof = Proof::kFair, .needs_context = false},
    {.written = "####~####~####~####", .proof = Proof::kFair, .needs_context = false},
    {.written = "####~####~####~####~###", .proof = Proof::kFair, .needs_context = false},
    {.written = "####~######~#####", .proof = Proof::kFair, .needs_context = false},
    {.written = "####~######~####", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"card", "credit card", "carte", "carte bancaire", "cb", "visa", "mastercard", "amex", "american express", "pan",
     "kreditkarte", "karte", "tarjeta", "carta di credito", "cartão", "cvv", "cvc", "expiry", "creditcard"});

bool IsCardNumber(std::string_view digits) {
  return IsIssuedCardRange(digits) && HasLuhnCheckDigit(digits);
}

class PaymentCardDetector final : public Detector {
 public:
  std::string_view name() const override { return "payment_card"; }
  std::span<const std::string_view> context_words() const override { return kContextWords; }
  std::span<const NumberShape> shapes() const override { return kShapes; }
  bool IsValid(std::string_view compact) const override { return IsCardNumber(compact); }
  std::string Canonical(std::string_view written) const override { return CompactForm(written); }

  // The last four, as receipts show them (PCI DSS 3.4.1 allows more).
  std::string Mask(std::string_view value) const override {
    return "****" + std::string(value.substr(value.size() - 4));
  }
};

}  // namespace

std::unique_ptr<const Detector> MakePaymentCardDetector() {
  return std::make_unique<PaymentCardDetector>();
}

}  // namespace vigie::content
