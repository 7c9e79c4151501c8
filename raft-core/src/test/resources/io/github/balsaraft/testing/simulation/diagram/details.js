'use strict';
// What is said about a host at a moment, about a message, about an operation: a list of elements.

function hostDetails(run, h, t) {
  const host = run.hosts[h];
  const p = pictureAt(host, t);
  const parts = [element('h2', {textContent: host.name + ' at ' + clock(t)})];
  if (!p) return [...parts, element('div', {className: 'soft', textContent: 'has not started yet'})];
  const configuration = p.log.configurations.filter(kept => kept[0] <= p.configurationIndex).pop();
  const cut = host.cuts.find(c => c.t0 <= t && t < c.t1);
  const pause = host.pauses.find(c => c.t <= t && t < c.t + c.nanos);
  parts.push(list([
    ['process', p.up ? 'number ' + p.life + (pause ? ', paused' : '') : 'none; the latest was number ' + p.life],
    [p.up ? 'role' : 'role then', p.role.toLowerCase().replace('_', '-') || 'none yet'], ['term', p.term], ['vote', p.vote || 'none'],
    ['leader', p.leader || 'unknown'], ['log', (p.log.base + 1) + ' to ' + p.last + (p.last ? ' (' + p.last + '@' + p.lastTerm + ')' : '')],
    ['durable', 'up to ' + p.log.durable], ['commit', p.commit], ['applied', p.applied],
    ['configuration', configuration ? configuration[1] + ' at ' + configuration[0] : 'at ' + p.configurationIndex],
    ...(cut ? [['cut', [cut.out.length ? 'can’t send to ' + cut.out.join(' ') : '', cut.in.length ? 'hears nothing of ' + cut.in.join(' ') : ''].filter(Boolean).join('; ')]] : []),
    ['latest event', clock(p.latest.t) + ' ' + (p.latest.text || p.latest.kind)],
  ]), logTail(p));
  const from = firstAfter(host.events, t, timeOf);
  const near = host.events.slice(Math.max(0, from - 6), from);
  parts.push(element('h2', {textContent: 'Just before'}));
  near.reverse().forEach(e => parts.push(element('div', {className: 'soft', textContent: clock(e.t) + ' ' + (e.text || e.kind)})));
  return parts;
}

// The latest terms in the log, each with the indexes that it spans.
function logTail(p) {
  const bar = element('div', {className: 'log', title: 'The end of the log: each term and its indexes'});
  const runs = p.log.terms.slice(-6);
  runs.forEach((start, i) => {
    const all = p.log.terms;
    const next = all[all.length - runs.length + i + 1];
    const last = next ? next[0] - 1 : p.last;
    const piece = element('span', {textContent: 't' + start[1] + ': ' + range(start[0], last)});
    piece.style.background = termColour(start[1], 1, false);
    piece.style.flexGrow = Math.max(1, Math.log2(last - start[0] + 2));
    bar.append(piece);
  });
  return runs.length ? bar : element('div', {className: 'soft', textContent: 'the log holds no entries'});
}

function messageDetails(run, m) {
  const ends = [...m.arrivals.map(t => 'arrived after ' + span(t - m.t)), ...m.losses.map(t => 'lost after ' + span(t - m.t))];
  return [element('h2', {textContent: typeOf(run, m)}), list([
    ['from', run.hosts[m.from].name], ['to', run.hosts[m.to].name], ['number', m.number], ['sent', clock(m.t)],
    ['fate', ends.length ? ends.join(', ') : 'still under way'], ['term', m.term || '–'], ...fieldsOf(run, m)])];
}

function operationDetails(o) {
  return [element('h2', {textContent: 'Operation of ' + o.client}), list([
    ['what', o.text], ['outcome', o.outcome || 'open'], ['from', clock(o.from)], ['to', o.to < 0 ? '–' : clock(o.to) + ' (' + span(o.to - o.from) + ')']])];
}
