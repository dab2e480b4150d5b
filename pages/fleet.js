// Blocked threads and tasks of many processes, by the code that created them.

const kUnits = {thread: 'blocked thread', unjoined_thread: 'thread that ended', task: 'blocked task'};

function statesOf(site) {
  const states = Object.entries(site.states).sort((a, b) => b[1] - a[1]);
  return states.map(([state, count]) => `${count} × ${kWaits[state] || 'not known'}`);
}
function siteBody(site) {
  const names = ownNames(site.names, [site.created_by, site.stack]);
  const stacks = [['Created by', site.created_by], [`Most of them wait in (${site.most_in})`, site.stack]].filter(([, stack]) => stack !== 0);
  return [make('p', {}, `Most in one process: ${site.most}, in ${site.most_in}.`, names && ` Names: ${names}.`),
          make('ul', {}, site.kind !== 'unjoined_thread' && statesOf(site).map(line => make('li', {}, line))),
          make('div', {class: 'stacks'}, stacks.map(([title, stack]) => make('div', {}, make('h3', {class: 'part'}, title), stackElement(stack))))];
}
for (const site of data.sites) {
  const [first, ...more] = statesOf(site);
  const frame = stack => ownFrame(stack);
  const creator = site.is_creator ? cell('created by', make('code', {}, shorten(plainName(site.function), 64)), lineOf(site), site.function) : cell('created by', 'not known');
  addEntry({
    key: `site-${entries.length}`, badges: [],
    cells: () => [make('span', {class: 'count'}, make('b', {}, site.blocked), ` ${plural(site.blocked, kUnits[site.kind]).replace(/^\d+ /, '')}`), creator,
            frameCell('waits in', frame(site.stack), 'not known'),
            cell('waits for', site.kind === 'unjoined_thread' ? 'no thread has joined them' : (first || '').replace(/^\d+ × /, ''), more.length > 0 && `and ${plural(more.length, 'other reason')}`),
            cell('in', `${site.processes} of ${plural(data.processes, 'process')}`, `most in one: ${site.most}`, site.most_in)],
    body: () => siteBody(site),
    searchText: () => [site.function, site.file, ...site.names, site.most_in, ...Object.keys(site.states),
                       ...[site.created_by, site.stack].flatMap(framesOf).map(each => `${each.name} ${each.file}`)].join(' '),
  });
}
heading('Fleet', [fact(data.processes, data.processes === 1 ? 'process' : 'processes'), fact(data.units, 'threads and tasks'),
                  fact(data.blocked, 'of them blocked', data.blocked ? 'bad' : ''), fact(data.all_sites, data.all_sites === 1 ? 'creator' : 'creators')]);
byId('main').append(toolbar('words of a function, file, process'));
const rows = make('div', {class: 'rows'}, entries.length === 0 && make('p', {}, 'Nothing is blocked.'));
section('sites', 'Blocked, by creator', rows);
if (entries.length) showRows(rows, ['How many', 'Created by', 'Most wait in', 'Wait for', 'Processes'], entry => ({key: entry.key}));
applyFilter();
if (data.sites.length < data.all_sites) byId('main').append(make('p', {}, `And ${data.all_sites - data.sites.length} more.`));
