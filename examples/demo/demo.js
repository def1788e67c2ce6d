// Reads two of Pulsar's topics over WebSocket and draws their last minute. However many messages come, a frame costs the
// same: they are counted into slots of time as they come, and a frame draws the slots.

export const WINDOW = 60_000, SLOT = 500, SILENCE = 1_500, DOTS = 3;

/** A stream's values by time: for each slot their number, sum and a few of them, each as likely as any other. */
export class Slots {
  constructor(chance = Math.random) {
    this.chance = chance;
    this.slots = [];
  }

  add(time, value) {
    const number = Math.floor(time / SLOT);
    let at = this.slots.length;
    while (at > 0 && this.slots[at - 1].number > number) at--;
    let slot = this.slots[at - 1];
    if (slot?.number !== number) {
      slot = { number, count: 0, sum: 0, first: time, last: time, dots: [] };
      this.slots.splice(at, 0, slot);
    }
    slot.count++;
    slot.sum += value;
    slot.first = Math.min(slot.first, time);
    slot.last = Math.max(slot.last, time);
    if (slot.dots.length < DOTS) slot.dots.push([time, value]);
    else {
      const place = Math.floor(this.chance() * slot.count);
      if (place < DOTS) slot.dots[place] = [time, value];
    }
  }

  forget(now) {
    const oldest = Math.floor((now - WINDOW) / SLOT) - 4;
    while (this.slots.length && this.slots[0].number < oldest) this.slots.shift();
  }

  /** The silences as [from, to]; one that still lasts ends now. */
  gaps(now) {
    const gaps = [];
    this.slots.forEach(({ last }, at) => {
      const next = this.slots[at + 1]?.first ?? now;
      if (next - last > SILENCE) gaps.push([last, next]);
    });
    return gaps;
  }

  /** The slots in runs that no gap lies between. */
  runs(gaps) {
    const runs = [];
    let last = -Infinity;
    for (const slot of this.slots) {
      if (!runs.length || gaps.some(([from, to]) => from < slot.first && to > last)) runs.push([]);
      runs.at(-1).push(slot);
      last = slot.last;
    }
    return runs;
  }
}

/** The points of a run: each slot's mean at its middle, evened out with its neighbours by their number of messages. */
export function points(run) {
  return run.map((slot, at) => {
    let weight = 0, sum = 0;
    for (const [offset, share] of [[-2, 1], [-1, 2], [0, 3], [1, 2], [2, 1]]) {
      const near = run[at + offset];
      if (near) {
        weight += near.count * share;
        sum += near.sum * share;
      }
    }
    return [(slot.first + slot.last) / 2, sum / weight];
  });
}

/** How long to wait before the next attempt: twice as long each time up to 8 s, and never all browsers at once. */
export const backoff = (attempt, chance = Math.random()) => Math.min(8_000, 250 * 2 ** attempt) * (0.5 + chance / 2);

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The payload of a WebSocket message: JSON in UTF-8 in base64. */
export const decoded = (payload) =>
  JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0))));

/** A reader of one topic that connects again whenever it must. */
export class Reader {
  constructor(topic, take, say) {
    Object.assign(this, { topic, take, say, attempt: 0 });
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const address = `${scheme}//${location.host}/ws/v2/reader/persistent/public/demo/${this.topic}?messageId=latest`;
    const socket = new WebSocket(address);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.attempt = 0;
      // Pulsar sends on as much as was acknowledged.
      socket.send(`{"messageId":${JSON.stringify(message.messageId)}}`);
      this.take(message);
    };
    socket.onopen = () => this.say(this.topic, "open");
    socket.onclose = () => {
      this.say(this.topic, "closed");
      setTimeout(() => this.connect(), backoff(this.attempt++));
    };
  }
}

const MARGIN = { left: 34, right: 12, top: 10, bottom: 20 };

