'use strict';
// Draws a part of the run, and finds what is at a point of it: what belongs to no one host. See lanes.js and arrows.js.

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
      const text = o.client + ': ' + o.text + ' → ' + (o.outcome || 'open');
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

  operationAt(px, py) {
    const row = Math.floor((py - this.operationsTop() - 8) / 13);
    const t = this.time(px), slack = this.time(px + 3) - t;
    return this.run.operations.find(o => o.row === row && o.from - slack <= t && t <= o.end + slack) || null;
  }
}
