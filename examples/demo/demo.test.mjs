// node --test: what the page counts and how, without a browser.
import assert from "node:assert/strict";
import test from "node:test";

import { DOTS, SILENCE, Slots, WINDOW, backoff, decoded, median, points } from "./demo.js";

test("however many messages come, what a frame draws stays the same", () => {
  const slots = new Slots();
  for (let at = 0; at < WINDOW; at++) slots.add(at, at % 3);
  slots.forget(WINDOW);
  assert.ok(slots.slots.length <= 125);
  assert.ok(slots.slots.every(({ dots }) => dots.length <= DOTS));
  assert.equal(slots.slots.reduce((all, { count }) => all + count, 0), WINDOW);
});

test("each message of a slot is as likely to be its dot", () => {
  const times = new Map();
  for (let round = 0; round < 4000; round++) {
    const slots = new Slots();
    for (let at = 0; at < 10; at++) slots.add(at, at);
    for (const [, value] of slots.slots[0].dots) times.set(value, (times.get(value) ?? 0) + 1);
  }
  for (let value = 0; value < 10; value++) assert.ok(Math.abs(times.get(value) - 4000 * DOTS / 10) < 200);
});

test("a message that comes late is put in its own time", () => {
  const slots = new Slots();
  for (const at of [0, 1000, 400, 900]) slots.add(at, 1);
  assert.deepEqual(slots.slots.map(({ number, count }) => [number, count]), [[0, 2], [1, 1], [2, 1]]);
});

test("a silence is a gap, and no line is drawn through it", () => {
  const slots = new Slots();
  for (const at of [0, 400, 900, 900 + SILENCE + 1, 900 + SILENCE + 300]) slots.add(at, 1);
  const gaps = slots.gaps(900 + SILENCE + 400);
  assert.deepEqual(gaps, [[900, 900 + SILENCE + 1]]);
  assert.deepEqual(slots.runs(gaps).map((run) => run.length), [2, slots.slots.length - 2]);
});

test("a silence that still lasts ends now", () => {
  const slots = new Slots();
  slots.add(100, 1);
  assert.deepEqual(slots.gaps(100 + SILENCE), []);
  assert.deepEqual(slots.gaps(5000), [[100, 5000]]);
});

test("a line runs through means, and never leaves their range", () => {
  const slots = new Slots();
  for (let at = 0; at < 10_000; at += 10) slots.add(at, at % 20 ? 2 : -2);
  for (const [time, value] of points(slots.slots)) {
    assert.ok(Math.abs(value) < 1e-9);
    assert.ok(time >= 0 && time < 10_000);
  }
});

test("attempts to connect get rarer, up to eight seconds apart", () => {
  const waits = Array.from({ length: 12 }, (_, attempt) => backoff(attempt, 1));
  assert.deepEqual(waits.slice(0, 6), [250, 500, 1000, 2000, 4000, 8000]);
  assert.equal(waits.at(-1), 8000);
  assert.equal(backoff(5, 0), 4000);
});

test("a payload is UTF-8 in base64", () => {
  const payload = Buffer.from(JSON.stringify({ city: "Reykjavík" })).toString("base64");
  assert.deepEqual(decoded(payload), { city: "Reykjavík" });
});

test("the middle of the lags", () => assert.equal(median([9, 1, 5]), 5));