/** A canvas that knows its size, the time on its width and values on its height. */
class Chart {
  constructor(canvas, right) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.right = right;
    new ResizeObserver(() => this.fit()).observe(canvas);
    this.fit();
  }

  fit() {
    const sharp = Math.min(devicePixelRatio || 1, 3);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * sharp);
    this.canvas.height = Math.round(this.height * sharp);
    this.context.setTransform(sharp, 0, 0, sharp, 0, 0);
    this.context.font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  }

  begin(now, low, high, ticks, colours, gaps) {
    const { context, width, height } = this;
    const inside = width - MARGIN.left - this.right, bottom = height - MARGIN.bottom;
    this.x = (time) => MARGIN.left + (1 - (now - time) / WINDOW) * inside;
    this.y = (value) => MARGIN.top + (1 - (value - low) / (high - low)) * (bottom - MARGIN.top);
    context.clearRect(0, 0, width, height);
    context.textBaseline = "middle";
    context.lineWidth = 1;
    for (const [value, label] of ticks) {
      const y = Math.round(this.y(value)) + 0.5;
      context.strokeStyle = colours.line;
      context.beginPath();
      context.moveTo(MARGIN.left, y);
      context.lineTo(width - this.right, y);
      context.stroke();
      context.fillStyle = colours.soft;
      context.textAlign = "right";
      context.fillText(label, MARGIN.left - 7, y);
    }
    const seconds = inside < 220 ? [30] : inside < 420 ? [40, 20] : [50, 40, 30, 20, 10];
    context.textAlign = "center";
    for (const ago of seconds) context.fillText(`${ago} s ago`, this.x(now - ago * 1000), height - 7);
    context.textAlign = "right";
    context.fillText("now", width - this.right, height - 7);
    for (const [from, to] of gaps) this.gap(Math.max(from, now - WINDOW), Math.min(to, now), colours);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, 0, inside + 4, height - MARGIN.bottom + 1);
    context.clip();
  }

  gap(from, to, colours) {
    const { context } = this, left = this.x(from), right = this.x(to), bottom = this.height - MARGIN.bottom;
    if (right - left < 2) return;
    context.save();
    context.beginPath();
    context.rect(left, MARGIN.top, right - left, bottom - MARGIN.top);
    context.clip();
    context.strokeStyle = colours.gap;
    context.globalAlpha = 0.35;
    context.beginPath();
    for (let at = left - bottom - (left % 7); at < right; at += 7) {
      context.moveTo(at, bottom);
      context.lineTo(at + bottom, 0);
    }
    context.stroke();
    context.restore();
    const label = `no messages for ${((to - from) / 1000).toFixed(0)} s`;
    context.textAlign = "center";
    if (context.measureText(label).width + 16 > right - left) return;
    context.fillStyle = colours.card;
    const wide = context.measureText(label).width + 12;
    context.fillRect((left + right - wide) / 2, MARGIN.top + 6, wide, 20);
    context.fillStyle = colours.ink;
    context.fillText(label, (left + right) / 2, MARGIN.top + 17);
  }

  path(line) {
    const { context } = this;
    context.beginPath();
    line.forEach(([time, value], at) => {
      const x = this.x(time), y = this.y(value);
      if (!at) return context.moveTo(x, y);
      const [before, was] = line[at - 1], middle = (this.x(before) + x) / 2;
      context.bezierCurveTo(middle, this.y(was), middle, y, x, y);
    });
  }

  end() {
    this.context.restore();
  }
}

