#include "lib/host/service.hpp"

namespace trayline::host {

void Service::refuse(const Message& message, const Problem& problem, Output& out) const {
  if (message.request == 0) return;
  Answer answer;
  answer.problem = problem;
  out.replies.push_back({message.request, std::move(answer)});
}

}  // namespace trayline::host
