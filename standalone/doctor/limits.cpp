// The named limits of all modules, read from the constants themselves. Times are in milliseconds.
#include "cloud/catalogue/catalogue.hpp"
#include "cloud/evidence/evidence.hpp"
#include "edge/agent/hub.hpp"
#include "edge/agent/lines.hpp"
#include "edge/agent/settings.hpp"
#include "edge/agent/starter.hpp"
#include "edge/camera/camera.hpp"
#include "edge/camera/codes.hpp"
#include "edge/gallery/gallery_file.hpp"
#include "edge/gallery/picture.hpp"
#include "edge/screen/server.hpp"
#include "edge/vision/match.hpp"
#include "edge/vision/segment.hpp"
#include "edge/vision/station.hpp"
#include "infra/broker/broker.hpp"
#include "lib/auth/token.hpp"
#include "lib/base/json.hpp"
#include "lib/config/document.hpp"
#include "lib/host/host.hpp"
#include "lib/http/client.hpp"
#include "lib/http/server.hpp"
#include "lib/wire/frame_pipe.hpp"
#include "lib/wire/prediction.hpp"
#include "standalone/doctor/doctor.hpp"

namespace trayline::doctor {
namespace {

template <class T>
Limit limit(const char* name, T value) {
  return {name, static_cast<std::int64_t>(value)};
}

std::vector<Limit> of_lib() {
  const host::Limits host;
  const http::Limits server;
  const http::ClientLimits client;
  const JsonLimits json;
  return {
      limit("host.batch_max", host.batch_max),
      limit("host.queue_max", host.queue_max),
      limit("host.rounds_max", host.rounds_max),
      limit("host.round_messages_max", host.round_messages_max),
      limit("host.parked_max", host.parked_max),
      limit("host.effects_in_flight_max", host.effects_in_flight_max),
      limit("host.tries_max", host.tries_max),
      limit("host.park_timeout_ms", host.park_timeout.count()),
      limit("host.lease_ms", host.lease.count()),
      limit("http.header_bytes_max", server.header_bytes_max),
      limit("http.body_bytes_max", server.body_bytes_max),
      limit("http.connections_max", server.connections_max),
      limit("http.stream_backlog_bytes_max", server.stream_backlog_bytes_max),
      limit("http.header_timeout_ms", server.header_timeout.count()),
      limit("http.body_timeout_ms", server.body_timeout.count()),
      limit("http.idle_timeout_ms", server.idle_timeout.count()),
      limit("http.answer_timeout_ms", server.answer_timeout.count()),
      limit("http_client.in_flight_max", client.in_flight_max),
      limit("http_client.per_host_max", client.per_host_max),
      limit("http_client.body_bytes_max", client.body_bytes_max),
      limit("json.bytes_max", json.bytes_max),
      limit("json.depth_max", json.depth_max),
      limit("config.file_bytes_max", config::kFileBytesMax),
      limit("auth.token_bytes_max", auth::kTokenBytesMax),
      limit("wire.items_max", wire::kItemsMax),
      limit("wire.runners_up_max", wire::kRunnersUpMax),
      limit("wire.alternatives_max", wire::kAlternativesMax),
      limit("wire.codes_max", wire::kCodesMax),
      limit("wire.count_max", wire::kCountMax),
      limit("wire.frame_side_max", wire::kFrameSideMax),
      limit("wire.frame_pixels_max", wire::kFramePixelsMax),
  };
}

std::vector<Limit> of_cloud_and_infra() {
  const broker::BrokerConfig broker;
  return {
      limit("catalogue.menu_items_max", catalogue::kMenuItemsMax),
      limit("catalogue.lines_max", catalogue::kLinesMax),
      limit("catalogue.total_minor_max", catalogue::kTotalMinorMax),
      limit("evidence.picture_bytes_max", evidence::kPictureBytesMax),
      limit("broker.queued_messages_max", broker.queued_messages_max),
      limit("broker.inflight_messages_max", broker.inflight_messages_max),
      limit("broker.packet_bytes_max", broker.packet_bytes_max),
      limit("broker.memory_bytes_max", broker.memory_bytes_max),
  };
}

std::vector<Limit> of_edge() {
  const agent::Settings agent;
  return {
      limit("agent.outbox_bytes", agent.outbox.bytes),
      limit("agent.pictures_bytes", agent.pictures.bytes),
      limit("agent.line_bytes_max", agent::kLineBytesMax),
      limit("agent.line_depth_max", agent::kLineDepthMax),
      limit("agent.inbox_max", agent::kInboxMax),
      limit("agent.unhandled_max", agent::kUnhandledMax),
      limit("agent.subscriptions_max", agent::kSubscriptionsMax),
      limit("agent.out_bytes_max", agent::kOutBytesMax),
      limit("agent.log_bytes_max", agent::kLogBytesMax),
      limit("camera.waiting_max", camera::kWaitingMax),
      limit("camera.codes_max", camera::kCodesMax),
      limit("gallery.picture_bytes_max", gallery::kPictureBytesMax),
      limit("gallery.picture_pixels_max", gallery::kPicturePixelsMax),
      limit("gallery.thumb_bytes_max", gallery::kThumbBytesMax),
      limit("screen.pages_max", screen::kPagesMax),
      limit("vision.views_max", vision::kViewsMax),
      limit("vision.blobs_max", vision::kBlobsMax),
      limit("vision.tray_corners_max", vision::kTrayCornersMax),
      limit("vision.references_max", vision::kReferencesMax),
  };
}

}  // namespace

std::vector<Limit> limits() {
  std::vector<Limit> all = of_lib();
  for (const std::vector<Limit>& more : {of_cloud_and_infra(), of_edge()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace trayline::doctor
