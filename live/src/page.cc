#include "page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

#include "places.h"
#include "wording.h"

namespace taskleak::live {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>taskleak</title><style>
body{font:14px/1.4 system-ui,sans-serif;margin:1.5em;color:#222}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;border-top:1px solid #ddd}
td.n,th.n{text-align:right}pre{margin:.3em 0;font-size:12px;overflow-x:auto}svg{background:#f6f6f6}.bad{color:#b00020}
</style></head><body><h1>What is alive</h1>
)";

std::string Html(std::string_view text) {
  std::string escaped;
  for (const char c : OneLine(text)) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// One line over the time since the first look.
std::string Sparkline(const std::vector<History::Point>& history,
                      std::size_t History::Point::*count, std::string_view title) {
  constexpr double kWidth = 240;
  constexpr double kHeight = 40;
  std::size_t most = 1;
  for (const History::Point& point : history) most = std::max(most, point.*count);
  const auto span = std::chrono::duration<double>(history.back().time - history.front().time);
  std::string points;
  for (const History::Point& point : history) {
    const auto since = std::chrono::duration<double>(point.time - history.front().time);
    const double x = span.count() > 0 ? kWidth * since.count() / span.count() : kWidth;
    const double y =
        kHeight - kHeight * static_cast<double>(point.*count) / static_cast<double>(most);
    points += fmt::format("{:.1f},{:.1f} ", x, y);
  }
  return fmt::format(
      "<td>{0}<br><svg width=\"240\" height=\"40\" role=\"img\" aria-label=\"{0} since the first "
      "look\">"
      "<polyline points=\"{1}\" fill=\"none\" stroke=\"#2a6\" stroke-width=\"1.5\"/></svg><br>"
      "most {2}, in {3:.0f} s</td>",
      title, points, most, span.count());
}

void AddStack(const Stack& stack, std::string& page) {
  page += "<pre>";
  for (const Frame& frame : stack)
    page += fmt::format("{}  {}\n", Html(FunctionText(frame)), Html(LineText(frame)));
  page += "</pre>";
}

std::string States(const std::vector<Place>& places) {
  std::set<std::string_view> states;
  for (const Place units : places) states.insert(ToString(units.front().state));
  return fmt::format("{}", fmt::join(states, ", "));
}

void AddGroup(const LeakGroup& group, std::string& page) {
  const Unit& first = group.first();
  const std::vector<Place> places = PlacesOf(group);
  const Frame* creator = std::find_if(first.created_by.begin(), first.created_by.end(),
                                      [](const Frame& frame) { return !frame.runtime; });
  page += fmt::format(
      "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td><td>",
      group.units.size(), Noun(first.kind), Html(Names(group.units)),
      group.deadlock ? "<b class=\"bad\">deadlock</b> " : "", States(places), Ages(group.units));
  page += fmt::format("<details><summary>{}</summary>", creator == first.created_by.end()
                                                            ? std::string("(creator not known)")
                                                            : Html(FunctionText(*creator)));
  if (!first.created_by.empty()) {
    page += "created by";
    AddStack(first.created_by, page);
  }
  for (const Place units : places) {
    page += fmt::format("{} {} {}", units.size(), ToString(units.front().state),
                        Html(units.front().detail));
    AddStack(units.front().stack, page);
  }
  page += fmt::format("signature {}</details></td></tr>\n", group.signature);
}

void AddLinks(const Capture& capture, const std::string& prefix, std::string& page) {
  page += "<p>";
  for (const auto& [path, text] : std::initializer_list<std::pair<std::string, std::string_view>>{
           {"/?debug=1", "stacks"},
           {"/?debug=2", "every unit"},
           {"/?format=json", "JSON"},
           {"/?format=folded", "collapsed stacks"},
           {"/?format=pprof", "pprof"},
           {"/count", "count"},
           {"/metrics", "metrics"},
           {"/diff?seconds=10", "what changes in 10 s"},
           {fmt::format("/diff?base={}", capture.id), "what changed since this page"}})
    page += fmt::format("<a href=\"{}{}\">{}</a> | ", Html(prefix), path, text);
  page += fmt::format("capture {} at {}, took {} ms</p>\n", capture.id, TimeText(capture.time),
                      capture.took.count());
}

}  // namespace

std::string Page(const Capture& capture, const std::vector<History::Point>& history,
                 const std::string& prefix) {
  constexpr std::size_t kMostGroups = 200;
  std::string page(kHead);
  page += fmt::format("<p>{}, {}, {}</p>\n", Count(capture.threads, "thread"),
                      Count(capture.unjoined, "unjoined thread"), Count(capture.tasks, "task"));
  if (!history.empty()) {
    page += "<table><tr>" + Sparkline(history, &History::Point::threads, "threads") +
            Sparkline(history, &History::Point::tasks, "tasks") + "</tr></table>\n";
  }
  AddLinks(capture, prefix, page);
  const LeakReport& report = capture.report;
  if (!report.could_not_look.empty())
    page += fmt::format("<p class=\"bad\">could not look: {}</p>\n", Html(report.could_not_look));
  page +=
      "<table><tr><th class=\"n\">count</th><th>kind</th><th>name</th><th>state</th><th>age</th>"
      "<th>created by</th></tr>\n";
  const std::size_t shown = std::min(report.groups.size(), kMostGroups);
  for (std::size_t i = 0; i < shown; ++i) AddGroup(report.groups[i], page);
  page += "</table>\n";
  if (shown < report.groups.size())
    page += fmt::format("<p>and {}</p>\n", Count(report.groups.size() - shown, "more group"));
  for (const std::string& note : report.notes) page += fmt::format("<p>note: {}</p>\n", Html(note));
  return page + "</body></html>\n";
}

}  // namespace taskleak::live
