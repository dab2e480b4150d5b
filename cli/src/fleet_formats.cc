#include "fleet_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "folded_stack.h"
#include "page_data.h"
#include "page_document.h"
#include "report/frame_lines.h"
#include "report/wording.h"
#include "report_writer.h"

namespace taskleak::cli {
namespace {

using report::Count;

struct Shown {
  std::vector<const FleetSite*> sites;
  std::size_t all = 0;
  std::size_t blocked = 0;
};

Shown Show(const FleetTable& table, const FleetFormatOptions& options) {
  Shown shown{table.Ranked(options.order), 0, 0};
  shown.all = shown.sites.size();
  for (const FleetSite* site : shown.sites) shown.blocked += site->blocked;
  if (options.most_sites != 0 && shown.all > options.most_sites)
    shown.sites.resize(options.most_sites);
  return shown;
}

// "8200 blocked tasks in 12 of 1000 processes"
std::string HowMany(const FleetSite& site, std::size_t processes) {
  std::string noun = site.kind == UnitKind::kUnjoinedThread ? "" : "blocked ";
  noun += internal::Noun(site.kind);
  return fmt::format("{} in {} of {}", Count(site.blocked, noun), site.processes,
                     Count(processes, "process"));
}

// "created by push::Session::Retransmit"
std::string Where(const FleetSite& site) {
  if (site.function.empty()) return "neither creator nor stack is known";
  return (site.is_creator ? "created by " : "creator not known, at ") + site.function;
}

std::string Line(const FleetSite& site) {
  if (site.file.empty()) return {};
  const std::string file = report::ShortFile(site.file);
  return site.line > 0 ? fmt::format("{}:{}", file, site.line) : file;
}

// "8100 channel, 100 condvar; "retransmit"; most in one process: 2000, host-7.json"
std::string Details(const FleetSite& site) {
  std::vector<std::pair<WaitState, std::size_t>> states(site.states.begin(), site.states.end());
  std::ranges::stable_sort(states, std::ranges::greater(), [](const auto& s) { return s.second; });
  std::string text;
  if (site.kind != UnitKind::kUnjoinedThread) {
    for (const auto& [state, count] : states)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, ToString(state));
    text += "; ";
  }
  std::string names;
  for (const std::string& name : site.names)
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
  if (!names.empty()) text += names + "; ";
  return text + fmt::format("most in one process: {}, {}", site.most, site.most_in);
}

void AddStack(std::string_view title, const Stack& stack, report::StackRole role,
              std::string* text) {
  const bool is_mere_name = stack.size() == 1 && stack[0].file.empty() && stack[0].module.empty();
  if (stack.empty() || is_mere_name) return;
  *text += fmt::format("    {}\n", title);
  for (const std::string& line : report::ShortLines(stack, role))
    *text += fmt::format("      {}\n", line);
}

std::string Headline(const FleetTable& table, const Shown& shown) {
  return fmt::format("{}: {}, {} of them blocked, at {}", Count(table.processes(), "process"),
                     Count(table.units(), "unit"), shown.blocked, Count(shown.all, "site"));
}

}  // namespace

std::string FleetText(const FleetTable& table, const FleetFormatOptions& options) {
  const Shown shown = Show(table, options);
  std::string text = Headline(table, shown) + '\n';
  std::size_t number = 0;
  for (const FleetSite* site : shown.sites) {
    const std::string line = Line(*site);
    text += fmt::format("\n[{}] {}, {}{}{}\n", ++number, HowMany(*site, table.processes()),
                        Where(*site), line.empty() ? "" : "  ", line);
    text += fmt::format("    {}\n", Details(*site));
    AddStack("created by", site->created_by, report::StackRole::kWhoCreated, &text);
    AddStack("in that process most are at", site->stack, report::StackRole::kWhereItIs, &text);
  }
  if (shown.sites.size() < shown.all)
    text += fmt::format("\nand {}: --top=0 shows all\n",
                        Count(shown.all - shown.sites.size(), "more site"));
  return report::Printable(text);
}

namespace {

Json FramesJson(const Stack& stack) {
  Json frames = Json::array();
  for (const Frame& frame : stack) {
    frames.push_back({{"function", frame.function},
                      {"file", frame.file},
                      {"line", frame.line},
                      {"module", frame.module},
                      {"runtime", frame.runtime}});
  }
  return frames;
}

Json SiteJson(const FleetSite& site) {
  Json states = Json::object();
  for (const auto& [state, count] : site.states) states[std::string(ToString(state))] = count;
  return {{"kind", ToString(site.kind)},
          {"known_by", site.is_creator ? "creator" : "place"},
          {"function", site.function},
          {"file", site.file},
          {"line", site.line},
          {"blocked", site.blocked},
          {"processes", site.processes},
          {"most", site.most},
          {"most_in", site.most_in},
          {"states", std::move(states)},
          {"names", site.names},
          {"created_by", FramesJson(site.created_by)},
          {"stack", FramesJson(site.stack)}};
}

}  // namespace

std::string FleetJson(const FleetTable& table, const FleetFormatOptions& options) {
  const Shown shown = Show(table, options);
  Json sites = Json::array();
  for (const FleetSite* site : shown.sites) sites.push_back(SiteJson(*site));
  const Json document = {{"taskleak_fleet", TASKLEAK_VERSION}, {"schema", 1},
                         {"processes", table.processes()},     {"units", table.units()},
                         {"blocked", shown.blocked},           {"all_sites", shown.all},
                         {"sites", std::move(sites)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string FleetHtml(const FleetTable& table, const FleetFormatOptions& options) {
  const Shown shown = Show(table, options);
  pages::PageData page;
  Json sites = Json::array();
  for (const FleetSite* site : shown.sites) {
    Json json = SiteJson(*site);
    json["is_creator"] = site->is_creator;
    json["created_by"] = page.Number(site->created_by);
    json["stack"] = page.Number(site->stack);
    sites.push_back(std::move(json));
  }
  return pages::PageDocument({pages::PageKind::kFleet, "taskleak fleet", {}},
                             {{"processes", table.processes()},
                              {"units", table.units()},
                              {"blocked", shown.blocked},
                              {"all_sites", shown.all},
                              {"sites", std::move(sites)},
                              {"frames", page.frames()},
                              {"stacks", page.stacks()}});
}

}  // namespace taskleak::cli