function start() {
  const element = (id) => document.getElementById(id);
  const said = new Slots(), cities = new Map(), open = new Set();
  const charts = { sentiment: new Chart(element("sentiment"), MARGIN.right), weather: new Chart(element("weather"), 104) };
  const arrivals = [], lags = [], seen = document.body.dataset;
  let ahead = 0, messages = 0, latest = null, advice = "", told = 0, range = null, colours = {}, undrawn = [];
  const everything = new Slots();

  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => {
    const style = getComputedStyle(document.documentElement);
    const names = ["line", "soft", "ink", "card", "good", "bad", "gap", "city-0", "city-1", "city-2", "city-3"];
    colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  };
  scheme.addEventListener("change", recolour);
  recolour();

  // Pulsar stamps messages by the pods' clock, and this one may be another.
  const now = () => Date.now() + ahead;
  const compare = async () => {
    try {
      const answers = [];
      for (let attempt = 0; attempt < 4; attempt++) {
        const asked = Date.now(), answer = Number(await (await fetch("/clock")).text()), took = Date.now() - asked;
        answers.push([took, answer - asked - took / 2]);
      }
      const [took, difference] = answers.sort(([a], [b]) => a - b)[0];
      // Less than the question itself took says nothing.
      ahead = Math.abs(difference) > took / 2 + 1 ? difference : 0;
    } catch { /* Asked again later. */ }
  };
  compare();
  setInterval(compare, 30_000);

  const count = (message) => {
    const time = Date.parse(message.publishTime);
    messages++;
    arrivals.push(now());
    undrawn.push(time);
    everything.add(time, 0);
    seen.first ??= performance.now().toFixed(1);
    return time;
  };
  const tell = (topic, state) => {
    if (state === "open") open.add(topic);
    else open.delete(topic);
  };
  new Reader("sentiment", (message) => {
    const value = decoded(message.payload);
    said.add(count(message), value.score);
    latest = value;
  }, tell);
  new Reader("weather", (message) => {
    const value = decoded(message.payload), time = count(message);
    if (!cities.has(value.city)) cities.set(value.city, new Slots());
    cities.get(value.city).add(time, value.feelsLike);
    advice = `${value.city}: ${value.celsius.toFixed(1)} °C, feels like ${value.feelsLike.toFixed(1)} °C. ${value.advice}`;
  }, tell);

  const drawSentiment = (time) => {
    const chart = charts.sentiment, { context } = chart, gaps = said.gaps(time);
    chart.begin(time, -2.2, 2.2, [[2, "+2"], [1, "+1"], [0, "0"], [-1, "−1"], [-2, "−2"]], colours, gaps);
    const middle = chart.y(0);
    for (const slot of said.slots) {
      for (const [when, value] of slot.dots) {
        context.fillStyle = value < 0 ? colours.bad : value > 0 ? colours.good : colours.gap;
        context.globalAlpha = 0.3;
        context.beginPath();
        context.arc(chart.x(when), chart.y(value), 2.2, 0, 7);
        context.fill();
      }
    }
    const tint = context.createLinearGradient(0, MARGIN.top, 0, chart.height - MARGIN.bottom);
    const edge = (middle - MARGIN.top) / (chart.height - MARGIN.bottom - MARGIN.top);
    for (const [at, colour] of [[0, "good"], [edge, "good"], [edge, "bad"], [1, "bad"]]) tint.addColorStop(at, colours[colour]);
    for (const run of said.runs(gaps)) {
      const line = points(run);
      context.fillStyle = context.strokeStyle = tint;
      context.globalAlpha = 0.18;
      chart.path(line);
      context.lineTo(chart.x(line.at(-1)[0]), middle);
      context.lineTo(chart.x(line[0][0]), middle);
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = 2.5;
      context.lineJoin = "round";
      chart.path(line);
      context.stroke();
    }
    chart.end();
  };

  const drawWeather = (time) => {
    const chart = charts.weather, { context } = chart, lines = [], together = new Slots();
    for (const slots of cities.values()) for (const { first, last } of slots.slots) together.add(first, 0), together.add(last, 0);
    const gaps = together.gaps(time);
    for (const [city, slots] of [...cities].sort(([a], [b]) => a.localeCompare(b))) {
      lines.push([city, slots.runs(gaps).map(points)]);
    }
    const values = lines.flatMap(([, runs]) => runs.flat().map(([, value]) => value));
    const wanted = values.length ? [Math.min(...values) - 4, Math.max(...values) + 4] : [-30, 45];
    range = range ? range.map((was, at) => was + (wanted[at] - was) * 0.08) : wanted;
    const step = range[1] - range[0] > 45 ? 20 : 10, ticks = [];
    for (let at = Math.ceil(range[0] / step) * step; at <= range[1]; at += step) ticks.push([at, `${at}°`.replace("-", "−")]);
    chart.begin(time, ...range, ticks, colours, gaps);
    const labels = [];
    lines.forEach(([city, runs], at) => {
      context.strokeStyle = colours[`city-${at % 4}`];
      context.lineWidth = 2.5;
      context.lineJoin = context.lineCap = "round";
      for (const line of runs) {
        chart.path(line);
        if (line.length === 1) context.lineTo(chart.x(line[0][0]) + 1, chart.y(line[0][1]));
        context.stroke();
      }
      const last = runs.at(-1)?.at(-1);
      if (last) labels.push({ city, value: last[1], y: chart.y(last[1]), colour: context.strokeStyle });
    });
    chart.end();
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, at) => { if (at) label.y = Math.max(label.y, labels[at - 1].y + 30); });
    context.textAlign = "left";
    for (const { city, value, y, colour } of labels) {
      context.fillStyle = colour;
      context.fillText(city, chart.width - 94, y - 7);
      context.fillStyle = colours.ink;
      context.fillText(`${value.toFixed(1)} °C`.replace("-", "−"), chart.width - 94, y + 8);
    }
  };

  const writeNumbers = (time) => {
    while (arrivals.length && arrivals[0] < time - 2000) arrivals.shift();
    const rate = arrivals.length / 2, lag = lags.length ? Math.max(0, Math.round(median(lags))) : null;
    const silent = arrivals.length === 0 || time - arrivals.at(-1) > SILENCE;
    const state = open.size < 2 ? (messages ? ["lost", "reconnecting"] : ["waiting", "connecting"])
      : silent ? ["lost", messages ? "no messages" : "waiting"] : ["live", "live"];
    element("state").dataset.kind = state[0];
    element("state").textContent = state[1];
    element("rate").textContent = rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
    if (lag !== null && !silent) element("lag").textContent = lag;
    element("seen").textContent = messages.toLocaleString("en");
    if (latest) {
      element("mood").dataset.mood = element("mood").textContent = latest.mood;
      element("text").textContent = latest.text;
    }
    if (advice) element("advice").textContent = advice.replaceAll("-", "−");
    lags.length = 0;
    Object.assign(seen, { messages, rate, lag: lag ?? "", state: state[0] });
    seen.gaps = JSON.stringify(everything.gaps(time).map(([from, to]) => Math.round(to - from)));
  };

  const frame = () => {
    const time = now();
    for (const slots of [said, everything, ...cities.values()]) slots.forget(time);
    drawSentiment(time);
    drawWeather(time);
    if (undrawn.length) {
      for (const sent of undrawn.slice(-200)) lags.push(time - sent);
      seen.drawn ??= performance.now().toFixed(1);
      undrawn = [];
    }
    if (time - told > 500) {
      told = time;
      writeNumbers(time);
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

if (typeof document !== "undefined") start();
