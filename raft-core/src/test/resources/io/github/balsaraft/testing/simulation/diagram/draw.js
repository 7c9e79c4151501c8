'use strict';
// Draws a part of the run, and finds what is at a point of it.

class Diagram {
  constructor(run, canvas) {
    this.run = run;
    this.canvas = canvas;
    this.groups = GROUPS.map(group => ({...group, shown: !group.off, count: 0}));
    this.groupOf = run.kinds.map(kind => this.groups.findIndex(group => group.test.test(kind[0])));
    run.messages.forEach(m => this.groups[this.groupOf[m.type]].count++);
    this.t0 = run.start;
    this.t1 = run.end;
    this.dark = false;
    this.hits = [];
    this.current = -1;
    this.hover = null;
    this.thinned = 0;
  }

  layout(width, height) {
    this.width = width;
    this.operationsHeight = 18 + 13 * this.run.operationRows;
    const free = height - AXIS - FAULTS - this.operationsHeight;
    this.lane = Math.max(82, Math.min(170, Math.floor(free / Math.max(1, this.run.hosts.length))));
    this.height = AXIS + FAULTS + this.lane * this.run.hosts.length + this.operationsHeight;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = this.height * scale;
    this.canvas.style.height = this.height + 'px';
    this.scale = scale;
  }

  x(t) { return LABELS + (t - this.t0) / (this.t1 - this.t0) * (this.width - LABELS); }
  time(x) { return this.t0 + (x - LABELS) / (this.width - LABELS) * (this.t1 - this.t0); }
  top(h) { return AXIS + FAULTS + this.lane * h; }
  middle(h) { return this.top(h) + this.lane / 2; }
  hostAt(y) {
    const h = Math.floor((y - AXIS - FAULTS) / this.lane);
    return h >= 0 && h < this.run.hosts.length ? h : -1;
  }
  operationsTop() { return this.top(this.run.hosts.length); }
  shows(m) { return this.groups[this.groupOf[m.type]].shown; }

  // Where a message begins and ends on the canvas, once for each time that it lands.
  eachLine(m, take) {
    const down = m.to > m.from;
    const y0 = this.middle(m.from) + (down ? BAND / 2 : -BAND / 2);
    const y1 = this.middle(m.to) + (down ? -BAND / 2 : BAND / 2);
    for (const t of m.arrivals) take(this.x(m.t), y0, this.x(t), y1, 'arrived', t);
    for (const t of m.losses) {
      const end = Math.max(t, m.t + (this.t1 - this.t0) / 150);
      take(this.x(m.t), y0, this.x(m.t + (end - m.t) * 0.7), y0 + (y1 - y0) * 0.7, 'lost', t);
    }
    if (!m.arrivals.length && !m.losses.length) {
      const end = Math.min(this.run.end, m.t + (this.t1 - this.t0) / 40);
      take(this.x(m.t), y0, this.x(end), y0 + (y1 - y0) * 0.3, 'under way', end);
    }
  }

  draw() {
    const c = this.canvas.getContext('2d');
    const colours = this.colours = themeColours(this.dark);
    c.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    c.fillStyle = colours.bg;
    c.fillRect(0, 0, this.width, this.height);
    c.font = '11px system-ui, "DejaVu Sans", sans-serif';
    c.textBaseline = 'middle';
    this.run.hosts.forEach((host, h) => this.drawLane(c, h));
    this.drawAxis(c);
    c.save();
    c.beginPath();
    c.rect(LABELS, 0, this.width - LABELS, this.height);
    c.clip();
    // Lines under the bands, so that bands can be read where many lines cross them.
    const {crosses, labels} = this.drawMessages(c);
    this.run.hosts.forEach((host, h) => this.drawBand(c, host, h));
    this.drawCrosses(c, crosses);
    this.drawMessageLabels(c, labels);
    this.run.hosts.forEach((host, h) => this.drawMarks(c, host, h));
    this.drawFaults(c);
    this.drawOperations(c);
    this.drawHits(c);
    this.drawHover(c);
    c.restore();
    this.drawLabels(c);
  }

  drawLane(c, h) {
    c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
    c.fillRect(0, this.top(h), this.width, this.lane);
  }

