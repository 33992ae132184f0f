// What staff can read of the news about an order.
#include "cloud/push/service.hpp"
#include "cloud/push/sql.hpp"
#include "lib/host/schema.hpp"

namespace trayline::push {
namespace {

host::OrProblem<host::Answer> news(const host::Asked& asked, store::Session& reader) {
  const auto rows =
      reader.run(sql::read_news, {{"order", asked.param("id")}, {"most", kNewsListed}});
  if (!rows) {
    return tl::unexpected<host::Problem>(
        host::Problem{Code::unavailable, "store_unavailable", "Try again.", {}});
  }
  Json::Array all;
  for (const store::Row& row : *rows) {
    const auto done = row.optional_integer("done_ms");
    const auto status = row.optional_integer("http_status");
    all.push_back(Json::object({{"status", row.text("status")},
                                {"at", to_rfc3339(from_ms(row.integer("created_ms")))},
                                {"done_at", done ? Json(to_rfc3339(from_ms(*done))) : Json()},
                                {"http_status", status ? Json(*status) : Json()}}));
  }
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(all)}});
  return answer;
}

}  // namespace

std::vector<host::Route> routes() {
  using namespace host::schema;
  const Json one = object("News", {{"status", text()},
                                   {"at", moment()},
                                   {"done_at", or_null("string")},
                                   {"http_status", or_null("integer")}});
  return {{"GET",
           "/v1/orders/{id}/news",
           host::Access::staff,
           false,
           host::Query(news),
           {"News about an order: asked for, and delivered (http_status 0: there was no endpoint)",
            Json(),
            object("", {{"data", array_of(one)}}),
            200,
            {403}}}};
}

}  // namespace trayline::push
