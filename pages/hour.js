// The counts of the last hour of a watched process, by the code that created the units and by their state.

const kMostRows = 100;  // creators that did not change are many, and the last ones
const clock = seconds => new Date(1000 * seconds).toISOString().slice(11, 19);
const day = seconds => new Date(1000 * seconds).toISOString().slice(0, 10);
const {times} = data, last = times.at(-1);

// Draws counts over time: the greatest count at the left, the first and the last time below, and a line where the growth began.
function chart(counts, began, label) {
  const width = 720, height = 150, left = 56, bottom = 22, most = Math.max(1, ...counts), span = Math.max(1e-3, last - times[0]);
  const x = i => left + (width - left - 8) * (times[i] - times[0]) / span, y = count => 8 + (height - bottom - 8) * (1 - count / most);
  const text = (at, height, words, anchor) => make('text', {x: at, y: height, 'text-anchor': anchor}, words);
  const svg = make('svg', {viewBox: `0 0 ${width} ${height}`, class: 'chart', role: 'img', 'aria-label': label});
  add(svg, make('polyline', {class: 'base', points: `${left},8 ${left},${y(0)} ${width - 8},${y(0)}`}), text(left - 6, 14, String(most), 'end'),
      text(left - 6, y(0), '0', 'end'), text(left, height - 4, clock(times[0]), 'start'), text(width - 8, height - 4, clock(last), 'end'));
  if (began !== null) {
    const at = x(began), near = at < left + 90 || at > width - 100;
    add(svg, make('polyline', {class: 'began', points: `${at},8 ${at},${y(0)}`}), !near && text(at, height - 4, clock(times[began]), 'middle'));
  }
  add(svg, make('polyline', {points: counts.map((count, i) => `${x(i).toFixed(1)},${y(count).toFixed(1)}`).join(' ')}));
  if (counts.length === 1) add(svg, make('circle', {cx: x(0), cy: y(counts[0]), r: 2}));
  return svg;
}
function beganText(series) {
  if (series.began === null) return ['', ''];
  const ago = duration(Math.round(1000 * (last - times[series.began])));
  return series.began === 0 ? [`before ${clock(times[0])}`, 'the first look'] : [clock(times[series.began]), `${ago} before the last look`];
}
function growthCell(series) {
  const now = series.counts.at(-1), growth = now - series.lowest;
  return cell('grew by', series.began === null ? '' : String(growth), series.began === null ? '' : `from ${series.lowest} to ${now}`);
}
function nameCell(series) {
  if (series.by === 'state') return cell('state', kWaits[series.name] || series.name);
  if (series.by === 'place') return cell('created by', 'not known', `in ${shorten(plainName(series.name), 64)} ${shortFile(series.line)}`, series.name);
  return cell('created by', make('code', {}, shorten(plainName(series.name), 64)), shortFile(series.line), series.name);
}
function addSeries(series, i) {
  const count = series.counts.at(-1), [began, ago] = beganText(series);
  addEntry({
    key: `series-${i}`, state: series.by === 'state', badges: [],
    cells: () => [make('span', {class: 'count'}, make('b', {}, count), ` ${plural(count, kNouns[series.kind]).replace(/^\d+ /, '')}`), nameCell(series), growthCell(series),
            cell('since', began, ago), make('span', {class: 'cell'}, make('span', {class: 'label'}, 'trend '), sparkline(series.counts, `at most ${Math.max(...series.counts)}`))],
    body: () => [chart(series.counts, series.began, `${series.name}: ${count} now, at least ${series.lowest} and at most ${Math.max(...series.counts)} in the last hour`)],
    searchText: () => `${series.kind} ${series.by} ${series.name} ${series.line}`,
  });
}
// Shows one table of rows below the other.
function showSeries(id, title, state, column) {
  const rows = make('div', {class: 'rows'}), mine = entries.filter(entry => entry.state === state);
  section(id, title, rows);
  rows.append(make('div', {class: 'columns', 'aria-hidden': 'true'}, ['How many', column, 'Grew by', 'Since', 'Last hour'].map(each => make('span', {}, each))),
              ...mine.map(entry => make('div', {class: 'card'}, entry.element)));
}

const ofCreators = data.series.filter(series => series.by !== 'state'), shown = ofCreators.slice(0, kMostRows);
[...shown, ...data.series.filter(series => series.by === 'state')].forEach(addSeries);
const growing = ofCreators.filter(series => series.began !== null).length;
const total = (name, counts) => make('li', {}, make('b', {}, counts.at(-1)), ` ${name} `, sparkline(counts, `${name}: at most ${Math.max(...counts)}`));
heading(data.alarm ? 'The time before the alarm' : 'The last hour',
        [total('threads', data.threads), total('tasks', data.tasks), fact(growing, growing === 1 ? 'creator grew' : 'creators grew', growing ? 'bad' : '')],
        data.alarm && make('p', {class: 'alarm'}, data.alarm),
        make('p', {class: 'sub'}, `${plural(times.length, 'look')} from ${clock(times[0])} to ${clock(last)} UTC, ${day(last)}.`),
        data.prefix && make('nav', {class: 'links', 'aria-label': 'Other views'},
            [['/', 'All that is alive'], ['/hour?format=json', 'JSON'], ['/stuck', 'What cannot continue']].map(([path, text]) => make('a', {href: data.prefix + path}, text))));
byId('main').append(toolbar('words of a function, file, state'));
showSeries('creators', 'By creator, the fastest growing first', false, 'Created by');
if (ofCreators.length > shown.length) byId('main').append(make('p', {}, `And ${plural(ofCreators.length - shown.length, 'creator')} more.`));
showSeries('states', 'By what they wait for', true, 'Wait for');
if (growing) entries[0].unfold();
restoreUnfolded('taskleak-unfolded hour');
applyFilter();
