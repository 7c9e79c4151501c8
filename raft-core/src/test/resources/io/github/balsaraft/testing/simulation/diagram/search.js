'use strict';
// "17" or "index 17": all that happened to that index. "term 3": all of that term. Else a kind of message, or any text.

const MOST_FOUND = 2000;

function search(run, query) {
  query = query.trim();
  if (!query) return [];
  const byIndex = /^(?:index|i)?\s*(\d+)$/i.exec(query);
  const byTerm = /^(?:term|t)\s*(\d+)$/i.exec(query);
  const found = byIndex ? findIndex(run, +byIndex[1]) : byTerm ? findTerm(run, +byTerm[1]) : findText(run, query);
  return found.slice(0, MOST_FOUND);
}

const hit = (e, what, host) => ({t: e.t, e, what, host: host === undefined ? e.host : host, message: e.kind === 'sent' ? e : null});

function messageWords(run, m) {
  return typeOf(run, m) + ' ' + run.hosts[m.from].name + ' → ' + run.hosts[m.to].name + ' term ' + m.term;
}

function findIndex(run, index) {
  const found = [];
  for (const e of run.events) {
    if (e.kind === 'step') {
      const change = e.change;
      const here = e.before.commit < index && e.state && e.state[4] >= index && change[0] !== 'log';
      if ((change[0] === 'append' || change[0] === 'configuration') && change[1] <= index && index <= change[2]) {
        found.push(hit(e, 'appended ' + index + '@' + change[3]));
      } else if (change[0] === 'truncate' && change[1] <= index && index <= e.before.last) {
        found.push(hit(e, 'truncated (from ' + change[1] + ')'));
      } else if (change[0] === 'install' && change[1] >= index) {
        found.push(hit(e, 'covered by an installed snapshot'));
      } else if (change[0] === 'compact' && change[1] >= index) {
        found.push(hit(e, 'compacted'));
      }
      if (here) found.push(hit(e, 'known as committed'));
    } else if (e.kind === 'durable') {
      for (let i = 1; i + 1 < e.ranges.length; i += 2) {
        if (e.ranges[i] <= index && index <= e.ranges[i + 1]) found.push(hit(e, 'durable on disk'));
      }
    } else if (e.kind === 'restored') {
      if (e.index >= index) found.push(hit(e, 'covered by the snapshot that the state machine is restored from'));
    } else if (e.kind === 'held') {
      if (e.index >= index) found.push(hit(e, 'in the state that the process has found on its disk'));
    } else if (e.kind === 'applied') {
      if (e.index === index) found.push(hit(e, e.text));
    } else if (e.kind === 'sent') {
      for (const value of e.values) {
        if (Array.isArray(value) && value.some(entry => entry && entry.first <= index && index <= entry.last)) {
          found.push(hit(e, messageWords(run, e), e.from));
        }
      }
    }
  }
  return found;
}

function findTerm(run, term) {
  const found = [];
  for (const e of run.events) {
    if (e.kind === 'step' && e.state && e.state[0] === term && /^(became|voted|started)/.test(e.text)) {
      found.push(hit(e, e.text));
    } else if (e.kind === 'sent' && e.term === term && /Vote/.test(typeOf(run, e))) {
      found.push(hit(e, messageWords(run, e), e.from));
    } else if (e.change && (e.change[0] === 'append' || e.change[0] === 'configuration') && e.change[3] === term
        && /no-op|configuration/i.test(e.text)) {
      found.push(hit(e, e.text));
    }
  }
  return found;
}

function findText(run, query) {
  const wanted = query.toLowerCase();
  const found = [];
  const kinds = run.kinds.map(kind => kind[0].toLowerCase() === wanted
    || (kind[0].toLowerCase().startsWith(wanted) && !run.kinds.some(other => other[0].toLowerCase() === wanted)));
  for (const e of run.events) {
    if (e.kind === 'sent') {
      if (kinds[e.type]) found.push(hit(e, messageWords(run, e), e.from));
    } else if (e.kind === 'operation') {
      const text = e.client + ' ' + e.text + ' → ' + e.outcome;
      if (text.toLowerCase().includes(wanted)) found.push({...hit(e, text, -2), t: e.from});
    } else if (e.text && e.text.toLowerCase().includes(wanted)) {
      found.push(hit(e, e.text, e.host === undefined ? -1 : e.host));
    }
  }
  return found.sort((a, b) => a.t - b.t);
}
