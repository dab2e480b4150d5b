#include "recording.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "passing_capture.h"
#include "taskleak/live/diff.h"
#include "taskleak/live/formats.h"
#include "taskleak/live/pprof.h"

namespace taskleak::live {
namespace {

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Recording::Recording() {
  Look();
  first_ = last_;
}

void Recording::Look() {
  last_ = TakePassingCapture();
  history_.Add({std::chrono::steady_clock::now(), last_->threads, last_->tasks});
}

std::string Recording::Text() const {
  std::string text = "seconds\tthreads\ttasks\n";
  const auto points = history_.Points();
  for (const History::Point& point : points) {
    text += fmt::format("{:.1f}\t{}\t{}\n", Seconds(point.time - points.front().time),
                        point.threads, point.tasks);
  }
  return text + '\n' + Compare(first_, last_).ToText() + '\n' + ToStackText(*last_);
}

// Puts documents together that are already complete.
std::string Recording::Json() const {
  std::string points;
  const auto all = history_.Points();
  for (const History::Point& point : all) {
    points += fmt::format("{}{{\"seconds\":{:.3f},\"threads\":{},\"tasks\":{}}}",
                          points.empty() ? "" : ",", Seconds(point.time - all.front().time),
                          point.threads, point.tasks);
  }
  return fmt::format("{{\"points\":[{}],\n\"diff\":{},\"report\":{}}}\n", points,
                     Compare(first_, last_).ToJson(), ToJson(*last_));
}

std::string Recording::Finish(FileStore& files) {
  Look();
  const std::string stem = files.Stem("tasks", last_->time);
  for (const auto& [suffix, content] : {std::pair<std::string_view, std::string>(".txt", Text()),
                                        {".json", Json()},
                                        {".pb.gz", ToPprof(*last_)}}) {
    std::string error = files.Write(stem, suffix, content);
    if (!error.empty()) return error;
  }
  return {};
}

}  // namespace taskleak::live
