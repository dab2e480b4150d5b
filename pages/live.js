// Everything that is alive in a running process: the pages of all groups, of one group, and of the changes between two looks.

const isDiff = data.page === 'diff', isGroup = data.page === 'group';

// ---- rows ----

function startCell(row) {
  const start = startFrame(row.places[0].stack);
  return start ? cell('started with', make('code', {}, shorten(plainName(start.name), 48)), `alive for ${ages(row)}`, start.name)
               : cell('started with', 'not known', `alive for ${ages(row)}`);
}
function trendCell(row) {
  const change = row.counts.length > 1 ? row.counts.at(-1) - row.counts.at(-2) : 0;
  const words = row.counts.length < 2 ? 'first look' : change === 0 ? 'as before' : `${change > 0 ? '+' : '−'}${Math.abs(change)} since the last look`;
  return make('span', {class: 'cell'}, make('span', {class: 'label'}, 'trend '), sparkline(row.counts, `counts of the last looks: ${row.counts.slice(-10).join(', ')}`),
              make('span', {class: 'sub'}, ' ', words));
}
function changeCell(row) {
  const fresh = row.fresh > 0 && row.fresh < row.after ? `${row.fresh} of them new` : '';
  return cell('change', `${row.before} → ${row.after}`, fresh);
}
function unitsTable(units) {
  if (!units || !units.length) return null;
  return make('details', {open: units.length <= 20 ? '' : undefined}, make('summary', {}, plural(units.length, 'id')),
      make('table', {}, make('thead', {}, make('tr', {}, ['id', 'name', 'alive for', 'waits for'].map(each => make('th', {scope: 'col'}, each)))),
           make('tbody', {}, units.map(([id, name, age, detail]) => make('tr', {}, [id, name, duration(age), detail].map(each => make('td', {}, each)))))));
}
function linkToGroup(row) {
  if (isGroup || row.change === 'vanished') return null;
  return make('p', {}, make('a', {href: `${data.prefix}/group?signature=${row.signature}`}, 'A page of its own, with all stacks of what the same code created'));
}
for (const row of data.rows) {
  const marks = row.marks.map(mark => badge(mark, 'bad'));
  if (isDiff) marks.push(badge(row.change, row.change === 'grew' || row.change === 'appeared' ? 'new' : ''));
  addEntry({
    key: row.key, row, badges: marks,
    cells: () => [countCell(row), creatorCell(row), waitsInCell(row), waitsForCell(row), startCell(row), isDiff ? changeCell(row) : trendCell(row)],
    body: () => [linkToGroup(row), ...bodyOf(row), unitsTable(row.units)],
    searchText: () => `${row.marks.join(' ')} ${row.change || ''} ${searchTextOf(row)}`,
  });
}

// ---- the head ----

const at = capture => `look ${capture.id} at ${capture.time.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`;
const links = [
  ['/', 'All that is alive'], [`/diff?base=${data.to ? data.to.id : data.capture.id}&format=html`, 'What changed since this page'],
  ['/diff?seconds=10&format=html', 'What changes within 10 s'], ['/stuck', 'What cannot continue'], ...(data.watched ? [['/hour', 'The last hour']] : []), ['/?debug=1', 'Stacks as text'], ['/?debug=2', 'Each thread and task as text'], ['/?format=json', 'JSON'],
  ['/?format=folded', 'Collapsed stacks'], ['/?format=pprof', 'pprof'], ['/count', 'Counts'], ['/metrics', 'Metrics'],
].map(([path, text]) => make('a', {href: data.prefix + path}, text));
const navigation = make('nav', {class: 'links', 'aria-label': 'Other views'}, links);

