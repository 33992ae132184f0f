#include "standalone/up/news.hpp"

#include "lib/base/json.hpp"

namespace trayline::up {
namespace {

http::Response plain(int status, std::string_view detail) {
  return {status, {{"Content-Type", "text/plain"}}, std::string(detail)};
}

}  // namespace

News::News(Loop& loop) : server_(loop, http::Limits{}, plain) {
  server_.route("POST", "/push",
                [this](const http::Request& request, const http::ResponderPtr& responder) {
                  responder->answer(take(request));
                });
}

Result<void> News::listen() {
  const Result<std::uint16_t> port = server_.listen("127.0.0.1", 0);
  if (!port) return fail(port.error());
  port_ = *port;
  return {};
}

std::string News::url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/push"; }

http::Response News::take(const http::Request& request) {
  const Result<Json> body = parse_json(request.body);
  if (!body) return plain(400, "not JSON");
  const std::string order = body->text_at("order");
  const std::string status = body->text_at("status");
  if (order.empty() || status.empty()) return plain(422, "order and status are needed");
  // Ids begin with their time: the smallest is the oldest.
  if (told_.size() >= kNewsOrdersMax && !told_.contains(order)) told_.erase(told_.begin());
  told_[order].push_back(status);
  return plain(200, "");
}

std::vector<std::string> News::of(const std::string& order) const {
  const auto found = told_.find(order);
  return found == told_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace trayline::up