  drawAxis(c) {
    const colours = this.colours;
    const nanosPerPixel = (this.t1 - this.t0) / (this.width - LABELS);
    let step = 1e3;
    for (let i = 0; step / nanosPerPixel < 110; i++) step *= i % 3 === 1 ? 2.5 : 2;
    c.fillStyle = colours.soft;
    c.strokeStyle = colours.line;
    c.textAlign = 'left';
    c.lineWidth = 1;
    c.beginPath();
    for (let t = Math.ceil(this.t0 / step) * step; t <= this.t1; t += step) {
      const x = Math.round(this.x(t)) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, this.height);
      const text = step >= 1e6 ? +(t / 1e9).toFixed(3) + ' s' : +(t / 1e6).toFixed(3) + ' ms';
      c.fillText(text, x + 4, 12);
    }
    c.stroke();
  }

  drawLabels(c) {
    const colours = this.colours;
    c.textAlign = 'left';
    const label = (y, big, small) => {
      c.fillStyle = colours.fg;
      c.font = 'bold 13px system-ui, "DejaVu Sans", sans-serif';
      c.fillText(big, 10, small ? y - 8 : y);
      c.font = '11px system-ui, "DejaVu Sans", sans-serif';
      c.fillStyle = colours.soft;
      if (small) c.fillText(small, 10, y + 8);
    };
    c.fillStyle = colours.bg;
    c.fillRect(0, 0, LABELS, this.height);
    this.run.hosts.forEach((host, h) => {
      this.drawLaneLabel(c, h);
      label(this.middle(h), host.name, this.labelOf(host));
    });
    label(AXIS + FAULTS / 2, 'Faults');
    label(this.operationsTop() + this.operationsHeight / 2, 'Clients');
    c.fillStyle = colours.soft;
    c.fillText('time →', 10, 12);
    c.strokeStyle = colours.line;
    c.beginPath();
    c.moveTo(LABELS - 0.5, 0);
    c.lineTo(LABELS - 0.5, this.height);
    c.moveTo(0, this.operationsTop() + 0.5);
    c.lineTo(this.width, this.operationsTop() + 0.5);
    c.stroke();
  }

  drawLaneLabel(c, h) {
    c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
    c.fillRect(0, this.top(h), LABELS, this.lane);
  }

  labelOf(host) {
    const lives = host.segments.reduce((most, s) => Math.max(most, s.life), 0);
    return lives === 1 ? '1 process' : lives + ' processes';
  }

  drawBand(c, host, h) {
    const y = this.middle(h) - BAND / 2;
    const colours = this.colours;
    const from = Math.max(0, firstAfter(host.segments, this.t0, s => s.t1));
    let labelled = -1e9;
    for (let i = from; i < host.segments.length; i++) {
      const s = host.segments[i];
      if (s.t0 > this.t1) break;
      const x0 = Math.max(LABELS - 2, this.x(s.t0));
      const x1 = Math.min(this.width + 2, this.x(s.t1));
      c.globalAlpha = 0.88;
      bandOf(c, s, x0, y, Math.max(1, x1 - x0), BAND, this.dark, colours);
      c.globalAlpha = 1;
      c.fillStyle = this.dark ? '#00000080' : '#ffffffc0';
      c.fillRect(x0 - 0.5, y, 1, BAND);
      const words = roleWords(s);
      const start = Math.max(x0, LABELS) + 5;
      const room = x1 - start - 4;
      const text = [words, words.replace(/ · term /, ' · t'), s.up && s.role ? 't' + s.term : '']
        .find(t => t && c.measureText(t).width < room);
      if (text && start > labelled) {
        if (/CANDIDATE/.test(s.role) || !s.up) {
          c.fillStyle = s.up ? termColour(s.term, 1, this.dark) : colours.down;
          c.fillRect(start - 2, y + 5, c.measureText(text).width + 4, BAND - 10);
        }
        c.fillStyle = this.dark ? '#ffffff' : '#111111';
        c.textAlign = 'left';
        c.fillText(text, start, y + BAND / 2 + 0.5);
        labelled = start + c.measureText(text).width;
      }
    }
    for (const p of host.pauses) this.bar(c, p.t, p.t + p.nanos, y - 1, BAND + 2, colours.pause, '‖ paused', true);
    const under = this.top(h) + this.lane - 15;
    for (const cut of host.cuts) {
      const same = cut.out.join() === cut.in.join();
      const words = same ? '✂ cut off from ' + cut.in.join(' ')
        : [cut.out.length ? '✂ can’t send to ' + cut.out.join(' ') : '', cut.in.length ? '✂ hears nothing of ' + cut.in.join(' ') : '']
          .filter(Boolean).join(' · ');
      this.bar(c, cut.t0, cut.t1, under, 13, colours.cut, words, false, same);
    }
  }

  bar(c, t0, t1, y, h, colour, words, striped, full) {
    if (t1 < this.t0 || t0 > this.t1) return;
    const x0 = Math.max(LABELS - 2, this.x(t0));
    const w = Math.max(2, Math.min(this.width + 2, this.x(t1)) - x0);
    c.save();
    if (!striped) {
      c.fillStyle = this.colours.bg;
      c.fillRect(x0, y, w, h);
    }
    c.globalAlpha = 0.25;
    c.fillStyle = colour;
    c.fillRect(x0, y, w, h);
    c.restore();
    c.strokeStyle = colour;
    c.lineWidth = 1.5;
    if (!striped && !full) c.setLineDash([5, 3]);
    c.strokeRect(x0, y, w, h);
    c.setLineDash([]);
    if (striped) for (let x = x0 + 5; x < x0 + w - 6; x += 14) {
      c.fillStyle = colour;
      c.fillRect(x, y + 2, 2, h - 4);
      c.fillRect(x + 4, y + 2, 2, h - 4);
    }
    const start = Math.max(x0, LABELS) + 5;
    const text = fitting(c, words, x0 + w - start - 2);
    if (text) {
      if (striped) {
        c.fillStyle = this.colours.bg;
        c.fillRect(start - 2, y + 6, c.measureText(text).width + 4, h - 12);
      }
      c.fillStyle = this.colours.fg;
      c.textAlign = 'left';
      c.fillText(text, start, y + h / 2 + 0.5);
    }
  }

  drawMessages(c) {
    let count = 0;
    eachMessageBetween(this.run, this.t0, this.t1, m => { if (this.shows(m)) count++; });
    const every = Math.ceil(count / MANY);
    this.thinned = every;
    const heads = count < 3000;
    const alpha = count > 4000 ? 0.25 : count > 1000 ? 0.5 : 0.85;
    const paths = new Map();
    const crosses = [];
    const labels = [];
    let i = 0;
    eachMessageBetween(this.run, this.t0, this.t1, m => {
      if (!this.shows(m) || (i++ % every && !m.losses.length)) return;
      const key = this.groupOf[m.type] * 2 + (isAnswer(typeOf(this.run, m)) ? 1 : 0);
      let path = paths.get(key);
      if (!path) paths.set(key, path = {lines: new Path2D(), heads: new Path2D()});
      this.eachLine(m, (x0, y0, x1, y1, end) => {
        if (x1 < LABELS || x0 > this.width) return;
        path.lines.moveTo(x0, y0);
        path.lines.lineTo(x1, y1);
        if (end === 'lost') crosses.push([x1, y1]);
        else if (end === 'arrived' && heads) arrowHead(path.heads, x0, y0, x1, y1, 6);
        else if (end === 'under way') {
          path.heads.moveTo(x1 + 3, y1);
          path.heads.arc(x1, y1, 3, 0, 7);
        }
        if (count < 150 && x1 - x0 > 12) labels.push([m, x0, y0, x1, y1]);
      });
    });
    for (const [key, path] of paths) {
      const group = this.groups[key >> 1];
      c.strokeStyle = c.fillStyle = this.dark ? group.dark : group.light;
      c.globalAlpha = alpha;
      c.lineWidth = key & 1 ? 1 : 1.6;
      c.setLineDash(count < 4000 ? group.dash : []);
      c.stroke(path.lines);
      c.setLineDash([]);
      c.globalAlpha = Math.min(1, alpha + 0.2);
      if (key & 1) {
        c.lineWidth = 1;
        c.stroke(path.heads);
      } else {
        c.fill(path.heads);
      }
    }
    c.globalAlpha = 1;
    return {crosses, labels};
  }

  drawCrosses(c, crosses) {
    c.strokeStyle = this.colours.bad;
    c.lineWidth = crosses.length > 400 ? 1 : 2;
    c.beginPath();
    const arm = crosses.length > 400 ? 2.5 : 4;
    for (const [x, y] of crosses) {
      c.moveTo(x - arm, y - arm);
      c.lineTo(x + arm, y + arm);
      c.moveTo(x + arm, y - arm);
      c.lineTo(x - arm, y + arm);
    }
    c.stroke();
  }

  drawMessageLabels(c, labels) {
    const taken = [];
    c.font = '10px system-ui, "DejaVu Sans", sans-serif';
    c.textAlign = 'center';
    for (const [m, x0, y0, x1, y1] of labels) {
      const text = shortOf(this.run, m);
      const w = c.measureText(text).width;
      for (const part of [0.5, 0.3, 0.7, 0.4, 0.6]) {
        const x = x0 + (x1 - x0) * part, y = y0 + (y1 - y0) * part;
        if (Math.abs(y - this.middle(this.hostAt(y))) < BAND / 2 + 6) continue;
        if (taken.some(other => Math.abs(other[0] - x) < (other[2] + w) / 2 + 4 && Math.abs(other[1] - y) < 13)) continue;
        taken.push([x, y, w]);
        c.fillStyle = this.colours.bg;
        c.globalAlpha = 0.85;
        c.fillRect(x - w / 2 - 2, y - 6, w + 4, 12);
        c.globalAlpha = 1;
        const group = this.groups[this.groupOf[m.type]];
        c.fillStyle = this.dark ? group.dark : group.light;
        c.fillText(text, x, y + 0.5);
        break;
      }
    }
    c.font = '11px system-ui, "DejaVu Sans", sans-serif';
  }

  drawMarks(c, host, h) {
    const from = firstAfter(host.marks, this.t0, timeOf);
    const to = firstAfter(host.marks, this.t1, timeOf);
    const dense = to - from > this.width / 6;
    const middle = this.middle(h);
    c.textAlign = 'left';
    for (const weight of [3, 2, 1, 0]) {
      if (dense && weight === 0) break;
      for (let i = from; i < to; i++) {
        const mark = host.marks[i];
        if (mark.weight === weight) this.drawMark(c, mark, middle, h, weight === 0);
      }
    }
  }

  drawMark(c, mark, middle, h, small) {
    const x = this.x(mark.t);
    const bad = mark.sign === '✖' || mark.sign === '✂';
    const row = mark.above ? 0 : 1;
    const y = mark.above ? middle - BAND / 2 - 8 : middle + BAND / 2 + 8;
    c.fillStyle = bad ? this.colours.bad : this.colours.fg;
    c.fillRect(x - 0.5, mark.above ? y + 4 : middle + BAND / 2, 1, 5);
    const text = mark.sign + ' ' + mark.word;
    const taken = this.takenLabels(h, row);
    const w = c.measureText(text).width + 6;
    const fits = (left, width) => !taken.some(([l, r]) => left < r && left + width > l);
    const draw = (words, width) => {
      taken.push([x - 3, x + width]);
      c.globalAlpha = 0.8;
      c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
      c.fillRect(x - 4, y - 6, width, 12);
      c.globalAlpha = 1;
      c.fillStyle = bad ? this.colours.bad : this.colours.fg;
      c.fillText(words, x - 3, y);
    };
    if (fits(x - 3, w)) draw(text, w);
    else if (!small && fits(x - 3, 12)) draw(mark.sign, 12);
  }

  takenLabels(h, row) {
    const key = h * 2 + row;
    if (this.takenAt !== this.frame) {
      this.takenAt = this.frame;
      this.taken = [];
    }
    return this.taken[key] || (this.taken[key] = []);
  }

  drawFaults(c) {
    const colours = this.colours;
    const y = AXIS + FAULTS / 2;
    let end = -1e9;
    c.textAlign = 'left';
    const from = firstAfter(this.run.faults, this.time(LABELS - 300), timeOf);
    for (let i = from; i < this.run.faults.length && this.run.faults[i].t <= this.t1; i++) {
      const fault = this.run.faults[i];
      const x = this.x(fault.t);
      c.fillStyle = colours.cut;
      c.beginPath();
      c.moveTo(x, y + 9);
      c.lineTo(x - 4, y + 1);
      c.lineTo(x + 4, y + 1);
      c.fill();
      if (x > end) {
        const next = this.run.faults[i + 1];
        const room = (next && next.t > fault.t ? this.x(next.t) : this.width) - x - 10;
        const text = fitting(c, fault.text, room);
        c.fillStyle = colours.fg;
        c.fillText(text, x + 6, y);
        end = x + 6 + c.measureText(text).width;
      }
      c.strokeStyle = colours.cut;
      c.setLineDash([2, 4]);
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(x + 0.5, y + 9);
      c.lineTo(x + 0.5, this.operationsTop());
      c.stroke();
      c.setLineDash([]);
    }
    for (const violation of this.run.violations) {
      const x = this.x(violation.t);
      if (x < LABELS - 2 || x > this.width + 200) continue;
      c.strokeStyle = c.fillStyle = colours.bad;
      c.lineWidth = 3;
      c.beginPath();
      c.moveTo(x - 1.5, AXIS);
      c.lineTo(x - 1.5, this.height);
      c.stroke();
      c.textAlign = x > this.width - 120 ? 'right' : 'left';
      c.font = 'bold 12px system-ui, "DejaVu Sans", sans-serif';
      const w = c.measureText('✖ VIOLATION').width + 8;
      const left = c.textAlign === 'right' ? x - 6 - w : x + 6;
      c.fillRect(left, AXIS + 2, w, 16);
      c.fillStyle = colours.bg;
      c.textAlign = 'left';
      c.fillText('✖ VIOLATION', left + 4, AXIS + 10);
      c.font = '11px system-ui, "DejaVu Sans", sans-serif';
    }
  }

  drawOperations(c) {
    const colours = this.colours;
    const top = this.operationsTop() + 8;
    const from = firstAfter(this.run.operations, this.t0 - this.run.longestOperation, o => o.from);
    c.font = '10px system-ui, "DejaVu Sans", sans-serif';
    c.textAlign = 'left';
    for (let i = from; i < this.run.operations.length && this.run.operations[i].from <= this.t1; i++) {
      const o = this.run.operations[i];
      const x = Math.max(LABELS - 2, this.x(o.from));
      const w = Math.max(1.5, this.x(o.end) - x);
      const y = top + 13 * o.row;
      c.fillStyle = colours.op;
      c.fillRect(x, y, w, 11);
      c.strokeStyle = colours.soft;
      c.lineWidth = 0.5;
      if (o.to < 0) c.setLineDash([3, 3]);
      if (w > 3) c.strokeRect(x, y, w, 11);
      c.setLineDash([]);
      const text = o.client + ': ' + o.text + ' → ' + (o.to < 0 ? 'open' : o.outcome);
      if (w > 30) {
        c.save();
        c.beginPath();
        c.rect(x, y, w - 2, 11);
        c.clip();
        c.fillStyle = colours.opInk;
        c.fillText(text, Math.max(x, LABELS) + 3, y + 6);
        c.restore();
      }
    }
    c.font = '11px system-ui, "DejaVu Sans", sans-serif';
  }

  drawHits(c) {
    const colours = this.colours;
    this.hits.forEach((found, i) => {
      if (found.t < this.t0 || found.t > this.t1) return;
      const x = this.x(found.t);
      const y = found.host >= 0 ? this.middle(found.host) : found.host === -2 ? this.operationsTop() + 14 : AXIS + FAULTS / 2;
      if (found.message) {
        c.strokeStyle = colours.mark;
        c.lineWidth = i === this.current ? 5 : 3;
        c.globalAlpha = 0.6;
        c.beginPath();
        this.eachLine(found.message, (x0, y0, x1, y1) => {
          c.moveTo(x0, y0);
          c.lineTo(x1, y1);
        });
        c.stroke();
        c.globalAlpha = 1;
        if (i !== this.current) return;
      }
      c.beginPath();
      c.arc(x, y, i === this.current ? 10 : 6, 0, 7);
      c.strokeStyle = colours.bg;
      c.lineWidth = i === this.current ? 7 : 5;
      c.stroke();
      c.strokeStyle = colours.mark;
      c.lineWidth = i === this.current ? 4 : 2.5;
      c.stroke();
    });
  }

  drawHover(c) {
    const hover = this.hover;
    if (!hover) return;
    if (hover.message) {
      c.strokeStyle = this.colours.fg;
      c.lineWidth = 3;
      c.beginPath();
      this.eachLine(hover.message, (x0, y0, x1, y1) => {
        c.moveTo(x0, y0);
        c.lineTo(x1, y1);
      });
      c.stroke();
    }
    if (hover.t !== undefined) {
      c.strokeStyle = this.colours.fg;
      c.globalAlpha = 0.5;
      c.lineWidth = 1;
      const x = Math.round(this.x(hover.t)) + 0.5;
      c.beginPath();
      c.moveTo(x, AXIS);
      c.lineTo(x, this.height);
      c.stroke();
      c.globalAlpha = 1;
      const text = clock(hover.t);
      const w = c.measureText(text).width + 8;
      const left = Math.max(LABELS, Math.min(this.width - w, x - w / 2));
      c.fillStyle = this.colours.fg;
      c.fillRect(left, 3, w, 17);
      c.fillStyle = this.colours.bg;
      c.textAlign = 'left';
      c.fillText(text, left + 4, 12);
    }
  }

  // The message nearest to a point, no farther than some pixels.
  messageAt(px, py) {
    let best = null, distance = 7;
    eachMessageBetween(this.run, this.time(px - 30), this.time(px + 30), m => {
      if (!this.shows(m)) return;
      this.eachLine(m, (x0, y0, x1, y1) => {
        const d = toSegment(px, py, x0, y0, x1, y1);
        if (d < distance) {
          distance = d;
          best = m;
        }
      });
    });
    return best;
  }

  operationAt(px, py) {
    const row = Math.floor((py - this.operationsTop() - 8) / 13);
    const t = this.time(px), slack = this.time(px + 3) - t;
    return this.run.operations.find(o => o.row === row && o.from - slack <= t && t <= o.end + slack) || null;
  }
}
