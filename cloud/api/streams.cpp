// Streams read on workers; one reading per stream is under way at most.
#include "cloud/api/streams.hpp"

#include "lib/base/log.hpp"

namespace trayline::api {

struct Streams::Entry {
  CallPtr call;
  std::string key;
  std::shared_ptr<http::Stream> stream;  // null until the first reading
  std::string last_id;
  bool reading = false;
  bool again = false;  // woken while reading
  bool gone = false;
};

void Streams::start(CallPtr call) {
  if (stopped_ || by_key_.size() >= parts_.streams_max) return call->refuse(503, busy());
  std::size_t& mine = per_caller_[call->caller_key];
  if (mine >= parts_.per_caller_max) {
    return call->refuse(429,
                        {Code::exhausted, "too_many_streams", "Close another stream first.", {}});
  }
  ++mine;
  const auto entry = std::make_shared<Entry>();
  entry->call = std::move(call);
  const auto& live = std::get<host::Live>(entry->call->route->handle);
  entry->key = live.key(entry->call->asked(parts_.clock.now(), parts_.random));
  if (const std::string* last = entry->call->request.header("Last-Event-ID")) {
    entry->last_id = *last;
  }
  by_key_.emplace(entry->key, entry);
  parts_.open.set(static_cast<std::int64_t>(by_key_.size()));
  arm();
  read(entry);
}

void Streams::wake(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    std::vector<EntryPtr> found;
    const auto [first, last] = by_key_.equal_range(key);
    for (auto it = first; it != last; ++it) found.push_back(it->second);
    for (const EntryPtr& entry : found) read(entry);
  }
}

void Streams::read(const EntryPtr& entry) {
  if (entry->gone) return;
  if (entry->reading) {
    entry->again = true;
    return;
  }
  entry->reading = true;
  const auto job = [self = shared_from_this(), entry](store::Session& reader) {
    const StreamParts& parts = self->parts_;
    const auto& live = std::get<host::Live>(entry->call->route->handle);
    const Time now = parts.clock.now();
    auto event = live.read(entry->call->asked(now, parts.random), reader);
    parts.loop.post([self, entry, event = std::move(event)] { self->took(entry, event); });
  };
  if (parts_.workers.run(job)) return;
  entry->reading = false;
  if (entry->stream) return;  // the periodic reading tries again
  entry->call->refuse(503, busy());
  remove(entry);
}

void Streams::took(const EntryPtr& entry, const host::OrProblem<host::LiveEvent>& event) {
  entry->reading = false;
  if (entry->gone) return;
  if (!event) {
    if (!entry->stream) {
      entry->call->refuse(event.error());
      return remove(entry);
    }
    // What went away is told by the end of the stream; other failures pass.
    if (event.error().code == Code::not_found || event.error().code == Code::permission_denied) {
      return remove(entry);
    }
    log(Level::warning, "a stream was not read", {{"why", event.error().type}});
  } else {
    if (!entry->stream) open_stream(entry);
    if (event->id != entry->last_id) {
      entry->last_id = event->id;
      entry->stream->send(event->id, event->event, event->data.dump());
    }
    if (event->last) return remove(entry);
  }
  if (std::exchange(entry->again, false)) read(entry);
}

void Streams::open_stream(const EntryPtr& entry) {
  http::Headers headers = entry->call->headers;
  headers.emplace_back("Cache-Control", "no-store");
  entry->stream = entry->call->responder->stream(std::move(headers));
  std::weak_ptr<Streams> self = weak_from_this();
  std::weak_ptr<Entry> weak = entry;
  entry->stream->on_close([self, weak] {
    const auto streams = self.lock();
    const EntryPtr closed = weak.lock();
    if (streams && closed) streams->remove(closed);
  });
}

void Streams::remove(const EntryPtr& entry) {
  if (std::exchange(entry->gone, true)) return;
  const auto [first, last] = by_key_.equal_range(entry->key);
  for (auto it = first; it != last; ++it) {
    if (it->second != entry) continue;
    by_key_.erase(it);
    break;
  }
  const auto mine = per_caller_.find(entry->call->caller_key);
  if (mine != per_caller_.end() && --mine->second == 0) per_caller_.erase(mine);
  parts_.open.set(static_cast<std::int64_t>(by_key_.size()));
  if (entry->stream) entry->stream->close();
}

void Streams::arm() {
  if (armed_ || stopped_) return;
  armed_ = true;
  timer_ = parts_.loop.after(parts_.reread, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->read_all();
  });
}

void Streams::read_all() {
  armed_ = false;
  std::vector<EntryPtr> all;
  for (const auto& [key, entry] : by_key_) all.push_back(entry);
  for (const EntryPtr& entry : all) {
    if (parts_.still_good(*entry->call)) {
      read(entry);
    } else if (entry->stream) {
      remove(entry);
    }
  }
  if (!by_key_.empty()) arm();
}

void Streams::stop() {
  stopped_ = true;
  timer_ = {};
  std::vector<EntryPtr> all;
  for (const auto& [key, entry] : by_key_) all.push_back(entry);
  for (const EntryPtr& entry : all) remove(entry);
}

}  // namespace trayline::api
