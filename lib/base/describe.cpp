#include "lib/base/describe.hpp"

namespace trayline {

void JsonReader::problem(std::string detail) {
  if (problems_.size() < kProblemsMax) problems_.push_back({path_, std::move(detail)});
}

void JsonReader::read_currency(const Json& json, Currency& out) {
  const std::string* text = json.as_string();
  const Result<Currency> currency = Currency::parse(text == nullptr ? "" : *text);
  if (!currency) return problem(currency.error().detail);
  out = *currency;
}

void JsonReader::read_money(const Json& json, Money& out) {
  const Json::Object* object = json.as_object();
  if (object == nullptr) return problem("expected {amount_minor, currency}");
  const Json::Object* outer = object_;
  object_ = object;
  (*this)("amount_minor", out.minor);
  (*this)("currency", out.currency);
  object_ = outer;
}

std::string to_string(const std::vector<JsonProblem>& problems) {
  std::string text;
  for (const JsonProblem& p : problems) {
    if (!text.empty()) text += "; ";
    text += (p.pointer.empty() ? std::string("the document") : p.pointer) + ": " + p.detail;
  }
  return text;
}

}  // namespace trayline