function trendOf(kind, index) {
  const values = data.points.map(point => point[index]);
  return make('li', {}, make('b', {}, values.at(-1)), ` ${kind} `, sparkline(values, `${kind} since the first look: at most ${Math.max(...values)}`));
}
if (isDiff) {
  const count = (name, text) => fact(data.from[name] === data.to[name] ? data.to[name] : `${data.from[name]} → ${data.to[name]}`, text);
  heading('What changed', [count('threads', 'threads'), count('unjoined', 'threads that ended unjoined'), count('tasks', 'tasks'), fact(data.rows.length, 'changes')],
          make('p', {class: 'sub'}, `From ${at(data.from)} to ${at(data.to)}.`), navigation);
} else {
  const {capture} = data, suspicious = data.rows.filter(row => row.marks.length).length;
  heading(isGroup ? 'What one piece of code created' : 'What is alive', isGroup ? [fact(data.rows.reduce((sum, row) => sum + row.count, 0), 'alive'), fact(data.rows.length, data.rows.length === 1 ? 'place' : 'places')] : [
    trendOf('threads', 1), trendOf('tasks', 2), fact(capture.unjoined, 'threads that ended unjoined', capture.unjoined ? 'bad' : ''),
    fact(data.all_rows, data.all_rows === 1 ? 'row' : 'rows'), fact(suspicious, 'suspicious', suspicious ? 'bad' : '')],
  make('p', {class: 'sub'}, `${at(capture).replace('look', 'Look')}, took ${duration(capture.took_ms)}.`), navigation);
}

// The page loads itself again, and keeps what is unfolded.
const kPeriod = 'taskleak-refresh';
let timer;
function refresh() {
  clearTimeout(timer);
  const period = Number(byId('period').value);
  sessionStorage.setItem(kPeriod, String(period));
  if (period) timer = setTimeout(() => location.reload(), 1000 * period);
}
const period = make('select', {id: 'period', on: {change: refresh}}, [['0', 'by hand'], ['2', 'each 2 s'], ['10', 'each 10 s'], ['60', 'each minute']].map(
    ([value, text]) => make('option', {value, selected: value === sessionStorage.getItem(kPeriod) ? '' : undefined}, text)));
byId('main').append(isDiff ? toolbar('words of a thread, function, file')
    : toolbar('words of a thread, function, file', labeled('Refresh', period), button('Now', () => location.reload(), {id: 'now'})));
if (data.could_not_look) byId('main').append(make('p', {class: 'bad', role: 'alert'}, `Could not look: ${data.could_not_look}`));

// ---- deadlocks and rows ----

if ((data.deadlocks || []).length) {
  const ofUnit = new Map(entries.flatMap(entry => entry.row.ids.map(id => [`${kNouns[entry.row.kind]} ${id}`, entry])));
  section('deadlocks', 'Deadlocks', make('div', {class: 'graphs'},
      data.deadlocks.map(deadlock => make('div', {class: 'deadlock'}, deadlockGraph(deadlock, (noun, id) => ofUnit.get(`${noun} ${id}`))))));
}
const rows = make('div', {class: 'rows has-trend'});
section('groups', isDiff ? 'Changes' : isGroup ? 'Places' : 'Alive, suspicious first', rows);
if (!isDiff) rows.dataset.by = 'creator';
if (entries.length) {
  showRows(rows, ['How many', 'Created by', 'Waits in', 'Waits for', 'Started with, age', isDiff ? 'Change' : 'Trend'], entry => ({
    key: isDiff ? entry.key : entry.row.group,
    title: make('code', {}, entry.row.created_by ? shorten(plainName(ownFrame(entry.row.created_by).name), 100) : 'creator not known'), sub: ''}));
} else {
  rows.append(make('p', {}, isDiff ? 'No group appeared, grew, shrank or vanished.' : isGroup ? 'Nothing of this group is alive any more.' : 'Nothing is alive.'));
}
if (data.all_rows > data.rows.length) byId('main').append(make('p', {}, `And ${data.all_rows - data.rows.length} rows more: the JSON has all.`));
notes(data.notes || []);
if (isGroup) entries.forEach(entry => entry.unfold());
else restoreUnfolded(`taskleak-unfolded ${data.page}`);
if (!isDiff) refresh();
applyFilter();
if (location.hash) showRow(location.hash.slice(1));
