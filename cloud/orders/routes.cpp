// What customers and staff can ask of orders, as one table.
#include "cloud/orders/requests.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/view.hpp"
#include "lib/host/schema.hpp"

namespace trayline::orders {
namespace {

using host::Access;
using host::Command;
using host::Route;

using namespace host::schema;

Json list_of(const Json& items) { return object("", {{"data", array_of(items)}}); }

const std::vector<host::QueryDoc> kPaged{{"limit", "How many at most, 1 to 100."},
                                         {"cursor", "next_cursor of the page before."}};

// A query of a signed-in user.
Route reads(std::string pattern, host::Query query, std::string summary, Json schema) {
  return {"GET", std::move(pattern), Access::user,
          false, std::move(query),   {std::move(summary), Json(), std::move(schema), 200, {404}}};
}

Route paged(Route route, std::vector<host::QueryDoc> more = {}) {
  route.doc.query = std::move(more);
  route.doc.query.insert(route.doc.query.end(), kPaged.begin(), kPaged.end());
  return route;
}

// A change by a signed-in user under an Idempotency-Key.
Route changes(std::string pattern, Command command, host::RouteDoc doc) {
  return {"POST", std::move(pattern), Access::user, true, std::move(command), std::move(doc)};
}

void add_reads(std::vector<Route>& all, const SettingsPtr& settings) {
  const Json code = object("", {{"code", text()}, {"expires_at", moment()}});
  all.push_back(paged(reads("/v1/orders", orders_page(settings), "Lists your orders, newest first",
                            page_of(view_schema()))));
  all.push_back(reads("/v1/orders/{id}", one_order(settings), "One order", view_schema()));
  all.push_back(reads("/v1/orders/{id}/history", history, "What became of an order, and by whom",
                      list_of(step_schema())));
  all.push_back(reads("/v1/orders/{id}/refunds", refunds, "What was given back of an order",
                      list_of(refund_schema())));
  Route seen =
      reads("/v1/orders/{id}/tray", tray, "An order's tray as the camera saw it", tray_schema());
  seen.access = Access::staff;
  all.push_back(std::move(seen));
  all.push_back(reads("/v1/me/code", my_code(settings),
                      "Your own code for the camera; ask for a new one before it expires", code));
  all.push_back(reads("/v1/baskets/{id}", basket_view(settings),
                      "A tray that waits for whoever pays it", view_schema()));
  all.push_back(
      paged({"GET",
             "/v1/staff/orders",
             Access::staff,
             false,
             staff_queue(settings),
             {"Orders in these states, oldest first", Json(), page_of(view_schema()), 200, {403}}},
            {{"state", "Names of states, with commas between; review,mismatch."}}));
  all.push_back({"GET",
                 "/v1/staff/board",
                 Access::staff,
                 false,
                 board(settings),
                 {"A site's orders that have not ended, or ended in the last half hour",
                  Json(),
                  page_of(view_schema()),
                  200,
                  {403},
                  {{"site", "The site's id.", true}}}});
  all.push_back({"GET",
                 "/v1/staff/board/events",
                 Access::staff,
                 false,
                 board_events(),
                 {"Says that an order changed (server-sent events)", Json(), Json(), 200, {403}}});
  all.push_back({"GET",
                 "/v1/orders/{id}/events",
                 Access::user,
                 false,
                 order_events(settings),
                 {"The order's state as it changes (server-sent events)",
                  Json(),
                  view_schema(),
                  200,
                  {404}}});
}

void add_changes(std::vector<Route>& all) {
  all.push_back(changes("/v1/orders", place,
                        {"Places an order and asks for the hold",
                         place_schema(),
                         view_schema(),
                         201,
                         {409, 422, 429}}));
  all.push_back({"PATCH",
                 "/v1/orders/{id}",
                 Access::user,
                 false,
                 Command(edit),
                 {"Gives an order other lines before its tray is seen (If-Match)",
                  edit_schema(),
                  view_schema(),
                  200,
                  {404, 409, 412, 428}}});
  all.push_back(changes("/v1/orders/{id}/settle", settle,
                        {"Decides about a tray that is not the order (If-Match)",
                         settle_schema(),
                         view_schema(),
                         200,
                         {404, 409, 412, 422, 428}}));
  all.push_back(changes("/v1/orders/{id}/cancel", cancel,
                        {"Cancels an order that is not being paid yet",
                         any_object(),
                         view_schema(),
                         200,
                         {404, 409, 412, 422}}));
  all.push_back(changes("/v1/orders/{id}/retry", retry,
                        {"Pays a declined order with the card saved now, or at the counter",
                         payment_schema(),
                         view_schema(),
                         200,
                         {404, 409, 422}}));
  all.push_back(changes(
      "/v1/baskets/{id}/bind", bind,
      {"Takes a tray as your order", payment_schema(), view_schema(), 200, {404, 409, 422}}));
  Route refunds = changes("/v1/orders/{id}/refunds", refund,
                          {"Gives money back: a part, or without an amount the rest",
                           refund_request_schema(),
                           refund_schema(),
                           201,
                           {403, 404, 409, 422}});
  refunds.access = Access::staff;
  all.push_back(std::move(refunds));
  Route naming = changes("/v1/orders/{id}/name-items", name_items,
                         {"Names what the camera was unsure of; the tray is judged anew",
                          name_items_schema(),
                          view_schema(),
                          200,
                          {403, 404, 409, 412, 422, 428}});
  naming.access = Access::staff;
  all.push_back(std::move(naming));
}

}  // namespace

std::vector<Route> routes(std::shared_ptr<const Settings> settings) {
  std::vector<Route> all;
  add_changes(all);
  add_reads(all, settings);
  return all;
}

}  // namespace trayline::orders
