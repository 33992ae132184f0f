#include "cloud/orders/answering.hpp"

#include "cloud/orders/view.hpp"

namespace trayline::orders {

void Answering::answer(host::Answer answer) {
  if (request_ != 0) decision_.out.replies.push_back({request_, std::move(answer)});
}

void Answering::show(const Order& order, int status) {
  host::Answer a;
  a.status = status;
  a.body = view_of(order, settings_);
  a.etag = etag_of(order);
  answer(std::move(a));
}

void Answering::refuse(Code code, std::string type, std::string detail) {
  host::Answer a;
  a.problem = host::Problem{code, std::move(type), std::move(detail), {}};
  answer(std::move(a));
}

void Answering::stale(const Order& order) {
  host::Answer a;
  a.problem = host::Problem{Code::conflict,
                            "precondition_failed",
                            "The order has changed since you read it. Read it again.",
                            {}};
  a.etag = etag_of(order);
  answer(std::move(a));
}

const Order* find_for(const Snapshot& snapshot, const OrderId& id, const Who& who,
                      Answering& answer) {
  const auto found = snapshot.orders.find(id);
  const bool there = found != snapshot.orders.end();
  const bool theirs =
      there && (who.role == wire::orders::Role::staff ||
                (!found->second.user.empty() && found->second.user.value == who.id));
  if (theirs) return &found->second;
  answer.refuse(Code::not_found, "order_not_found", "There is no such order.");
  return nullptr;
}

}  // namespace trayline::orders
