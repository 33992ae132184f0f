#include "edge/sdk/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "lib/base/log.hpp"

namespace trayline::edge {

Connection::~Connection() {
  ::close(in_);
  if (out_ != in_) ::close(out_);
}

bool Connection::write(const Json& line) {
  std::string text = line.dump();
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty() && !closed_) {
    // MSG_NOSIGNAL: a hub that is gone must not end us by SIGPIPE before we can say so.
    ssize_t n = ::send(out_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK) n = ::write(out_, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd full{out_, POLLOUT, 0};
      ::poll(&full, 1, -1);
    } else if (errno != EINTR) {
      closed_ = true;
    }
  }
  return !closed_;
}

void Connection::read() {
  std::array<char, 65536> chunk;
  pollfd ready{in_, POLLIN, 0};
  while (::poll(&ready, 1, 0) > 0) {
    const ssize_t n = ::read(in_, chunk.data(), chunk.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) {
      closed_ = true;
      break;
    }
    buffer_.append(chunk.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < chunk.size()) break;
  }
  std::size_t start = 0;
  for (std::size_t end; (end = buffer_.find('\n', start)) != std::string::npos; start = end + 1) {
    Result<Json> line = parse_json(std::string_view(buffer_).substr(start, end - start));
    if (line && line->as_object() != nullptr) {
      lines_.push_back(std::move(*line));
    } else {
      log(Level::warning, "a line of the hub is no JSON object");
    }
  }
  buffer_.erase(0, start);
  if (buffer_.size() > kLineBytesMax) {
    log(Level::error, "the hub sent a line beyond the limit");
    closed_ = true;
  }
}

std::optional<Json> Connection::take() {
  if (lines_.empty()) return std::nullopt;
  Json line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

}  // namespace trayline::edge
