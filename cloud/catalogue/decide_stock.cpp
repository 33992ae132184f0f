// How many of an item are left: what orders give back, and what staff counted. Rules only.
#include "cloud/catalogue/catalogue.hpp"

namespace trayline::catalogue {

Decision decide_adjust(const Snapshot& snapshot, const wire::catalogue::AdjustStock& adjust) {
  Decision d;
  for (const wire::SkuCount& item : adjust.back) {
    const auto found = snapshot.items.find({adjust.site, item.sku});
    if (found == snapshot.items.end() || !found->second.stock) continue;
    d.moves.push_back({adjust.site, item.sku, -item.count, false});
  }
  return d;
}

Decision decide_count(const Snapshot& snapshot, const wire::catalogue::SetStock& counted,
                      std::uint64_t request) {
  if (!snapshot.items.contains({counted.site, counted.sku})) {
    return refused(request,
                   {Code::not_found, "unknown_item", "The site does not have this item.", {}});
  }
  Decision d;
  d.counted = counted;
  if (request == 0) return d;
  host::Answer answer;
  answer.body = Json::object({{"site", counted.site.value},
                              {"sku", counted.sku.value},
                              {"left", counted.left ? Json(*counted.left) : Json()}});
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

}  // namespace trayline::catalogue
