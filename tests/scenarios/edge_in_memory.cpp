#include "tests/scenarios/edge_in_memory.hpp"

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::scenarios {

EdgeInMemory::EdgeInMemory(bus::MemoryBroker& broker, const Clock& clock, Random& random,
                           wire::Resource resource, ScreenId screen)
    : clock_(clock),
      random_(random),
      resource_(std::move(resource)),
      screen_(std::move(screen)),
      sender_(random),
      bus_(broker.client()) {
  Result<std::unique_ptr<agent::Table>> table =
      agent::Table::open(":memory:", agent::OutboxLimits{}, clock, nullptr);
  check(table.has_value(), "the outbox does not open");
  table_ = std::move(*table);
  const auto take = [this](const bus::Message& message) {
    if (message.topic == wire::down_topic(resource_, "agent", "acks")) {
      if (const auto ack = from_json_text<wire::Ack>(message.payload)) answered(*ack);
    } else if (message.topic == wire::down_topic(resource_, "screen", screen_.value + "/state")) {
      if (const auto state = from_json_text<wire::ScreenState>(message.payload)) paint(*state);
    }
  };
  check(bus_->subscribe(wire::resource_name(resource_) + "/down/#", take).has_value(), "subscribe");
  bus_->on_connection([this](bool connected) {
    step(connected ? agent::SenderEvent(agent::Connected{}) : agent::SenderEvent(agent::Lost{}));
  });
  step(agent::Connected{});
}

EdgeInMemory::~EdgeInMemory() = default;

void EdgeInMemory::begin_visit() {
  visit_ = VisitId(uuid7(clock_.now(), random_));
  number_ = 0;
}

wire::Prediction EdgeInMemory::see(const std::vector<wire::SkuCount>& items,
                                   const std::vector<std::string>& codes) {
  wire::Prediction p;
  p.id = PredictionId(uuid7(clock_.now(), random_));
  p.core = resource_.core;
  p.station = StationId("counter-1");
  p.visit = visit_;
  p.number = ++number_;
  p.codes = codes;
  p.verdict = wire::Verdict::confident;
  for (const wire::SkuCount& c : items) {
    p.items.push_back({c.sku, c.count, 0.97, 3.0, std::nullopt, 0, {}});
  }
  p.image = sha256_hex(p.id.value);
  ++predictions_;
  agent::Row row;
  row.key = p.id.value;
  row.function = "camera";
  row.topic = "predictions";
  row.cls = agent::Class::critical;
  row.payload = to_json_text(p);
  row.sha256 = sha256_hex(row.payload);
  agent::Batch batch;
  batch.puts.push_back(std::move(row));
  const Result<agent::BatchDone> done = table_->commit(batch);
  check(done.has_value() && done->stored.size() == 1, "the outbox did not take a prediction");
  step(agent::Stored{done->stored.front()});
  return p;
}

void EdgeInMemory::repeat_last() {
  check(last_.has_value(), "nothing was sent yet");
  bus_->publish(*last_, [](Result<void>) {});
}

void EdgeInMemory::tick() { step(agent::Tick{}); }

std::size_t EdgeInMemory::waiting() const {
  return static_cast<std::size_t>(table_->totals().of(agent::Class::critical).rows);
}

void EdgeInMemory::step(const agent::SenderEvent& event) {
  for (agent::SenderAction& action : sender_.step(event, clock_.monotonic())) {
    if (const auto* send = std::get_if<agent::Send>(&action)) {
      last_ = bus::Message{wire::up_topic(resource_, send->row.function, send->row.topic),
                           send->row.payload};
      bus_->publish(*last_, [](Result<void>) {});
    } else if (const auto* load = std::get_if<agent::Load>(&action)) {
      Result<std::vector<agent::Row>> rows = table_->load(load->function, load->after, load->most);
      check(rows.has_value(), "the outbox cannot be read");
      const bool more = rows->size() == load->most;
      step(agent::Loaded{load->function, std::move(*rows), more});
    }
  }
}

void EdgeInMemory::answered(const wire::Ack& ack) {
  acks_.push_back(ack);
  agent::Batch batch;
  batch.acks.push_back(ack);
  check(table_->commit(batch).has_value(), "the outbox did not take an answer");
  step(agent::Answered{ack.prediction ? ack.prediction->value : "",
                       ack.payload_sha256.value_or("")});
}

void EdgeInMemory::paint(const wire::ScreenState& state) {
  check(state.version >= shown_.version, "a screen went backwards");
  shown_ = state;
  wire::Shown shown{resource_.core, screen_, state.version, 1, false};
  bus_->publish({wire::up_topic(resource_, "screen", "shown"), to_json_text(shown)},
                [](Result<void>) {});
}

}  // namespace trayline::scenarios
