#include "taskleak/live/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

#include "begin_to_follow.h"
#include "history.h"
#include "hour.h"
#include "page.h"
#include "rows.h"
#include "stuck_capture.h"
#include "stuck_text.h"
#include "taskleak/census.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/diff.h"
#include "taskleak/live/formats.h"
#include "taskleak/live/metrics.h"
#include "taskleak/live/pprof.h"
#include "token.h"

namespace taskleak::live {
namespace {

using Request = Endpoint::Request;
using Response = Endpoint::Response;

constexpr const char* kJsonType = "application/json";
constexpr const char* kGoPath = "/debug/pprof/goroutine";

Response Text(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

Response Typed(std::string content_type, std::string body) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

// Returns a random word that other content of the page cannot know, so that only the page's own
// scripts run.
std::string Nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// Makes a page. `make` receives the frame.
template <typename Make>
Response HtmlPage(const std::string& prefix, Make make) {
  const PageFrame frame{prefix, Nonce(), !TheHour().empty()};
  Response response = Typed("text/html; charset=utf-8", make(frame));
  response.headers["Content-Security-Policy"] = fmt::format(
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-{}'",
      frame.nonce);
  return response;
}

Response Failure(int status, std::string_view why) {
  Response response = Text(fmt::format("{}\n", why));
  response.status = status;
  return response;
}

Response Pprof(const Capture& capture) {
  Response response = Typed("application/octet-stream", ToPprof(capture));
  response.headers["Content-Disposition"] = "attachment; filename=\"tasks.pb.gz\"";
  return response;
}

std::string Parameter(const Request& request, const std::string& name) {
  const auto found = request.parameters.find(name);
  return found == request.parameters.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> Number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

EndpointOptions Checked(EndpointOptions options) {
  const std::string& prefix = options.prefix;
  if (prefix.size() < 2 || prefix.front() != '/' || prefix.back() == '/')
    throw std::invalid_argument(
        "the prefix \"" + prefix +
        "\" must begin with '/', must not end with '/', and must not be empty");
  const auto bad = [](char c) { return c <= ' ' || c >= 0x7f; };
  if (std::any_of(options.token.begin(), options.token.end(), bad))
    throw std::invalid_argument("the token must have printable ASCII characters only");
  return options;
}

}  // namespace

struct Endpoint::Impl {
  explicit Impl(EndpointOptions given) : options(Checked(std::move(given))) { BeginToFollow(); }

  CapturePtr Take() {
    CapturePtr capture = TakeCapture();
    history.Add({std::chrono::steady_clock::now(), capture->threads, capture->tasks});
    rows.Update(*capture);
    return capture;
  }

  Response Root(const Request& request, bool pprof_by_default) {
    const std::string debug = Parameter(request, "debug");
    const std::string format = Parameter(request, "format");
    if (!debug.empty() && debug != "0" && debug != "1" && debug != "2")
      return Failure(400, "debug must be 0, 1 or 2");
    if (!format.empty() && format != "json" && format != "folded" && format != "pprof")
      return Failure(400, "format must be json, folded or pprof");
    const CapturePtr capture = Take();
    if (format == "json") return Typed(kJsonType, ToJson(*capture));
    if (format == "folded") return Text(ToFolded(*capture));
    if (debug == "1") return Text(ToStackText(*capture));
    if (debug == "2") return Text(ToUnitText(*capture));
    if (format == "pprof" || pprof_by_default) return Pprof(*capture);
    return HtmlPage(options.prefix, [&](const PageFrame& frame) {
      return LivePage(*capture, rows.Update(*capture), history.Points(), frame);
    });
  }

  Response Group(const Request& request) {
    const std::string signature = Parameter(request, "signature");
    const bool is_one = signature.size() == 12 &&
                        signature.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_one)
      return Failure(400, "signature must be the twelve hex digits of a group's signature");
    const CapturePtr capture = Take();
    return HtmlPage(options.prefix, [&](const PageFrame& frame) {
      return GroupPage(*capture, rows.Update(*capture), signature, frame);
    });
  }

  Response Count(const Request& request) {
    const Census census = TakeCensus();  // does not displace captures that are kept for comparison
    history.Add({std::chrono::steady_clock::now(), census.threads, census.tasks});
    if (Parameter(request, "format") == "json")
      return Typed(kJsonType, fmt::format("{{\"threads\":{},\"unjoined\":{},\"tasks\":{}}}\n",
                                          census.threads, census.unjoined, census.tasks));
    return Text(fmt::format("threads {}\nunjoined {}\ntasks {}\n", census.threads, census.unjoined,
                            census.tasks));
  }

  Response Difference(const Request& request) {
    const auto seconds = Number(Parameter(request, "seconds"));
    const auto base = Number(Parameter(request, "base"));
    const auto longest = static_cast<std::uint64_t>(options.longest_diff.count());
    if (seconds.has_value() == base.has_value() ||
        (seconds && (*seconds < 1 || *seconds > longest)))
      return Failure(400, fmt::format("either seconds=N, from 1 to {}, or base=ID, the number of a "
                                      "capture",
                                      longest));
    const std::string format = Parameter(request, "format");
    if (!format.empty() && format != "json" && format != "html")
      return Failure(400, "format must be json or html");
    CapturePtr from = base ? FindCapture(*base) : nullptr;
    if (base && from == nullptr)
      return Failure(404, fmt::format("capture {} is not kept (any more)", *base));
    if (seconds) {
      const std::unique_lock one(waiting, std::try_to_lock);
      if (!one) return Failure(429, "another request is waiting for a difference");
      from = Take();
      if (!Wait(std::chrono::seconds(*seconds))) return Failure(503, "the server is stopping");
    }
    const Diff diff = Compare(std::move(from), Take());
    if (format == "json") return Typed(kJsonType, diff.ToJson());
    if (format.empty()) return Text(diff.ToText());
    return HtmlPage(options.prefix, [&](const PageFrame& frame) { return DiffPage(diff, frame); });
  }

  // Returns false if it was stopped.
  bool Wait(std::chrono::seconds duration) {
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, duration, [this] { return stopped; });
  }

