'use strict';
// The page around the diagram: what a person can do, and what is shown of what is under the pointer.

(() => {
  const $ = id => document.getElementById(id);
  const run = readRun(JSON.parse($('run').textContent));
  const diagram = new Diagram(run, $('lanes'));
  const map = $('map');
  const MAP = 58;
  let pinned = null;
  let wanted = false;
  let thinned = 0;
  diagram.frame = 0;

  // ---------------------------------------------------------------- head

  function head() {
    const fact = (name, value) => element('span', {className: 'fact'}, name + ' ', element('b', {textContent: value}));
    $('head').append(
      element('h1', {textContent: 'A simulated Raft run'}),
      fact('seed', run.seed), fact('hosts', String(run.hosts.length)), fact('virtual time', span(run.end)),
      fact('events', run.events.length.toLocaleString('en')));
    if (run.leftOut) $('head').append(fact('left out', run.leftOut.toLocaleString('en') + ' other events'));
    if (run.replay) $('head').append(element('span', {className: 'fact'}, 'replay ', element('code', {textContent: run.replay})));
    document.title = (run.violation ? '✖ ' : '') + 'Raft run, seed ' + run.seed;
    if (run.violations.length) {
      $('violation').hidden = $('toViolation').hidden = false;
      $('violation').append(element('b', {textContent: '✖ Violation at ' + clock(run.violations[0].t) + ' '}),
        run.violation || run.violations[0].text);
    }
  }

  function filters() {
    diagram.groups.forEach(group => {
      if (!group.count) return;
      const box = element('input', {type: 'checkbox', checked: group.shown});
      box.addEventListener('change', () => {
        group.shown = box.checked;
        draw();
      });
      const sample = element('canvas', {width: 88, height: 32});
      group.sample = sample;
      group.box = box;
      $('filters').append(element('label', {title: 'Show or hide these messages'}, box, sample, group.name + ' ',
        element('span', {className: 'count', textContent: group.count.toLocaleString('en')})));
    });
  }

  function drawSamples() {
    diagram.groups.forEach(group => {
      if (!group.sample) return;
      const c = group.sample.getContext('2d');
      c.setTransform(2, 0, 0, 2, 0, 0);
      c.clearRect(0, 0, 44, 16);
      c.strokeStyle = c.fillStyle = diagram.dark ? group.dark : group.light;
      c.lineWidth = 1.8;
      c.setLineDash(group.dash);
      c.beginPath();
      c.moveTo(2, 8);
      c.lineTo(36, 8);
      c.stroke();
      c.setLineDash([]);
      const path = new Path2D();
      arrowHead(path, 2, 8, 42, 8, 8);
      c.fill(path);
    });
  }

  // ---------------------------------------------------------------- details

  function show(what) {
    const parts = [];
    if (!what) {
      parts.push(element('div', {className: 'soft', textContent: 'Point at a lane or at an arrow to see its details here; click to keep them.'}));
    } else {
      if (pinned) parts.push(element('div', {className: 'soft', textContent: 'kept; Esc lets go'}));
      if (what.message) parts.push(...messageDetails(run, what.message));
      if (what.operation) parts.push(...operationDetails(what.operation));
      if (what.fault) parts.push(element('h2', {textContent: 'Fault at ' + clock(what.fault.t)}), element('div', {textContent: what.fault.text}));
      if (what.host >= 0) parts.push(...hostDetails(run, what.host, what.t));
    }
    if (diagram.thinned > 1) {
      parts.push(element('div', {className: 'soft', textContent: 'Too many messages for this width: one in ' + diagram.thinned + ' is drawn. Zoom in to see all.'}));
    }
    $('details').replaceChildren(...parts);
  }

  // ---------------------------------------------------------------- map of the whole run

  function drawMap() {
    const c = map.getContext('2d');
    const width = diagram.width;
    map.width = width * diagram.scale;
    map.height = MAP * diagram.scale;
    map.style.height = MAP + 'px';
    c.setTransform(diagram.scale, 0, 0, diagram.scale, 0, 0);
    const colours = diagram.colours;
    c.fillStyle = colours.bg;
    c.fillRect(0, 0, width, MAP);
    const x = t => LABELS + (t - run.start) / (run.end - run.start) * (width - LABELS - 8);
    diagram.mapTime = px => run.start + (px - LABELS) / (width - LABELS - 8) * (run.end - run.start);
    const row = (MAP - 14) / run.hosts.length;
    run.hosts.forEach((host, h) => {
      const y = 4 + h * row;
      for (const s of host.segments) {
        const w = Math.max(0.7, x(s.t1) - x(s.t0));
        c.fillStyle = !s.up ? colours.downInk : termColour(s.term, s.role === 'LEADER' ? 2 : 0, diagram.dark);
        c.fillRect(x(s.t0), y, w, row - 1);
        if (s.up && s.role === 'LEADER') {
          c.fillStyle = colours.fg;
          c.fillRect(x(s.t0), y + row - 2, w, 1);
        }
      }
    });
    c.font = '10px system-ui, "DejaVu Sans", sans-serif';
    c.textBaseline = 'middle';
    const taken = run.hosts.map(() => -1e9);
    run.hosts.forEach((host, h) => host.segments.forEach(s => {
      const text = host.name + ' t' + s.term;
      const w = c.measureText(text).width;
      if (s.up && s.role === 'LEADER' && x(s.t1) - x(s.t0) > w + 6 && row > 6) {
        const y = 4 + h * row + row / 2;
        c.fillStyle = diagram.dark ? '#fff' : '#111';
        c.fillText(text, x(s.t0) + 3, Math.max(6, y - 1));
        taken[h] = x(s.t0) + w;
      }
    }));
    c.fillStyle = colours.cut;
    run.faults.forEach(fault => c.fillRect(x(fault.t), MAP - 9, 1.5, 6));
    c.fillStyle = colours.bad;
    run.violations.forEach(violation => c.fillRect(x(violation.t) - 1.5, 0, 3, MAP));
    c.fillStyle = colours.mark;
    diagram.hits.forEach(found => c.fillRect(x(found.t) - 1, MAP - 5, 2.5, 5));
    c.strokeStyle = colours.fg;
    c.lineWidth = 2;
    c.strokeRect(x(diagram.t0), 1, Math.max(3, x(diagram.t1) - x(diagram.t0)), MAP - 3);
    c.fillStyle = colours.soft;
    c.font = '11px system-ui, "DejaVu Sans", sans-serif';
    c.fillText('whole run', 10, 18);
    c.fillText('who leads', 10, 33);
  }

  function fromMap(e) {
    const t = diagram.mapTime(e.offsetX);
    const half = (diagram.t1 - diagram.t0) / 2;
    look(t - half, t + half);
  }

  // ---------------------------------------------------------------- moving

  function look(t0, t1) {
    const length = Math.min(run.end - run.start, Math.max(20e3, t1 - t0));
    let from = (t0 + t1) / 2 - length / 2;
    // A little room behind the end, so that what happens last can be seen.
    from = Math.max(run.start, Math.min(run.end + length * 0.02 - length, from));
    diagram.t0 = from;
    diagram.t1 = from + length;
    draw();
  }

  const zoom = (factor, at) => {
    const t = at === undefined ? (diagram.t0 + diagram.t1) / 2 : at;
    const length = Math.min(run.end - run.start, Math.max(20e3, (diagram.t1 - diagram.t0) * factor));
    const part = (t - diagram.t0) / (diagram.t1 - diagram.t0);
    look(t - part * length, t - part * length + length);
  };
  const move = part => {
    const by = (diagram.t1 - diagram.t0) * part;
    look(diagram.t0 + by, diagram.t1 + by);
  };
  const whole = () => look(run.start, run.end);
  const toTime = (t, least) => {
    const half = Math.min(diagram.t1 - diagram.t0, least || 200e6) / 2;
    look(t - half, t + half);
  };

  function draw() {
    if (wanted) return;
    wanted = true;
    requestAnimationFrame(drawNow);
  }

  function drawNow() {
    wanted = false;
    diagram.frame++;
    diagram.draw();
    drawMap();
    if (thinned !== diagram.thinned) {
      thinned = diagram.thinned;
      show(pinned || diagram.hover);
    }
  }

  function resize() {
    const stage = $('stage');
    diagram.layout(Math.max(400, stage.clientWidth), stage.clientHeight - MAP - 4);
    draw();
  }

  function theme(dark) {
    diagram.dark = dark;
    document.documentElement.classList.toggle('dark', dark);
    diagram.colours = themeColours(dark);
    drawSamples();
    legend($('legend'), diagram);
    draw();
  }

  // ---------------------------------------------------------------- search

  function find() {
    diagram.hits = search(run, $('query').value);
    diagram.current = -1;
    const ol = element('ol');
    diagram.hits.slice(0, 500).forEach((found, i) => {
      const where = found.host >= 0 && !found.message ? run.hosts[found.host].name + ' ' : '';
      const li = element('li', {}, element('time', {textContent: clock(found.t)}), where + found.what);
      li.addEventListener('click', () => go(i));
      ol.append(li);
    });
    $('results').hidden = !$('query').value.trim();
    $('results').replaceChildren(element('h2', {textContent: 'Found: ' + (diagram.hits.length || 'nothing')}), ol);
    diagram.list = ol;
    if (diagram.hits.length) go(0); else { $('found').textContent = $('query').value.trim() ? 'nothing found' : ''; draw(); }
  }

  function go(i) {
    const hits = diagram.hits;
    if (!hits.length) return;
    diagram.current = (i + hits.length) % hits.length;
    const found = hits[diagram.current];
    $('found').textContent = (diagram.current + 1) + ' of ' + hits.length;
    [...diagram.list.children].forEach((li, n) => li.setAttribute('aria-current', String(n === diagram.current)));
    const current = diagram.list.children[diagram.current];
    if (current) current.scrollIntoView({block: 'nearest'});
    if (found.message) {
      const group = diagram.groups[diagram.groupOf[found.message.type]];
      group.shown = group.box.checked = true;
    }
    pinned = {t: found.t, host: found.message ? -1 : found.host, message: found.message, operation: found.e.kind === 'operation' ? found.e : null};
    diagram.hover = pinned;
    show(pinned);
    toTime(found.t);
  }

  // ---------------------------------------------------------------- hands

  function under(e) {
    const t = diagram.time(e.offsetX);
    const message = diagram.messageAt(e.offsetX, e.offsetY);
    const host = diagram.hostAt(e.offsetY);
    const slack = diagram.time(LABELS + 60) - diagram.t0;
    const fault = e.offsetY > AXIS && e.offsetY < AXIS + FAULTS
      ? run.faults.filter(f => f.t <= t && t - f.t < slack).pop() : null;
    return {t, host, message, fault, operation: e.offsetY > diagram.operationsTop() ? diagram.operationAt(e.offsetX, e.offsetY) : null};
  }

  function hands() {
    const lanes = $('lanes');
    let drag = null;
    lanes.addEventListener('wheel', e => {
      if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) move((e.deltaX || e.deltaY) / 1000);
      else zoom(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) / 200), diagram.time(e.offsetX));
      e.preventDefault();
    }, {passive: false});
    lanes.addEventListener('pointerdown', e => {
      drag = {x: e.clientX, t0: diagram.t0, t1: diagram.t1, moved: false};
      lanes.setPointerCapture(e.pointerId);
    });
    lanes.addEventListener('pointermove', e => {
      if (drag) {
        const by = (drag.x - e.clientX) / (diagram.width - LABELS) * (drag.t1 - drag.t0);
        drag.moved = drag.moved || Math.abs(drag.x - e.clientX) > 3;
        if (drag.moved) look(drag.t0 + by, drag.t1 + by);
      } else if (!pinned && e.offsetX > LABELS) {
        diagram.hover = under(e);
        show(diagram.hover);
        draw();
      }
    });
    lanes.addEventListener('pointerup', e => {
      if (drag && !drag.moved && e.offsetX > LABELS) {
        pinned = under(e);
        diagram.hover = pinned;
        show(pinned);
        draw();
      }
      drag = null;
    });
    lanes.addEventListener('pointerleave', () => {
      if (!pinned) {
        diagram.hover = null;
        show(null);
        draw();
      }
    });
    lanes.addEventListener('dblclick', e => zoom(0.25, diagram.time(e.offsetX)));
    map.addEventListener('pointerdown', e => {
      map.setPointerCapture(e.pointerId);
      fromMap(e);
    });
    map.addEventListener('pointermove', e => { if (e.buttons) fromMap(e); });
    map.addEventListener('wheel', e => {
      zoom(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) / 200));
      e.preventDefault();
    }, {passive: false});
    $('searching').addEventListener('submit', e => {
      e.preventDefault();
      find();
    });
    $('query').addEventListener('search', () => { if (!$('query').value) find(); });
    $('next').addEventListener('click', () => go(diagram.current + 1));
    $('previous').addEventListener('click', () => go(diagram.current - 1));
    $('in').addEventListener('click', () => zoom(0.5));
    $('out').addEventListener('click', () => zoom(2));
    $('whole').addEventListener('click', whole);
    $('toViolation').addEventListener('click', toViolation);
    $('theme').addEventListener('click', () => theme(!diagram.dark));
    $('help').addEventListener('click', toggleLegend);
    document.addEventListener('keydown', key);
    window.addEventListener('resize', resize);
    window.addEventListener('beforeprint', () => {
      const dark = diagram.dark;
      theme(false);
      drawNow();
      window.addEventListener('afterprint', () => theme(dark), {once: true});
    });
  }

  function toggleLegend() {
    $('legend').hidden = !$('legend').hidden;
    $('help').setAttribute('aria-expanded', String(!$('legend').hidden));
  }

  function toViolation() {
    if (run.violations.length) toTime(run.violations[0].t, 300e6);
  }

  function letGo() {
    pinned = null;
    diagram.hover = null;
    show(null);
    draw();
  }

  function key(e) {
    if (e.target === $('query')) {
      if (e.key === 'Escape') $('lanes').focus();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const deeds = {
      ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), '+': () => zoom(0.6), '=': () => zoom(0.6), '-': () => zoom(1.6),
      0: whole, Home: () => look(run.start, run.start + diagram.t1 - diagram.t0), End: () => look(run.end - (diagram.t1 - diagram.t0), run.end),
      v: toViolation, n: () => go(diagram.current + 1), N: () => go(diagram.current - 1), Escape: letGo, '?': toggleLegend,
      '/': () => $('query').focus(),
      h: () => {
        const group = diagram.groups.find(g => g.name === 'Heartbeats');
        if (group.box) group.box.click();
      },
    };
    const deed = deeds[e.key];
    if (deed) {
      deed();
      e.preventDefault();
    }
  }

  // An address may name what to show first, as in page.html#from=1.5&to=2&find=index+17 (seconds).
  function first() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const number = name => asked.has(name) ? +asked.get(name) * 1e9 : undefined;
    if (run.violations.length) toViolationAtFirst(); else whole();
    if (asked.has('find')) {
      $('query').value = asked.get('find');
      find();
    }
    if (asked.has('from')) look(number('from'), number('to'));
    if (asked.has('host')) {
      pinned = {host: +asked.get('host'), t: number('at')};
      diagram.hover = pinned;
      show(pinned);
    }
    if (asked.has('legend')) toggleLegend();
  }

  // Two seconds around it: how it came about is what one wants to see.
  function toViolationAtFirst() {
    const t = run.violations[0].t;
    look(t - 1.9e9, t + 0.1e9);
  }

  head();
  filters();
  hands();
  resize();
  theme(new URLSearchParams(location.hash.slice(1)).get('theme') === 'dark'
    || (!location.hash.includes('theme') && window.matchMedia && matchMedia('(prefers-color-scheme: dark)').matches));
  first();
  show(pinned);
})();
