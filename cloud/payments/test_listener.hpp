// For tests: in place of orders, hears what payments tells it.
#pragma once
#include <string>
#include <vector>

#include "lib/host/service.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::payments {

class Listener final : public host::Service {
 public:
  std::string_view name() const override { return wire::orders::kService; }
  const store::Migrations& migrations() const override { return none_; }
  Result<std::any> decode(const Json&) const override { return fail(Code::not_found, "none"); }
  Json encode(const std::any&) const override { return Json(); }
  Result<std::vector<host::Output>> handle(store::Session&, std::span<const host::Message> batch,
                                           Time) override {
    for (const host::Message& m : batch) {
      const auto& in = std::any_cast<const wire::orders::In&>(m.body);
      if (const auto* r = std::get_if<wire::orders::HoldResult>(&in)) {
        heard.push_back("hold " + std::string(enum_name(r->outcome)));
      } else if (const auto* c = std::get_if<wire::orders::CaptureResult>(&in)) {
        heard.push_back("capture " + std::string(enum_name(c->outcome)));
      } else if (const auto* f = std::get_if<wire::orders::RefundResult>(&in)) {
        heard.push_back("refund " + std::string(enum_name(f->outcome)));
      } else {
        heard.push_back("ending");
      }
    }
    return std::vector<host::Output>(batch.size());
  }
  std::vector<std::string> heard;

 private:
  store::Migrations none_{"listener", {}};
};

}  // namespace trayline::payments