  Response Stuck(const Request& request) {
    const std::string format = Parameter(request, "format");
    if (!format.empty() && format != "json") return Failure(400, "format must be json");
    const auto [capture, stuck] = TakeWithStuck([this] { return Take(); });
    return format == "json" ? Typed(kJsonType, StuckJson(*capture, stuck))
                            : Text(StuckText(*capture, stuck));
  }

  Response LastHour(const Request& request) {
    const std::string format = Parameter(request, "format");
    if (!format.empty() && format != "json") return Failure(400, "format must be json");
    const HourTable hour = TheHour().Table();
    if (hour.times.empty()) return Failure(404, "no watch of this process has looked yet");
    if (format == "json") return Typed(kJsonType, HourJson(hour));
    return HtmlPage(options.prefix,
                    [&](const PageFrame& frame) { return HourPage(hour, {}, frame); });
  }

  Response Metrics() {
    return Typed("application/openmetrics-text; version=1.0.0; charset=utf-8",
                 ToOpenMetrics(CollectMetrics(options.most_sites)));
  }

  Response Answer(const Request& request) {
    if (!options.token.empty() && !IsAuthorized(request.authorization, options.token)) {
      Response response = Failure(401, "a bearer token is needed");
      response.headers["WWW-Authenticate"] = "Bearer realm=\"taskleak\"";
      return response;
    }
    if (request.method != "GET" && request.method != "HEAD")
      return Failure(405, "only GET and HEAD");
    if (options.go_paths && request.path == kGoPath) return Root(request, true);
    const std::string_view path = request.path;
    const bool within = path.substr(0, options.prefix.size()) == options.prefix;
    const std::string_view rest = within ? path.substr(options.prefix.size()) : "none";
    if (rest.empty() || rest == "/") return Root(request, false);
    if (rest == "/count") return Count(request);
    if (rest == "/diff") return Difference(request);
    if (rest == "/group") return Group(request);
    if (rest == "/hour") return LastHour(request);
    if (rest == "/stuck") return Stuck(request);
    if (rest == "/metrics") return Metrics();
    return Failure(404, fmt::format("no such page; what is alive is at {}/", options.prefix));
  }

  const EndpointOptions options;
  History history;
  RowHistory rows;
  std::mutex waiting;  // held by the request that waits for a difference
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
};

Endpoint::Endpoint(EndpointOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Endpoint::~Endpoint() = default;

Response Endpoint::Handle(const Request& request) noexcept try {
  Response response = impl_->Answer(request);
  response.headers["Cache-Control"] = "no-store";
  response.headers["X-Content-Type-Options"] = "nosniff";
  return response;
} catch (const std::exception&) {
  Response response;
  response.status = 500;
  return response;
}

std::vector<std::string> Endpoint::Paths() const {
  std::vector<std::string> paths;
  for (const char* rest : {"", "/", "/count", "/diff", "/group", "/hour", "/metrics", "/stuck"})
    paths.push_back(impl_->options.prefix + rest);
  if (impl_->options.go_paths) paths.emplace_back(kGoPath);
  return paths;
}

void Endpoint::Stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->stopped = true;
  impl_->changed.notify_all();
}

}  // namespace taskleak::live
