// Which news is new, and how it is cut to size. Rules only; delivery is the executor's.
#include "cloud/push/push.hpp"

namespace trayline::push {

std::string cut(const std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

Decision decide_notify(const std::set<Key>& known, const wire::push::Notify& notify) {
  Decision d;
  if (known.contains({notify.order, notify.status})) return d;
  wire::push::Notify news = notify;
  news.title = cut(notify.title, kTitleBytesMax);
  news.text = cut(notify.text, kTextBytesMax);
  host::Effect effect;
  effect.kind = std::string(kDeliver);
  effect.key = news.order.value + "-" + news.status;
  effect.body = to_json(news);
  d.out.effects.push_back(std::move(effect));
  d.news = std::move(news);
  return d;
}

Decision decide_delivered(const wire::push::Delivered& delivered) {
  Decision d;
  d.delivered = delivered;
  return d;
}

}  // namespace trayline::push
